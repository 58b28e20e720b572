import type { CachePoint, ChatRequest, SystemBlock, TextBlock, ToolResultBlock, Turn, UnsupportedSink } from './chat.ts';
import { converseMedia, type MediaRules } from './converse-media.ts';
import type { JsonFields, JsonObject, JsonValue } from './json.ts';
import { isBlank, trimmedPrefill } from './prefill.ts';
import { toolUseId } from './tool-use.ts';
import { changed, impossible } from './unsupported.ts';

/** What tells Nova's messages from those of Converse. */
export interface MessageRules extends MediaRules {
  /** Keeping times of cached prefixes that are known beside the shortest, `5m`. */
  readonly takesTtl: boolean;
}

/** `messages` as Converse and Nova's messages-v1 write them (API Reference, Message, 2026-11). */
export function converseMessages(request: ChatRequest, rules: MessageRules, sink: UnsupportedSink): JsonObject[] {
  const turns = trimmedPrefill(request.turns, rules.traits, sink);
  return turns.map((turn, i) => {
    const content = turn.role === 'user' ? userContent(turn, rules, sink) : assistantContent(turn, rules, sink);
    if (content.length === 0)
      impossible(sink, 'empty_turn', `messages[${i}]`, 'nothing is left of the turn that the model takes');
    return { role: turn.role, content };
  });
}

/** `system` as both write it; undefined for none. `more` is said behind it. */
export function converseSystem(
  blocks: readonly SystemBlock[] | undefined,
  more: string | undefined,
  rules: Pick<MessageRules, 'takesTtl'>,
  sink: UnsupportedSink,
): JsonObject[] | undefined {
  const system: JsonObject[] = [];
  for (const block of blocks ?? []) {
    if (isBlank(block.text)) continue;
    system.push({ text: block.text });
    if (block.cache !== undefined) system.push(cachePoint(block.cache, 'system', rules, sink));
  }
  if (more !== undefined) system.push({ text: more });
  return system.length > 0 ? system : undefined;
}

function userContent(turn: Turn & { role: 'user' }, rules: MessageRules, sink: UnsupportedSink): JsonObject[] {
  const content: JsonObject[] = [];
  let document = '';
  let hasText = false;
  for (const block of turn.content) {
    if (block.kind === 'text') {
      hasText ||= !isBlank(block.text);
      pushText(content, block, rules, sink);
      continue;
    }
    if (block.kind === 'tool-result') {
      content.push({ toolResult: toolResult(block, rules, sink) });
      continue;
    }
    const media = converseMedia(block, rules, sink);
    if (media === undefined) continue;
    content.push(media);
    if (block.kind === 'document') document = block.at;
    if (block.cache !== undefined) content.push(cachePoint(block.cache, block.at, rules, sink));
  }
  if (document !== '' && !hasText) {
    // Bedrock API Reference, DocumentBlock, 2026-11: a message with a document must have text too
    changed(sink, 'text_beside_document', document, 'a document needs a text beside it: the model is told to read it');
    content.push({ text: 'Read the document.' });
  }
  return content;
}

function assistantContent(turn: Turn & { role: 'assistant' }, rules: MessageRules, sink: UnsupportedSink): JsonObject[] {
  const content: JsonObject[] = [];
  for (const block of turn.content) {
    if (block.kind === 'text') pushText(content, block, rules, sink);
    else content.push({ toolUse: { toolUseId: toolUseId(block.id), name: block.name, input: block.input } });
  }
  return content;
}

function pushText(content: JsonObject[], { text, cache }: TextBlock, rules: MessageRules, sink: UnsupportedSink): void {
  if (isBlank(text)) return;
  content.push({ text });
  if (cache !== undefined) content.push(cachePoint(cache, 'messages', rules, sink));
}

function toolResult(block: ToolResultBlock, rules: MessageRules, sink: UnsupportedSink): JsonObject {
  const content: JsonValue[] = [];
  for (const part of block.content) {
    if (part.kind === 'text') content.push({ text: part.text });
    else {
      const media = converseMedia(part, rules, sink);
      if (media !== undefined) content.push(media);
    }
  }
  // a result of nothing is an answer too, and has to be said in words
  if (content.length === 0) content.push({ text: '(no result)' });
  const result: JsonFields = { toolUseId: toolUseId(block.id), content };
  if (block.isError !== undefined) result['status'] = block.isError ? 'error' : 'success';
  return result;
}

function cachePoint(
  { ttl }: CachePoint,
  at: string,
  { takesTtl }: Pick<MessageRules, 'takesTtl'>,
  sink: UnsupportedSink,
): JsonObject {
  if (ttl === undefined) return { cachePoint: { type: 'default' } };
  // CacheTTL of the API Reference, 2026-11
  if (takesTtl && (ttl === '5m' || ttl === '1h')) return { cachePoint: { type: 'default', ttl } };
  if (ttl !== '5m') changed(sink, 'cache_ttl_not_supported', at, `a cached prefix is kept for the usual time, not for ${ttl}`);
  return { cachePoint: { type: 'default' } };
}
