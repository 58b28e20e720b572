import type { JsonObject } from '../json.ts';
import { COUNT, closed, FILLED, list, SHARE } from './pieces.ts';

/** Requests of Llama through InvokeModel (Bedrock User Guide, Meta Llama models, 2026-11). */
export const llamaSchema: JsonObject = closed({ 'prompt!': FILLED, max_gen_len: COUNT, temperature: SHARE, top_p: SHARE });

/** Requests of Mistral's first models through InvokeModel (Bedrock User Guide, Mistral AI text completion, 2026-11). */
export const mistralPromptSchema: JsonObject = closed({
  'prompt!': FILLED,
  max_tokens: COUNT,
  temperature: SHARE,
  top_p: SHARE,
  top_k: { type: 'integer', minimum: 0 },
  stop: list(FILLED, 1),
});
