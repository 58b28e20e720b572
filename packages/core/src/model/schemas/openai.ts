import type { JsonObject } from '../json.ts';
import { ANY_OBJECT, BASE64, COUNT, closed, FILLED, list, SAID, SHARE, TEXT, TOOL_NAME, words } from './pieces.ts';

const parts = list(
  {
    anyOf: [
      closed({ 'type!': words('text'), 'text!': SAID }),
      closed({
        'type!': words('image_url'),
        'image_url!': closed({ 'url!': { type: 'string', pattern: '^data:image/[a-z]+;base64,[A-Za-z0-9+/]+={0,2}$' } }),
      }),
      closed({ 'type!': words('input_audio'), 'input_audio!': closed({ 'data!': BASE64, 'format!': words('wav', 'mp3') }) }),
    ],
  },
  1,
);

function messages(id: JsonObject): JsonObject {
  const call = closed({
    'id!': id,
    'type!': words('function'),
    'function!': closed({ 'name!': TOOL_NAME, 'arguments!': TEXT }),
  });
  return list(
    {
      anyOf: [
        closed({ 'role!': words('system'), 'content!': TEXT }),
        closed({ 'role!': words('user'), 'content!': { anyOf: [TEXT, parts] } }),
        closed({ 'role!': words('assistant'), 'content!': { anyOf: [SAID, { type: 'null' }] }, tool_calls: list(call, 1) }),
        closed({ 'role!': words('tool'), 'tool_call_id!': id, 'content!': TEXT }),
      ],
    },
    1,
  );
}

const tools = list(
  closed({
    'type!': words('function'),
    'function!': closed({ 'name!': TOOL_NAME, description: SAID, 'parameters!': ANY_OBJECT, strict: { type: 'boolean' } }),
  }),
  1,
);

function fullSchema(limit: string): JsonObject {
  return closed({
    'messages!': messages({ type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' }),
    [limit]: COUNT,
    temperature: SHARE,
    top_p: SHARE,
    stop: list(FILLED, 1),
    tools,
    tool_choice: {
      anyOf: [
        words('auto', 'none', 'required'),
        closed({ 'type!': words('function'), 'function!': closed({ 'name!': TOOL_NAME }) }),
      ],
    },
    parallel_tool_calls: { type: 'boolean' },
    response_format: closed({
      'type!': words('json_schema'),
      'json_schema!': closed({ 'name!': FILLED, description: TEXT, 'schema!': ANY_OBJECT, strict: { type: 'boolean' } }),
    }),
    reasoning_effort: words('low', 'medium', 'high'),
    user: FILLED,
    seed: { type: 'integer' },
    presence_penalty: { type: 'number', minimum: -2, maximum: 2 },
    frequency_penalty: { type: 'number', minimum: -2, maximum: 2 },
    logit_bias: ANY_OBJECT,
    logprobs: { type: 'boolean' },
    top_logprobs: { type: 'integer', minimum: 0 },
  });
}

/** Requests of the OpenAI-shaped models through InvokeModel (OpenAI's SDK 7.57.0, 2026-11). */
export const openaiShapedSchema: JsonObject = fullSchema('max_tokens');

/** Requests of gpt-oss through InvokeModel. */
export const gptOssSchema: JsonObject = fullSchema('max_completion_tokens');

/** Requests of Mistral Large 24.07 (Bedrock User Guide, Mistral AI chat completion, 2026-11). */
export const mistralChatSchema: JsonObject = closed({
  'messages!': messages({ type: 'string', pattern: '^[a-zA-Z0-9]{9}$' }),
  max_tokens: COUNT,
  temperature: SHARE,
  top_p: SHARE,
  tools,
  tool_choice: words('auto', 'any', 'none'),
});
