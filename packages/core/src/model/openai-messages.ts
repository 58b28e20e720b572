import type { ChatRequest, MediaBlock, ToolResultBlock, ToolUseBlock, Turn, UnsupportedSink } from './chat.ts';
import { reportDetail, takesKind } from './converse-media.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { isBlank, trimmedPrefill } from './prefill.ts';
import { impossible, leftOut } from './unsupported.ts';

/** InputAudio of OpenAI's chat completions (SDK 7.57.0, 2026-11). */
const AUDIO: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};
const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/jpg', 'image/gif', 'image/webp']);
const MEDIA = ['image', 'audio'] as const;

/** What tells one model's messages from another's. */
export interface OpenaiRules {
  readonly traits: ModelTraits;
  /** How the id of a call is written. */
  readonly toolId: (id: string) => string;
}

/** `messages` of OpenAI's chat completions; `more` is said behind the instructions. */
export function openaiMessages(
  request: ChatRequest,
  more: string | undefined,
  rules: OpenaiRules,
  sink: UnsupportedSink,
): JsonObject[] {
  const messages: JsonObject[] = [];
  const system = (request.system ?? []).map((block) => block.text).filter((text) => !isBlank(text));
  if (more !== undefined) system.push(more);
  // one message: the chat templates of most of these models take no second one
  if (system.length > 0) messages.push({ role: 'system', content: system.join('\n\n') });
  trimmedPrefill(request.turns, rules.traits, sink).forEach((turn, i) => {
    const before = messages.length;
    if (turn.role === 'user') pushUser(messages, turn, rules, sink);
    else pushAssistant(messages, turn, rules);
    if (messages.length > before) return;
    impossible(sink, 'empty_turn', `messages[${i}]`, 'nothing is left of the turn that the model takes');
  });
  reportCache(request, sink);
  return messages;
}

function pushUser(messages: JsonObject[], turn: Turn & { role: 'user' }, rules: OpenaiRules, sink: UnsupportedSink): void {
  const parts: JsonObject[] = [];
  for (const block of turn.content) {
    if (block.kind === 'tool-result') messages.push(toolMessage(block, rules, sink));
    else if (block.kind === 'text') {
      if (!isBlank(block.text)) parts.push({ type: 'text', text: block.text });
    } else {
      const part = mediaPart(block, rules, sink);
      if (part !== undefined) parts.push(part);
    }
  }
  if (parts.length === 0) return;
  const [first] = parts;
  // a plain string where there is but one text: what every one of these models is sure to take
  const content = parts.length === 1 && first!['type'] === 'text' ? first!['text']! : parts;
  messages.push({ role: 'user', content });
}

function pushAssistant(messages: JsonObject[], turn: Turn & { role: 'assistant' }, { toolId }: OpenaiRules): void {
  const texts: string[] = [];
  const calls: ToolUseBlock[] = [];
  for (const block of turn.content) {
    if (block.kind === 'tool-use') calls.push(block);
    else if (!isBlank(block.text)) texts.push(block.text);
  }
  if (texts.length === 0 && calls.length === 0) return;
  const message: JsonFields = { role: 'assistant', content: texts.length === 0 ? null : texts.join('\n') };
  if (calls.length > 0) {
    message['tool_calls'] = calls.map(({ id, name, input }) => ({
      id: toolId(id),
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
  }
  messages.push(message);
}

function toolMessage(block: ToolResultBlock, { toolId }: OpenaiRules, sink: UnsupportedSink): JsonObject {
  const texts: string[] = [];
  for (const part of block.content) {
    if (part.kind === 'text') texts.push(part.text);
    else leftOut(sink, 'media_not_supported', part.at, `the ${part.kind} is left out: a result of a tool is text for this model`);
  }
  if (block.isError) {
    leftOut(sink, 'is_error_not_supported', block.at, 'that the tool failed is left out: this model has no such field');
  }
  return { role: 'tool', tool_call_id: toolId(block.id), content: texts.join('\n') };
}

function mediaPart(block: MediaBlock, { traits }: OpenaiRules, sink: UnsupportedSink): JsonObject | undefined {
  if (!takesKind(block, { traits, kinds: MEDIA }, sink)) return undefined;
  const { at, kind, mediaType, source } = block;
  if (source.kind === 's3') {
    leftOut(sink, 's3_not_supported', at, `the ${kind} in S3 is left out: this model takes it inline only`);
    return undefined;
  }
  if (kind === 'image' && IMAGE_TYPES.has(mediaType)) {
    reportDetail(block, sink);
    return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${source.base64}` } };
  }
  const format = kind === 'audio' ? AUDIO[mediaType] : undefined;
  if (format !== undefined) return { type: 'input_audio', input_audio: { data: source.base64, format } };
  leftOut(sink, 'media_type_not_supported', at, `a file of type ${mediaType} is left out: this model does not take it`);
  return undefined;
}

/** Once a request: what is cached changes the price, not the answer. */
function reportCache({ system, turns }: ChatRequest, sink: UnsupportedSink): void {
  const isCached =
    system?.some((block) => block.cache !== undefined) ||
    turns.some(({ content }) => content.some((block) => 'cache' in block && block.cache !== undefined));
  if (isCached)
    leftOut(sink, 'cache_not_supported', 'messages', 'cache_control is left out: this model caches no prefixes on demand');
}
