import type { CachePoint, ChatRequest, MediaBlock, SystemBlock, ToolResultBlock, Turn, UnsupportedSink } from './chat.ts';
import { reportDetail, takesKind } from './converse-media.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { isBlank, trimmedPrefill } from './prefill.ts';
import { toolUseId } from './tool-use.ts';
import { changed, impossible, leftOut } from './unsupported.ts';

/** Base64ImageSource of Anthropic's Messages API (SDK 1.12.0, 2026-11). */
const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const MEDIA = ['image', 'document'] as const;

/** `messages` of Anthropic's Messages API. */
export function anthropicMessages(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject[] {
  return trimmedPrefill(request.turns, traits, sink).map((turn, i) => {
    const content = contentOf(turn, traits, sink);
    if (content.length === 0)
      impossible(sink, 'empty_turn', `messages[${i}]`, 'nothing is left of the turn that the model takes');
    return { role: turn.role, content };
  });
}

/** `system`, a list of text blocks; undefined for none. `more` is said behind it. */
export function anthropicSystem(
  blocks: readonly SystemBlock[] | undefined,
  more: string | undefined,
  sink: UnsupportedSink,
): JsonObject[] | undefined {
  const system: JsonObject[] = [];
  for (const { text, cache } of blocks ?? []) {
    if (!isBlank(text)) system.push(withCache({ type: 'text', text }, cache, 'system', sink));
  }
  if (more !== undefined) system.push({ type: 'text', text: more });
  return system.length > 0 ? system : undefined;
}

function contentOf(turn: Turn, traits: ModelTraits, sink: UnsupportedSink): JsonObject[] {
  const content: JsonObject[] = [];
  for (const block of turn.content) {
    if (block.kind === 'text') {
      if (!isBlank(block.text)) content.push(withCache({ type: 'text', text: block.text }, block.cache, 'messages', sink));
    } else if (block.kind === 'tool-use') {
      content.push({ type: 'tool_use', id: toolUseId(block.id), name: block.name, input: block.input });
    } else if (block.kind === 'tool-result') {
      content.push(toolResult(block, traits, sink));
    } else {
      const media = mediaOf(block, traits, sink);
      if (media !== undefined) content.push(media);
    }
  }
  return content;
}

function toolResult(block: ToolResultBlock, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const content: JsonObject[] = [];
  for (const part of block.content) {
    if (part.kind === 'text') {
      if (!isBlank(part.text)) content.push({ type: 'text', text: part.text });
    } else {
      const media = mediaOf(part, traits, sink);
      if (media !== undefined) content.push(media);
    }
  }
  const result: JsonFields = { type: 'tool_result', tool_use_id: toolUseId(block.id) };
  if (content.length > 0) result['content'] = content;
  if (block.isError) result['is_error'] = true;
  return result;
}

function mediaOf(block: MediaBlock, traits: ModelTraits, sink: UnsupportedSink): JsonObject | undefined {
  if (!takesKind(block, { traits, kinds: MEDIA }, sink)) return undefined;
  const { at, kind, mediaType, source } = block;
  if (source.kind === 's3') {
    leftOut(sink, 's3_not_supported', at, `the ${kind} in S3 is left out: Claude takes it inline only`);
    return undefined;
  }
  reportDetail(block, sink);
  const written = kind === 'image' ? imageOf(block, source.base64) : documentOf(block, source.base64);
  if (written !== undefined) return withCache(written, block.cache, at, sink);
  leftOut(sink, 'media_type_not_supported', at, `a file of type ${mediaType} is left out: Claude takes ${TAKEN_TYPES}`);
  return undefined;
}

const TAKEN_TYPES = 'image/png, image/jpeg, image/gif, image/webp and application/pdf';

function imageOf({ mediaType }: MediaBlock, data: string): JsonFields | undefined {
  const type = mediaType === 'image/jpg' ? 'image/jpeg' : mediaType;
  return IMAGE_TYPES.has(type) ? { type: 'image', source: { type: 'base64', media_type: type, data } } : undefined;
}

function documentOf({ mediaType, name }: MediaBlock, data: string): JsonFields | undefined {
  if (mediaType !== 'application/pdf') return undefined;
  const document: JsonFields = { type: 'document', source: { type: 'base64', media_type: mediaType, data } };
  if (name !== undefined && name !== '') document['title'] = name;
  return document;
}

function withCache(block: JsonFields, cache: CachePoint | undefined, at: string, sink: UnsupportedSink): JsonObject {
  if (cache === undefined) return block;
  const { ttl } = cache;
  // CacheControlEphemeral of Anthropic's Messages API (SDK 1.12.0, 2026-11)
  if (ttl === undefined || ttl === '5m' || ttl === '1h') {
    block['cache_control'] = ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl };
    return block;
  }
  changed(sink, 'cache_ttl_not_supported', at, `a cached prefix is kept for the usual time, not for ${ttl}`);
  block['cache_control'] = { type: 'ephemeral' };
  return block;
}
