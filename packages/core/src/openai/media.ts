import type { MediaBlock, MediaSource } from '../model/index.ts';
import { soundBase64 } from './base64.ts';
import { anyOf, type Findings, shown } from './findings.ts';

type MediaKind = MediaBlock['kind'];

/**
 * Media types by the ending of a name: what Converse's ImageFormat, DocumentFormat, AudioFormat and VideoFormat take
 * (Bedrock API reference, 2026-11).
 */
const MEDIA_TYPES: Readonly<Record<MediaKind, Readonly<Record<string, string>>>> = {
  image: { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  document: {
    pdf: 'application/pdf',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    html: 'text/html',
    txt: 'text/plain',
    md: 'text/markdown',
  },
  audio: { wav: 'audio/wav', mp3: 'audio/mpeg', ogg: 'audio/ogg', flac: 'audio/flac', m4a: 'audio/mp4', aac: 'audio/aac' },
  video: { mp4: 'video/mp4', mov: 'video/quicktime', mkv: 'video/x-matroska', webm: 'video/webm', mpeg: 'video/mpeg' },
};

/** Other names of the same. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
]);

/** How the base64 of an image begins, by its first bytes. */
const IMAGE_HEADS: readonly (readonly [head: string, mediaType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** What is known of a piece of media before its URL is read. */
export interface MediaPlace {
  readonly kind: MediaKind;
  /** Of the part, within the body. */
  readonly at: string;
  /** Of the URL or the data itself. */
  readonly path: string;
  /** Of a document, with its ending. */
  readonly name?: string | undefined;
}

/** Media type and source, as they go into a block. */
export interface ReadMedia {
  readonly mediaType: string;
  readonly source: MediaSource;
}

/** Reads a `data:`, `s3://` or `https://` URL; undefined, and a problem, where no bytes can be told by it. */
export function readMediaUrl(url: string, place: MediaPlace, findings: Findings): ReadMedia | undefined {
  if (url.startsWith('data:')) return readDataUrl(url, place, findings);
  if (url.startsWith('s3://')) return readS3Url(url, place, findings);
  if (!url.startsWith('https://')) {
    const message = `${place.path} is ${shown(url)}; a URL begins with data:, s3:// or https://`;
    findings.problem('bad_url', place.path, message);
    return undefined;
  }
  const fetched = findings.fetched?.get(url);
  if (fetched !== undefined) return readBytes(fetched.base64, fetched.mediaType, place, findings);
  findings.needs(url, place.kind, place.path);
  const why = findings.unfetched?.[url];
  const ways = place.kind === 'image' ? 'give --fetch-images to have it fetched, or a data: URL' : 'give a data: URL';
  const reason = typeof why === 'string' ? `could not be fetched: ${why}` : `no model reads a URL: ${ways}`;
  findings.problem('media_not_fetched', place.path, `${place.path} is ${shown(urlShown(url))}, and ${reason}`);
  return undefined;
}

/** A URL for a message: what stands behind its path may be a key to it. */
function urlShown(url: string): string {
  const end = url.search(/[?#]/);
  const rest = url.slice('https://'.length, end < 0 ? undefined : end);
  return `https://${rest.slice(rest.split('/', 1)[0]!.lastIndexOf('@') + 1)}${end < 0 ? '' : '?…'}`;
}

/** Reads base64 of a known media type. */
export function readBytes(data: string, mediaType: string, place: MediaPlace, findings: Findings): ReadMedia | undefined {
  const { kind, path } = place;
  const said = ALIASES.get(mediaType) ?? mediaType;
  const found = kind === 'image' ? imageType(data) : undefined;
  const type = found ?? said;
  const known = Object.values(MEDIA_TYPES[kind]);
  if (!known.includes(type)) {
    const message = `the media type of ${path} is ${shown(mediaType)}; ${anyOf([...new Set(known)])} is taken`;
    findings.problem('unknown_media_type', path, message);
    return undefined;
  }
  if (data === '') {
    findings.problem('empty_media', path, `${path} has no bytes; leave the part out`);
    return undefined;
  }
  const base64 = soundBase64(data);
  if (base64 === undefined) {
    findings.problem(
      'bad_base64',
      path,
      `${path} is no base64 (RFC 4648, with A to Z, a to z, 0 to 9, + and / and no line breaks)`,
    );
    return undefined;
  }
  if (type !== said) {
    findings.changed('media_type_corrected', path, `the bytes of ${path} are ${type}, not ${shown(said)}: sent as ${type}`);
  }
  return { mediaType: type, source: { kind: 'bytes', base64 } };
}

/** The media type that the ending of a name stands for. */
export function mediaTypeOfName(kind: MediaKind, name: string): string | undefined {
  const types = MEDIA_TYPES[kind];
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(types, ending) ? types[ending] : undefined;
}

function readDataUrl(url: string, place: MediaPlace, findings: Findings): ReadMedia | undefined {
  const comma = url.indexOf(',');
  const head = comma < 0 ? '' : url.slice('data:'.length, comma);
  if (!head.toLowerCase().endsWith(';base64')) {
    const message = `${place.path} is ${shown(url)}; data:<media type>;base64,<data> is needed`;
    findings.problem('bad_data_url', place.path, message);
    return undefined;
  }
  const semicolon = head.indexOf(';');
  return readBytes(url.slice(comma + 1), head.slice(0, semicolon).toLowerCase(), place, findings);
}

function readS3Url(url: string, place: MediaPlace, findings: Findings): ReadMedia | undefined {
  const slash = url.indexOf('/', 's3://'.length);
  if (slash <= 's3://'.length || slash === url.length - 1) {
    findings.problem('bad_url', place.path, `${place.path} is ${shown(url)}; s3://bucket/key is needed`);
    return undefined;
  }
  const mediaType = mediaTypeOfName(place.kind, url) ?? mediaTypeOfName(place.kind, place.name ?? '');
  if (mediaType === undefined) {
    const endings = anyOf(Object.keys(MEDIA_TYPES[place.kind]).map((each) => `.${each}`));
    findings.problem('unknown_media_type', place.path, `${shown(url)} does not tell what it is: its key ends in ${endings}`);
    return undefined;
  }
  return { mediaType, source: { kind: 's3', uri: url } };
}

/** The media type of an image by the first characters of its base64; undefined for one that no model takes. */
export function imageType(base64: string): string | undefined {
  return IMAGE_HEADS.find(([head]) => base64.startsWith(head))?.[1];
}
