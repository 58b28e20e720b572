import type { BodyShape } from '../question.ts';
import { countTokens } from '../tokens.ts';
import { checkKeys, embeddingOf, malformed, optionalStrings, requiredString, typeName } from './check.ts';

const DIMENSIONS = [256, 512, 1024];
/** User Guide, Titan Text Embeddings V2: at most 8,192 tokens or 50,000 characters (2026-11). */
const MOST_CHARS = 50_000;
const MOST_TOKENS = 8_192;

/** Amazon Titan Text Embeddings V2: one text a record, no `usage` in the answer. */
export const titanEmbedTextBody: BodyShape = {
  name: 'titan-embed-text',
  read(body, modelId) {
    checkKeys(body, ['inputText'], ['dimensions', 'normalize', 'embeddingTypes']);
    const text = requiredString(body['inputText'], '#/inputText');
    if (text.length === 0) malformed('expected minLength: 1, actual: 0');
    if (text.length > MOST_CHARS) malformed(`expected maxLength: ${MOST_CHARS}, actual: ${text.length}`);
    const tokens = text.length > MOST_TOKENS ? countTokens(text) : 0;
    if (tokens > MOST_TOKENS)
      malformed(`too many input tokens. Max input tokens: ${MOST_TOKENS}, request input token count: ${tokens}`);
    const dimensions = body['dimensions'] ?? 1024;
    if (typeof dimensions !== 'number' || !DIMENSIONS.includes(dimensions)) {
      malformed(`#/dimensions: ${JSON.stringify(dimensions)} is not a valid enum value`);
    }
    const normalize = body['normalize'] ?? true;
    if (typeof normalize !== 'boolean') malformed(`#/normalize: expected type: Boolean, found: ${typeName(normalize)}`);
    for (const type of typesOf(body['embeddingTypes'])) {
      if (type !== 'float' && type !== 'binary') malformed(`#/embeddingTypes: ${type} is not a valid enum value`);
    }
    return { kind: 'embedding', modelId, text, dimensions, normalize };
  },
  write(body, _question, given) {
    const { vector, inputTokens } = embeddingOf(given);
    const types = typesOf(body['embeddingTypes']);
    const float = types.includes('float');
    return {
      ...(float ? { embedding: vector } : {}),
      embeddingsByType: {
        ...(types.includes('binary') ? { binary: vector.map((value) => (value > 0 ? 1 : 0)) } : {}),
        ...(float ? { float: vector } : {}),
      },
      inputTextTokenCount: inputTokens,
    };
  },
};

function typesOf(value: Parameters<typeof optionalStrings>[0]): readonly string[] {
  const types = optionalStrings(value, '#/embeddingTypes');
  return types.length === 0 ? ['float'] : types;
}
