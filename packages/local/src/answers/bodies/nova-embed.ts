import type { BodyShape } from '../question.ts';
import { checkKeys, embeddingOf, isObject, malformed, requiredString, typeName } from './check.ts';

const DIMENSIONS = [256, 384, 1024, 3072];
const MOST_CHARS = 8_192;

/** Amazon Nova Multimodal Embeddings (nova-multimodal-embed-v1), text only here. */
export const novaEmbedBody: BodyShape = {
  name: 'nova-embed',
  read(body, modelId) {
    checkKeys(body, ['taskType', 'singleEmbeddingParams'], ['schemaVersion']);
    if (body['taskType'] !== 'SINGLE_EMBEDDING') malformed(`#/taskType: ${String(body['taskType'])} is not a valid enum value`);
    const params = body['singleEmbeddingParams'];
    if (!isObject(params)) malformed(`#/singleEmbeddingParams: expected type: JSONObject, found: ${typeName(params)}`);
    checkKeys(params, ['embeddingPurpose'], ['embeddingDimension', 'text', 'image', 'audio', 'video'], '#/singleEmbeddingParams');
    const media = ['text', 'image', 'audio', 'video'].filter((kind) => Object.hasOwn(params, kind));
    if (media.length !== 1) malformed('#/singleEmbeddingParams: exactly one of text, image, audio, video must be given');
    if (media[0] !== 'text') malformed(`#/singleEmbeddingParams: ${media[0]} is not embedded by the local Bedrock`);
    const source = params['text'];
    if (!isObject(source)) malformed(`#/singleEmbeddingParams/text: expected type: JSONObject, found: ${typeName(source)}`);
    const text = requiredString(source['value'], '#/singleEmbeddingParams/text/value');
    if (text === '') malformed('#/singleEmbeddingParams/text/value: expected minLength: 1, actual: 0');
    if (text.length > MOST_CHARS && (source['truncationMode'] ?? 'NONE') === 'NONE') {
      malformed(`#/singleEmbeddingParams/text/value: expected maxLength: ${MOST_CHARS}, actual: ${text.length}`);
    }
    const dimensions = params['embeddingDimension'] ?? 3072;
    if (typeof dimensions !== 'number' || !DIMENSIONS.includes(dimensions)) {
      malformed(`#/singleEmbeddingParams/embeddingDimension: ${JSON.stringify(dimensions)} is not a valid enum value`);
    }
    return { kind: 'embedding', modelId, text: truncated(text, source['truncationMode']), dimensions, normalize: true };
  },
  write(body, _question, given) {
    const embedding = { embeddingType: 'TEXT', embedding: embeddingOf(given).vector };
    if (sourceLength(body) <= MOST_CHARS) return { embeddings: [embedding] };
    return { embeddings: [{ ...embedding, truncatedCharLength: MOST_CHARS }] };
  },
};

function truncated(text: string, mode: unknown): string {
  if (text.length <= MOST_CHARS) return text;
  return mode === 'START' ? text.slice(-MOST_CHARS) : text.slice(0, MOST_CHARS);
}

function sourceLength(body: Parameters<BodyShape['write']>[0]): number {
  const params = body['singleEmbeddingParams'];
  const text = isObject(params) ? params['text'] : undefined;
  const value = isObject(text) ? text['value'] : undefined;
  return typeof value === 'string' ? value.length : 0;
}
