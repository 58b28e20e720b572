import type { MediaBlock, UnsupportedSink } from './chat.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { leftOut } from './unsupported.ts';

type MediaKind = MediaBlock['kind'];

/** IANA's name to Converse's: ImageFormat, DocumentFormat, AudioFormat and VideoFormat of the API Reference, 2026-11. */
const FORMATS: Readonly<Record<MediaKind, Readonly<Record<string, string>>>> = {
  image: { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/jpg': 'jpeg', 'image/gif': 'gif', 'image/webp': 'webp' },
  document: {
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  },
  audio: {
    'audio/mpeg': 'mp3',
    'audio/mp3': 'mp3',
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/wave': 'wav',
    'audio/flac': 'flac',
    'audio/x-flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/aac': 'aac',
    'audio/mp4': 'mp4',
    'audio/x-m4a': 'm4a',
    'audio/webm': 'webm',
    'audio/pcm': 'pcm',
  },
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  },
};

/** What a body can carry beside text. */
export interface MediaRules {
  readonly traits: ModelTraits;
  /** Kinds that the family's body has a block for. */
  readonly kinds: readonly MediaKind[];
  /** Names of documents so far: the service refuses two of the same. */
  readonly names: Set<string>;
}

/** The block as Converse and Nova write it; undefined, and reported, when the model cannot take it. */
export function converseMedia(block: MediaBlock, rules: MediaRules, sink: UnsupportedSink): JsonObject | undefined {
  if (!takesKind(block, rules, sink)) return undefined;
  const format = FORMATS[block.kind][block.mediaType];
  if (format === undefined) {
    const known = Object.keys(FORMATS[block.kind]).join(', ');
    leftOut(
      sink,
      'media_type_not_supported',
      block.at,
      `a file of type ${block.mediaType} is left out: the ${block.kind}s that are taken are ${known}`,
    );
    return undefined;
  }
  if (block.detail !== undefined) reportDetail(block, sink);
  const fields: JsonFields = { format };
  if (block.kind === 'document') fields['name'] = documentName(block.name, rules.names);
  fields['source'] = sourceOf(block);
  return { [block.kind]: fields };
}

/** False, and reported, when model or body have no room for such media. */
export function takesKind(
  { kind, at }: MediaBlock,
  { traits, kinds }: Pick<MediaRules, 'traits' | 'kinds'>,
  sink: UnsupportedSink,
): boolean {
  if (kinds.includes(kind) && (traits.media === undefined || traits.media.includes(kind))) return true;
  leftOut(sink, 'media_not_supported', at, `the ${kind} is left out: the model does not take any, or not in jobs of this type`);
  return false;
}

/** Reports OpenAI's `detail`, which no model of Bedrock knows; `auto` asks for nothing. */
export function reportDetail({ at, detail }: MediaBlock, sink: UnsupportedSink): void {
  if (detail === undefined || detail === 'auto') return;
  leftOut(sink, 'detail_not_supported', at, 'detail is left out: the model looks at pictures in one way only');
}

function sourceOf({ source }: MediaBlock): JsonObject {
  if (source.kind === 'bytes') return { bytes: source.base64 };
  const { uri, bucketOwner } = source;
  return { s3Location: bucketOwner === undefined ? { uri } : { uri, bucketOwner } };
}

/** Longest name of a document (API Reference, DocumentBlock, 2026-11). */
const MAX_NAME = 200;

/**
 * A name as DocumentBlock has it (2026-11): letters, digits, single white space, hyphens, parentheses and square brackets, each
 * name once in a request.
 */
function documentName(given: string | undefined, taken: Set<string>): string {
  const stem = given?.replace(/\.[A-Za-z0-9]{1,5}$/, '') ?? '';
  const clean = stem
    .slice(0, 4 * MAX_NAME)
    .replace(/[^A-Za-z0-9()[\]-]+/g, ' ')
    .trim();
  const base = clean === '' ? 'document' : clean.slice(0, MAX_NAME - 6).trimEnd();
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base} ${i}`;
  taken.add(name);
  return name;
}
