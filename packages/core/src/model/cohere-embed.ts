import type { EmbeddingRequest, UnsupportedSink } from './chat.ts';
import { reportImage, reportUser, takenDimensions } from './embedding-reports.ts';
import type { Answer, Family, RequestInput } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { property, vector } from './reading.ts';

const INPUT_TYPE: ParamSpec = {
  name: 'input_type',
  kind: 'word',
  words: ['search_document', 'search_query', 'classification', 'clustering'],
  byDefault: 'search_document',
  about: 'what the vectors are for',
};
/** Bedrock User Guide, Cohere Embed v4, 2026-11. The model's default is 1,536. */
const V4_LENGTHS = [256, 512, 1024, 1536] as const;

/** Cohere Embed v3 (Bedrock User Guide, Cohere Embed v3, 2026-11): one text a record here, of the 96 that it takes. */
export const cohereEmbedV3: Family = embedFamily('cohere-embed-v3', [], ['NONE', 'START', 'END']);

/** Cohere Embed v4: vectors of several lengths, and its own words for what is cut off. */
export const cohereEmbedV4: Family = embedFamily('cohere-embed-v4', V4_LENGTHS, ['NONE', 'LEFT', 'RIGHT']);

function embedFamily(name: string, lengths: readonly number[], cuts: readonly string[]): Family {
  const params: ParamSpec[] = [
    INPUT_TYPE,
    { name: 'truncate', kind: 'word', words: cuts, about: 'which end of a text that is too long is cut off' },
  ];
  if (lengths.length > 0) params.push({ name: 'dimensions', kind: 'integer', oneOf: lengths, about: 'length of the vector' });
  const request = ({ text, params: values }: RequestInput): JsonObject => {
    const body: JsonFields = { texts: [text], input_type: values['input_type'] ?? 'search_document' };
    if (values['truncate'] !== undefined) body['truncate'] = values['truncate'];
    body['embedding_types'] = ['float'];
    if (values['dimensions'] !== undefined) body['output_dimension'] = values['dimensions'];
    return body;
  };
  return {
    name,
    task: 'embedding',
    invocationType: 'InvokeModel',
    params,
    parseParams: (raw) => parseParamsBy(params, name, raw),
    request,
    sentinel: () => request({ text: '.', params: {} }),
    embedding: (asked: EmbeddingRequest, _traits, sink: UnsupportedSink) => {
      reportUser(asked, sink);
      reportImage(asked, sink);
      const length = takenDimensions(asked, lengths, sink);
      return request({ text: asked.text, params: length === undefined ? {} : { dimensions: length } });
    },
    answer,
  };
}

/** `embeddings` is a list of vectors, or one such list for each type that was asked for. Its answers carry no usage. */
function answer(modelOutput: unknown): Answer | undefined {
  const embeddings = property(modelOutput, 'embeddings');
  const list = Array.isArray(embeddings) ? embeddings : property(embeddings, 'float');
  const found = Array.isArray(list) ? vector(list[0]) : undefined;
  return found === undefined ? undefined : { embedding: found, stopReason: '' };
}
