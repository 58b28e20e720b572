import type { CachePoint, MediaBlock, TextBlock } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import { type Findings, type Given, type GivenObject, isAbsent, isObject, shown } from './findings.ts';
import { mediaTypeOfName, type ReadMedia, readBytes, readMediaUrl } from './media.ts';

/** A part of a content, read. A refusal is the text of one. */
export type ReadPart = TextBlock | MediaBlock | { readonly kind: 'refusal'; readonly text: string };

/** The kinds of parts that a content may have. */
export type PartKinds = 'user' | 'assistant' | 'text';

/** Names of the part types, in chat completions and in responses. */
const TEXT_TYPES: ReadonlySet<Given> = new Set(['text', 'input_text', 'output_text']);
const KNOWN: Readonly<Record<PartKinds, string>> = {
  user: 'text, image_url, file, input_audio and video_url (in responses input_text, input_image and input_file) are taken',
  assistant: 'text and refusal (in responses output_text and refusal) are taken',
  text: 'text (in responses input_text) is taken',
};
const PART_FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'text', 'refusal', 'image_url', 'detail', 'file', 'file_id', 'file_data', 'file_url', 'filename'],
  ...['input_audio', 'video_url', 'cache_control', 'prompt_cache_breakpoint', 'annotations', 'logprobs'],
]);

/** Reads the list of parts of one content; `path` is that of the list. Empty texts are left out. */
export function readParts(parts: readonly Given[], path: string, kinds: PartKinds, findings: Findings): readonly ReadPart[] {
  const read: ReadPart[] = [];
  for (let i = 0; i < parts.length; i++) {
    const at = `${path}[${i}]`;
    const part = parts[i];
    if (!isObject(part)) {
      findings.badType(at, part, 'an object with a type');
      continue;
    }
    const block = readPart(part, at, kinds, findings);
    for (const key in part) {
      if (PART_FIELDS.has(key) || isAbsent(part[key])) continue;
      findings.leftOut('unknown_field', `${at}.${key}`, `a part has no field ${shown(key)}: it is left out`);
    }
    if (block !== undefined && !('text' in block && isBlank(block.text))) read.push(block);
  }
  return read;
}

function readPart(part: GivenObject, at: string, kinds: PartKinds, findings: Findings): ReadPart | undefined {
  const { type } = part;
  if (TEXT_TYPES.has(type)) return readText(part, at, findings);
  if (type === 'refusal' && kinds === 'assistant') {
    if (typeof part['refusal'] === 'string') return { kind: 'refusal', text: part['refusal'] };
    findings.badType(`${at}.refusal`, part['refusal'], 'a text');
    return undefined;
  }
  if (kinds === 'user') {
    if (type === 'image_url' || type === 'input_image') return readImage(part, at, findings);
    if (type === 'file' || type === 'input_file') return readFile(part, at, findings);
    if (type === 'input_audio') return readAudio(part, at, findings);
    if (type === 'video_url') return readVideo(part, at, findings);
  }
  if (isAbsent(type)) findings.badType(`${at}.type`, type, 'a text');
  else findings.problem('unknown_part', `${at}.type`, `${at}.type is ${shown(type)}; ${KNOWN[kinds]} here`);
  return undefined;
}

function readText(part: GivenObject, at: string, findings: Findings): TextBlock | undefined {
  const { text } = part;
  if (typeof text !== 'string') {
    findings.badType(`${at}.text`, text, 'a text');
    return undefined;
  }
  const cache = cacheOf(part, at, findings);
  return cache === undefined ? { kind: 'text', text } : { kind: 'text', text, cache };
}

/** `{image_url:{url, detail}}`, in responses `{image_url, detail}`. */
function readImage(part: GivenObject, at: string, findings: Findings): MediaBlock | undefined {
  const holder = isObject(part['image_url']) ? part['image_url'] : undefined;
  const path = holder === undefined ? `${at}.image_url` : `${at}.image_url.url`;
  const url = holder === undefined ? part['image_url'] : holder['url'];
  if (isAbsent(url) && !isAbsent(part['file_id'])) return fileId(part, at, findings);
  if (typeof url !== 'string') {
    findings.badType(path, url, 'a URL');
    return undefined;
  }
  const media = readMediaUrl(url, { kind: 'image', at, path }, findings);
  return media === undefined ? undefined : block('image', at, media, part, findings, holder?.['detail'] ?? part['detail']);
}

/** `{file:{file_data, filename}}`, in responses the same fields in the part itself, and `file_url`. */
function readFile(part: GivenObject, at: string, findings: Findings): MediaBlock | undefined {
  const isChat = part['type'] === 'file';
  const holder = isChat ? part['file'] : part;
  const base = isChat ? `${at}.file` : at;
  if (!isObject(holder)) {
    findings.badType(base, holder, 'an object with file_data');
    return undefined;
  }
  const data = holder['file_data'] ?? holder['file_url'];
  const path = isAbsent(holder['file_data']) && !isAbsent(holder['file_url']) ? `${base}.file_url` : `${base}.file_data`;
  if (isAbsent(data) && !isAbsent(holder['file_id'])) return fileId(holder, base, findings);
  if (typeof data !== 'string') {
    findings.badType(path, data, 'a data: URL');
    return undefined;
  }
  const name = typeof holder['filename'] === 'string' ? holder['filename'] : undefined;
  const media = readFileData(data, { at, path, name }, findings);
  if (media === undefined) return undefined;
  const read = block('document', at, media, part, findings);
  return name === undefined ? read : { ...read, name };
}

/** Base64 alone is a document of the type that its name's ending says, or a PDF by its first bytes. */
function readFileData(
  data: string,
  { at, path, name }: { readonly at: string; readonly path: string; readonly name: string | undefined },
  findings: Findings,
): ReadMedia | undefined {
  const place = { kind: 'document', at, path, name } as const;
  if (data.startsWith('data:') || data.includes('://')) return readMediaUrl(data, place, findings);
  const mediaType = data.startsWith('JVBERi0') ? 'application/pdf' : mediaTypeOfName('document', name ?? '');
  return readBytes(data, mediaType ?? '', place, findings);
}

function readAudio(part: GivenObject, at: string, findings: Findings): MediaBlock | undefined {
  const sound = part['input_audio'];
  const path = `${at}.input_audio`;
  if (!isObject(sound)) {
    findings.badType(path, sound, 'an object with data and format');
    return undefined;
  }
  const { data, format } = sound;
  if (typeof data !== 'string') findings.badType(`${path}.data`, data, 'base64');
  const mediaType = typeof format === 'string' ? mediaTypeOfName('audio', format) : undefined;
  if (isAbsent(format)) findings.badType(`${path}.format`, format, 'wav or mp3');
  else if (mediaType === undefined) {
    findings.problem('unknown_media_type', `${path}.format`, `${path}.format is ${shown(format)}; wav or mp3 is needed`);
  }
  if (typeof data !== 'string' || mediaType === undefined) return undefined;
  const media = readBytes(data, mediaType, { kind: 'audio', at, path: `${path}.data` }, findings);
  return media === undefined ? undefined : block('audio', at, media, part, findings);
}

/** Not OpenAI's own: several servers of its API take it. */
function readVideo(part: GivenObject, at: string, findings: Findings): MediaBlock | undefined {
  const holder = isObject(part['video_url']) ? part['video_url'] : {};
  const url = holder['url'];
  if (typeof url !== 'string') {
    findings.badType(`${at}.video_url.url`, url, 'a URL');
    return undefined;
  }
  const media = readMediaUrl(url, { kind: 'video', at, path: `${at}.video_url.url` }, findings);
  return media === undefined ? undefined : block('video', at, media, part, findings);
}

function block(
  kind: MediaBlock['kind'],
  at: string,
  media: ReadMedia,
  part: GivenObject,
  findings: Findings,
  detail?: Given,
): MediaBlock {
  const cache = cacheOf(part, at, findings);
  const isAsked = typeof detail === 'string' && detail !== 'auto';
  return { kind, at, ...media, ...(isAsked ? { detail } : {}), ...(cache === undefined ? {} : { cache }) };
}

function fileId(holder: GivenObject, base: string, findings: Findings): undefined {
  const path = `${base}.file_id`;
  const message = `${path} is ${shown(holder['file_id'])}, a file at OpenAI that cannot be read here; give its bytes as a data: URL`;
  findings.problem('file_id', path, message);
}

/** `cache_control` as Anthropic and several servers of OpenAI's API have it, `prompt_cache_breakpoint` as OpenAI does. */
export function cacheOf(holder: GivenObject, at: string, findings: Findings): CachePoint | undefined {
  const control = holder['cache_control'];
  if (!isAbsent(control)) return cachePoint(control, `${at}.cache_control`, findings);
  const breakpoint = holder['prompt_cache_breakpoint'];
  if (isAbsent(breakpoint)) return undefined;
  if (isObject(breakpoint) && !isAbsent(breakpoint['ttl'])) {
    const path = `${at}.prompt_cache_breakpoint.ttl`;
    findings.leftOut(
      'cache_ttl',
      path,
      `${shown(breakpoint['ttl'])} is no time that the service keeps a prefix: its own is taken`,
    );
  }
  return {};
}

function cachePoint(control: Given, path: string, findings: Findings): CachePoint | undefined {
  if (!isObject(control) || control['type'] !== 'ephemeral') {
    findings.problem('bad_value', path, `${path} is ${shown(control)}; {"type":"ephemeral"} is needed`);
    return undefined;
  }
  const { ttl } = control;
  if (isAbsent(ttl)) return {};
  if (ttl === '5m' || ttl === '1h') return { ttl };
  findings.problem('bad_value', `${path}.ttl`, `${path}.ttl is ${shown(ttl)}; 5m or 1h is needed`);
  return undefined;
}
