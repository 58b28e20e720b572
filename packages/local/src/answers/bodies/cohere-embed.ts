import type { JsonValue } from '@batchrock/core';
import type { BodyShape } from '../question.ts';
import { checkKeys, embeddingOf, malformed, optionalStrings, requiredString, typeName } from './check.ts';

const INPUT_TYPES = ['search_document', 'search_query', 'classification', 'clustering'];

/** Cohere Embed v3: 1,024 numbers for a text. */
export const cohereEmbedV3Body = embedBody('cohere-embed-v3', [1024], ['NONE', 'START', 'END']);

/** Cohere Embed v4: 1,536 numbers for a text, unless fewer are asked for. */
export const cohereEmbedV4Body = embedBody('cohere-embed-v4', [1536, 256, 512, 1024], ['NONE', 'LEFT', 'RIGHT']);

/** Bedrock User Guide, Cohere Embed, 2026-11; of its 96 texts a request, one is embedded here. */
function embedBody(name: string, lengths: readonly number[], cuts: readonly string[]): BodyShape {
  const own = lengths.length > 1 ? ['output_dimension', 'max_tokens'] : [];
  return {
    name,
    read(body, modelId) {
      checkKeys(body, ['texts', 'input_type'], ['truncate', 'embedding_types', ...own]);
      oneOf(body['input_type'], INPUT_TYPES, 'input_type');
      if (body['truncate'] !== undefined) oneOf(body['truncate'], cuts, 'truncate');
      const texts = body['texts'];
      if (!Array.isArray(texts)) malformed(`#/texts: expected type: JSONArray, found: ${typeName(texts)}`);
      if (texts.length !== 1) malformed(`#/texts: ${texts.length} texts are not embedded by the local Bedrock, one is`);
      const text = requiredString(texts[0], '#/texts/0');
      const dimensions = body['output_dimension'] ?? lengths[0]!;
      if (typeof dimensions !== 'number' || !lengths.includes(dimensions)) {
        malformed(`#/output_dimension: ${JSON.stringify(dimensions)} is not a valid enum value`);
      }
      return { kind: 'embedding', modelId, text, dimensions, normalize: true };
    },
    write(body, _question, given, id) {
      const { vector } = embeddingOf(given);
      const types = optionalStrings(body['embedding_types'], '#/embedding_types');
      const isByType = types.length > 0;
      return {
        id,
        texts: body['texts'] ?? [],
        embeddings: isByType ? { float: [vector] } : [vector],
        response_type: isByType ? 'embeddings_by_type' : 'embeddings_floats',
      };
    },
  };
}

function oneOf(value: JsonValue | undefined, allowed: readonly string[], key: string): void {
  if (!allowed.includes(requiredString(value, `#/${key}`))) {
    malformed(`#/${key}: ${JSON.stringify(value)} is not a valid enum value`);
  }
}
