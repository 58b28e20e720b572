import type { InvocationType } from '@batchrock/core';
import { formattedBody } from '../formats/index.ts';
import type { BodyShape } from '../question.ts';
import { anthropicBody } from './anthropic.ts';
import { cohereEmbedV3Body, cohereEmbedV4Body } from './cohere-embed.ts';
import { converseBody } from './converse.ts';
import { llamaBody } from './llama.ts';
import { mistralTextBody } from './mistral-text.ts';
import { novaBody } from './nova.ts';
import { novaEmbedBody } from './nova-embed.ts';
import { mistralChatBody, openaiChatBody } from './openai-chat.ts';
import { titanEmbedImageBody } from './titan-embed-image.ts';
import { titanEmbedTextBody } from './titan-embed-text.ts';

/** By the beginning of the base model id; the first that fits. Everything else speaks OpenAI's chat completions. */
const NATIVE: readonly (readonly [string, BodyShape])[] = [
  ['anthropic.', anthropicBody],
  ['amazon.nova-2-multimodal-embeddings', novaEmbedBody],
  ['amazon.nova-', novaBody],
  ['amazon.titan-embed-text-', titanEmbedTextBody],
  ['amazon.titan-embed-image-', titanEmbedImageBody],
  ['cohere.embed-v4', cohereEmbedV4Body],
  ['cohere.embed-', cohereEmbedV3Body],
  ['meta.llama', llamaBody],
  ['mistral.mistral-small-2402', mistralTextBody],
  ['mistral.mistral-7b', mistralTextBody],
  ['mistral.mixtral', mistralTextBody],
  ['mistral.mistral-large-2402', mistralTextBody],
  ['mistral.mistral-large-2407', mistralChatBody],
];

/** The shape of a model's requests and answers. */
export function bodyShapeOf(baseModelId: string, invocationType: InvocationType): BodyShape {
  if (invocationType === 'Converse') return formattedBody(converseBody);
  return formattedBody(NATIVE.find(([start]) => baseModelId.startsWith(start))?.[1] ?? openaiChatBody);
}

/** True for models that answer with vectors; they do not converse. */
export function isEmbeddingModel(baseModelId: string): boolean {
  return /embed/.test(baseModelId);
}
