import type { EmbeddingRequest, MediaBlock, UnsupportedSink } from './chat.ts';
import { reportUser, takenDimensions } from './embedding-reports.ts';
import type { Answer, Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonFields, JsonObject, JsonValue } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { property, vector } from './reading.ts';
import { leftOut } from './unsupported.ts';

/** Amazon Nova User Guide, Complete embeddings request and response schema, 2026-11. The model's default is 3,072. */
const LENGTHS = [256, 384, 1024, 3072] as const;
const PURPOSES = [
  'GENERIC_INDEX',
  'GENERIC_RETRIEVAL',
  'TEXT_RETRIEVAL',
  'IMAGE_RETRIEVAL',
  'VIDEO_RETRIEVAL',
  'DOCUMENT_RETRIEVAL',
  'AUDIO_RETRIEVAL',
  'CLASSIFICATION',
  'CLUSTERING',
] as const;
const params: readonly ParamSpec[] = [
  { name: 'dimensions', kind: 'integer', oneOf: LENGTHS, about: 'length of the vector' },
  { name: 'purpose', kind: 'word', words: PURPOSES, byDefault: 'GENERIC_INDEX', about: 'what the vectors are for' },
];
const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

/** Amazon Nova Multimodal Embeddings: one text or one picture a record. Longer texts than 8,192 characters lose their end. */
export const novaEmbed: Family = {
  name: 'nova-embed',
  task: 'embedding',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'nova-embed', raw),
  request: ({ text, params: values }: RequestInput): JsonObject => bodyOf(textOf(text), values['purpose'], values['dimensions']),
  sentinel: () => novaEmbed.request({ text: '.', params: { dimensions: 256 } }),
  embedding,
  answer,
};

function bodyOf(content: JsonObject, purpose: JsonValue = 'GENERIC_INDEX', dimensions?: JsonValue): JsonObject {
  const single: JsonFields = { embeddingPurpose: purpose };
  if (dimensions !== undefined) single['embeddingDimension'] = dimensions;
  return {
    schemaVersion: 'nova-multimodal-embed-v1',
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: { ...single, ...content },
  };
}

function textOf(value: string): JsonObject {
  return { text: { truncationMode: 'END', value } };
}

function embedding(request: EmbeddingRequest, _traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const { text, image } = request;
  const picture = image === undefined ? undefined : imageOf(image, sink);
  if (picture !== undefined && text !== '') {
    leftOut(sink, 'text_beside_image', 'input', 'the text is left out: this model takes a text or an image, not both');
  }
  reportUser(request, sink);
  return bodyOf(picture ?? textOf(text), undefined, takenDimensions(request, LENGTHS, sink));
}

function imageOf({ at, mediaType, source }: MediaBlock, sink: UnsupportedSink): JsonObject | undefined {
  const format = IMAGE_FORMATS[mediaType];
  if (format === undefined) {
    leftOut(sink, 'media_type_not_supported', at, `a file of type ${mediaType} is left out: this model does not take it`);
    return undefined;
  }
  const from: JsonObject = source.kind === 'bytes' ? { bytes: source.base64 } : { s3Location: { uri: source.uri } };
  return { image: { detailLevel: 'STANDARD_IMAGE', format, source: from } };
}

/** Its answers carry no usage. */
function answer(modelOutput: unknown): Answer | undefined {
  const embeddings = property(modelOutput, 'embeddings');
  const found = Array.isArray(embeddings) ? vector(property(embeddings[0], 'embedding')) : undefined;
  return found === undefined ? undefined : { embedding: found, stopReason: '' };
}
