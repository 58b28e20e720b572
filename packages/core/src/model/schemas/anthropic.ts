import type { JsonObject } from '../json.ts';
import { ANY_OBJECT, BASE64, COUNT, closed, FILLED, list, SAID, SHARE, TOOL_NAME, words } from './pieces.ts';

const cache_control = closed({ 'type!': words('ephemeral'), ttl: words('5m', '1h') });
const text = closed({ 'type!': words('text'), 'text!': SAID, cache_control });
const image = closed({
  'type!': words('image'),
  'source!': closed({
    'type!': words('base64'),
    'media_type!': words('image/png', 'image/jpeg', 'image/gif', 'image/webp'),
    'data!': BASE64,
  }),
  cache_control,
});
const document = closed({
  'type!': words('document'),
  'source!': closed({ 'type!': words('base64'), 'media_type!': words('application/pdf'), 'data!': BASE64 }),
  title: FILLED,
  cache_control,
});
const id: JsonObject = { type: 'string', pattern: '^[a-zA-Z0-9_-]+$' };
const toolUse = closed({ 'type!': words('tool_use'), 'id!': id, 'name!': TOOL_NAME, 'input!': ANY_OBJECT });
const toolResult = closed({
  'type!': words('tool_result'),
  'tool_use_id!': id,
  content: list({ anyOf: [text, image, document] }, 1),
  is_error: { type: 'boolean' },
  cache_control,
});
const user = closed({ 'role!': words('user'), 'content!': list({ anyOf: [text, image, document, toolResult] }, 1) });
const assistant = closed({ 'role!': words('assistant'), 'content!': list({ anyOf: [text, toolUse] }, 1) });
const parallel = { disable_parallel_tool_use: { type: 'boolean' } } as const;
const tool = closed({
  'name!': TOOL_NAME,
  description: SAID,
  'input_schema!': { type: 'object', properties: { type: { const: 'object' } }, required: ['type'] },
  strict: { type: 'boolean' },
});

/** Requests of Anthropic's Messages API through InvokeModel, as far as they are written here (its SDK 1.12.0, 2026-11). */
export const anthropicSchema: JsonObject = closed({
  'anthropic_version!': { const: 'bedrock-2023-05-31' },
  'max_tokens!': COUNT,
  system: { anyOf: [{ type: 'string' }, list(text, 1)] },
  'messages!': list({ anyOf: [user, assistant] }, 1),
  temperature: SHARE,
  top_p: SHARE,
  top_k: { type: 'integer', minimum: 0 },
  stop_sequences: list(SAID, 1),
  tools: list(tool, 1),
  tool_choice: {
    anyOf: [
      closed({ 'type!': words('auto', 'any'), ...parallel }),
      closed({ 'type!': words('tool'), 'name!': TOOL_NAME, ...parallel }),
      closed({ 'type!': words('none') }),
    ],
  },
  thinking: {
    anyOf: [
      closed({ 'type!': words('enabled'), 'budget_tokens!': { type: 'integer', minimum: 1024 } }),
      closed({ 'type!': words('adaptive', 'disabled') }),
    ],
  },
  output_config: closed({
    effort: words('low', 'medium', 'high', 'xhigh', 'max'),
    format: closed({ 'type!': words('json_schema'), 'schema!': ANY_OBJECT }),
  }),
  metadata: closed({ 'user_id!': { type: 'string', minLength: 1, maxLength: 256 } }),
});
