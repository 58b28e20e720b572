import type { JsonObject } from '../json.ts';
import { anthropicSchema } from './anthropic.ts';
import { converseSchema, novaSchema } from './converse.ts';
import {
  cohereEmbedV3Schema,
  cohereEmbedV4Schema,
  novaEmbedSchema,
  titanEmbedImageSchema,
  titanEmbedTextSchema,
} from './embeddings.ts';
import { gptOssSchema, mistralChatSchema, openaiShapedSchema } from './openai.ts';
import { llamaSchema, mistralPromptSchema } from './prompts.ts';

export { GIVEN_SCHEMAS } from './given.ts';

/**
 * JSON schemas (draft 2020-12) of the requests of each family, by its name. They are stricter than the services: only what is
 * written here is in them.
 */
export const REQUEST_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  anthropic: anthropicSchema,
  nova: novaSchema,
  'openai-shaped': openaiShapedSchema,
  'gpt-oss': gptOssSchema,
  'mistral-chat': mistralChatSchema,
  'mistral-prompt': mistralPromptSchema,
  llama: llamaSchema,
  'llama-4': llamaSchema,
  'titan-embed-text': titanEmbedTextSchema,
  'titan-embed-image': titanEmbedImageSchema,
  'nova-embed': novaEmbedSchema,
  'cohere-embed-v3': cohereEmbedV3Schema,
  'cohere-embed-v4': cohereEmbedV4Schema,
  converse: converseSchema,
};
