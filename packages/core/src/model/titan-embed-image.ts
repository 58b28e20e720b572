import type { EmbeddingRequest, UnsupportedSink } from './chat.ts';
import { reportUser, takenDimensions } from './embedding-reports.ts';
import type { Answer, Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { count, present, property, stringOrEmpty, vector } from './reading.ts';
import { leftOut } from './unsupported.ts';

/** Bedrock User Guide, Titan Multimodal Embeddings G1, 2026-11. The model's default is 1,024. */
const LENGTHS = [256, 384, 1024] as const;
const params: readonly ParamSpec[] = [{ name: 'dimensions', kind: 'integer', oneOf: LENGTHS, about: 'length of the vector' }];

/** Titan Multimodal Embeddings G1: a text, a picture, or the mean of both. */
export const titanEmbedImage: Family = {
  name: 'titan-embed-image',
  task: 'embedding',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'titan-embed-image', raw),
  request: ({ text, params: values }: RequestInput): JsonObject => {
    const length = values['dimensions'];
    return length === undefined ? { inputText: text } : { inputText: text, embeddingConfig: { outputEmbeddingLength: length } };
  },
  sentinel: () => titanEmbedImage.request({ text: '.', params: { dimensions: 256 } }),
  embedding,
  answer,
};

function embedding(request: EmbeddingRequest, _traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const body: JsonFields = {};
  if (request.text !== '') body['inputText'] = request.text;
  const { image } = request;
  if (image?.source.kind === 'bytes') body['inputImage'] = image.source.base64;
  else if (image) leftOut(sink, 's3_not_supported', image.at, 'the image in S3 is left out: this model takes it inline only');
  const length = takenDimensions(request, LENGTHS, sink);
  if (length !== undefined) body['embeddingConfig'] = { outputEmbeddingLength: length };
  reportUser(request, sink);
  return body;
}

/** With a `message` there is an error, and no vector. */
function answer(modelOutput: unknown): Answer | undefined {
  const found = vector(property(modelOutput, 'embedding'));
  if (found === undefined || stringOrEmpty(property(modelOutput, 'message')) !== '') return undefined;
  return present({ embedding: found, stopReason: '', inputTokens: count(property(modelOutput, 'inputTextTokenCount')) });
}
