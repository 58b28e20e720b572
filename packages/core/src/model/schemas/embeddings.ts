import type { JsonObject } from '../json.ts';
import { BASE64, closed, FILLED, list, TEXT, words } from './pieces.ts';

const lengths = (...values: readonly number[]): JsonObject => ({ enum: values });

/** Requests of Titan Text Embeddings V2 (Bedrock User Guide, 2026-11). */
export const titanEmbedTextSchema: JsonObject = closed({
  'inputText!': { type: 'string', minLength: 1, maxLength: 50_000 },
  dimensions: lengths(256, 512, 1024),
  normalize: { type: 'boolean' },
  embeddingTypes: list(words('float', 'binary'), 1),
});

/** Requests of Titan Multimodal Embeddings G1 (Bedrock User Guide, 2026-11): a text, a picture or both. */
export const titanEmbedImageSchema: JsonObject = closed(
  {
    inputText: FILLED,
    inputImage: BASE64,
    embeddingConfig: closed({ outputEmbeddingLength: lengths(256, 384, 1024) }),
  },
  { anyOf: [{ required: ['inputText'] }, { required: ['inputImage'] }] },
);

const source = { anyOf: [closed({ 'bytes!': BASE64 }), closed({ 's3Location!': closed({ 'uri!': FILLED }) })] };

/** Requests of Nova Multimodal Embeddings (Amazon Nova User Guide, complete embeddings schema, 2026-11): a text or a picture. */
export const novaEmbedSchema: JsonObject = closed({
  schemaVersion: { const: 'nova-multimodal-embed-v1' },
  'taskType!': { const: 'SINGLE_EMBEDDING' },
  'singleEmbeddingParams!': closed(
    {
      'embeddingPurpose!': words(
        'GENERIC_INDEX',
        'GENERIC_RETRIEVAL',
        'TEXT_RETRIEVAL',
        'IMAGE_RETRIEVAL',
        'VIDEO_RETRIEVAL',
        'DOCUMENT_RETRIEVAL',
        'AUDIO_RETRIEVAL',
        'CLASSIFICATION',
        'CLUSTERING',
      ),
      embeddingDimension: lengths(256, 384, 1024, 3072),
      text: closed({ 'truncationMode!': words('START', 'END', 'NONE'), 'value!': FILLED }),
      image: closed({
        'format!': words('png', 'jpeg', 'gif', 'webp'),
        'source!': source,
        detailLevel: words('STANDARD_IMAGE', 'DOCUMENT_IMAGE'),
      }),
    },
    { oneOf: [{ required: ['text'] }, { required: ['image'] }] },
  ),
});

const inputTypes = words('search_document', 'search_query', 'classification', 'clustering');
const embedding_types = list(words('float', 'int8', 'uint8', 'binary', 'ubinary'), 1);
const texts: JsonObject = { type: 'array', items: TEXT, minItems: 1, maxItems: 96 };

/** Requests of Cohere Embed v3 (Bedrock User Guide, 2026-11). */
export const cohereEmbedV3Schema: JsonObject = closed({
  'texts!': texts,
  'input_type!': inputTypes,
  truncate: words('NONE', 'START', 'END'),
  embedding_types,
});

/** Requests of Cohere Embed v4 (Bedrock User Guide, 2026-11). */
export const cohereEmbedV4Schema: JsonObject = closed({
  'texts!': texts,
  'input_type!': inputTypes,
  truncate: words('NONE', 'LEFT', 'RIGHT'),
  embedding_types,
  output_dimension: lengths(256, 512, 1024, 1536),
});
