import type { EmbeddingRequest, UnsupportedSink } from './chat.ts';
import { reportImage, reportUser, takenDimensions } from './embedding-reports.ts';
import type { Answer, Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { count, present, property, vector } from './reading.ts';

/** Bedrock User Guide, Titan Text Embeddings V2, 2026-11. The model's defaults are 1,024 and true. */
const LENGTHS = [256, 512, 1024] as const;
const params: readonly ParamSpec[] = [
  { name: 'dimensions', kind: 'integer', oneOf: LENGTHS, about: 'length of the vector' },
  { name: 'normalize', kind: 'boolean', about: 'whether the vector has length 1' },
];

/** Titan Text Embeddings V2: one text a record, no usage in its answers beyond a count of input tokens. */
export const titanEmbedText: Family = {
  name: 'titan-embed-text',
  keepsTexts: true,
  task: 'embedding',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'titan-embed-text', raw),
  request: ({ text, params: values }: RequestInput): JsonObject =>
    present({ inputText: text, dimensions: values['dimensions'], normalize: values['normalize'] }) as JsonObject,
  sentinel: () => titanEmbedText.request({ text: '.', params: { dimensions: 256 } }),
  embedding,
  answer,
};

function embedding(request: EmbeddingRequest, _traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  reportUser(request, sink);
  reportImage(request, sink);
  const dimensions = takenDimensions(request, LENGTHS, sink);
  return dimensions === undefined ? { inputText: request.text } : { inputText: request.text, dimensions };
}

/** `embedding`, or the floats of `embeddingsByType` where only these are there. */
function answer(modelOutput: unknown): Answer | undefined {
  const byType = property(property(modelOutput, 'embeddingsByType'), 'float');
  const embedding = vector(property(modelOutput, 'embedding')) ?? vector(byType);
  if (embedding === undefined) return undefined;
  return present({ embedding, stopReason: '', inputTokens: count(property(modelOutput, 'inputTextTokenCount')) });
}
