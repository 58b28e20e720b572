import type { JsonObject } from '../json.ts';
import { ANY_OBJECT, BASE64, COUNT, closed, FILLED, list, SAID, SHARE, TOOL_NAME, words } from './pieces.ts';

const cachePoint = (...ttls: readonly string[]): JsonObject =>
  closed({
    'cachePoint!': closed(ttls.length > 0 ? { 'type!': words('default'), ttl: words(...ttls) } : { 'type!': words('default') }),
  });
const s3Location = closed({
  'uri!': { type: 'string', pattern: '^s3://' },
  bucketOwner: { type: 'string', pattern: '^[0-9]{12}$' },
});
const source = { anyOf: [closed({ 'bytes!': BASE64 }), closed({ 's3Location!': s3Location })] };
const media = (kind: string, formats: readonly string[]): JsonObject =>
  closed({ [`${kind}!`]: closed({ 'format!': words(...formats), 'source!': source }) });

const text = closed({ 'text!': SAID });
const image = media('image', ['png', 'jpeg', 'gif', 'webp']);
const video = media('video', ['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp']);
const audio = media('audio', 'mp3 opus wav aac flac mp4 ogg mkv mka x-aac m4a mpeg mpga pcm webm'.split(' '));
const document = closed({
  'document!': closed({
    'format!': words('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
    // one white space at a time; letters, digits, hyphens, parentheses and square brackets
    'name!': { type: 'string', pattern: '^(?!.*\\s\\s)[a-zA-Z0-9\\s()\\[\\]-]{1,200}$' },
    'source!': source,
  }),
});
const id: JsonObject = { type: 'string', pattern: '^[a-zA-Z0-9_.:-]{1,64}$' };
const toolUse = closed({ 'toolUse!': closed({ 'toolUseId!': id, 'name!': TOOL_NAME, 'input!': ANY_OBJECT }) });
const toolResult = (kinds: readonly JsonObject[]): JsonObject =>
  closed({
    'toolResult!': closed({
      'toolUseId!': id,
      'content!': list({ anyOf: [closed({ 'text!': { type: 'string' } }), ...kinds] }, 1),
      status: words('success', 'error'),
    }),
  });

function messages(kinds: readonly JsonObject[], cache: JsonObject): JsonObject {
  const user = { anyOf: [text, cache, toolResult(kinds), ...kinds] };
  const assistant = { anyOf: [text, cache, toolUse] };
  return list(
    {
      anyOf: [
        closed({ 'role!': words('user'), 'content!': list(user, 1) }),
        closed({ 'role!': words('assistant'), 'content!': list(assistant, 1) }),
      ],
    },
    1,
  );
}

const ttls = cachePoint('5m', '1h');
const metadataText = { type: 'string', pattern: '^[a-zA-Z0-9\\s:_@$#=/+,.-]{0,256}$' } as const;

/** Requests of Converse in a batch job, which take no tools (API Reference of bedrock-runtime, 2026-11). */
export const converseSchema: JsonObject = closed({
  'messages!': messages([image, document, audio, video], ttls),
  system: list({ anyOf: [text, ttls] }, 1),
  inferenceConfig: closed({ maxTokens: COUNT, temperature: SHARE, topP: SHARE, stopSequences: list(FILLED, 1) }),
  additionalModelRequestFields: ANY_OBJECT,
  requestMetadata: { type: 'object', minProperties: 1, maxProperties: 16, additionalProperties: metadataText },
  outputConfig: closed({
    'textFormat!': closed({
      'type!': words('json_schema'),
      'structure!': closed({
        'jsonSchema!': closed({ 'schema!': FILLED, name: FILLED, description: { type: 'string' } }),
      }),
    }),
  }),
});

const plain = cachePoint();
const empty = closed({});
// Nova User Guide, Troubleshooting tool calls, 2026-11: nothing else stands at the top of a tool's schema
const toolInput = closed({ 'type!': words('object'), 'properties!': ANY_OBJECT, required: list(FILLED) });
const toolSpec = closed({
  'name!': TOOL_NAME,
  description: SAID,
  'inputSchema!': closed({ 'json!': toolInput }),
});

/** Requests of Nova through InvokeModel (Amazon Nova User Guides, request schemas of 1 and 2, 2026-11). */
export const novaSchema: JsonObject = closed({
  schemaVersion: { const: 'messages-v1' },
  system: list({ anyOf: [text, plain] }, 1),
  'messages!': messages([image, video, audio], plain),
  inferenceConfig: closed({
    maxTokens: COUNT,
    temperature: SHARE,
    topP: SHARE,
    topK: { type: 'integer', minimum: 0 },
    stopSequences: list(FILLED, 1),
    reasoningConfig: closed({ 'type!': words('enabled', 'disabled'), maxReasoningEffort: words('low', 'medium', 'high') }),
  }),
  toolConfig: closed({
    'tools!': list(closed({ 'toolSpec!': toolSpec }), 1),
    toolChoice: {
      anyOf: [closed({ 'auto!': empty }), closed({ 'any!': empty }), closed({ 'tool!': closed({ 'name!': TOOL_NAME }) })],
    },
  }),
});
