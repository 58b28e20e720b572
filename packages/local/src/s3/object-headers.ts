import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ObjectHeaders, StoredChecksum, StoredObject } from '../storage/index.ts';
import { checksumHeader } from './body-checks.ts';
import { storedEncoding } from './request-body.ts';
import { S3Error } from './s3-error.ts';

/** The most that names and values of user metadata may take together (S3 User Guide, "Object metadata", 2026-11). */
const MAX_METADATA_BYTES = 2048;

/** The headers that are stored with an object, by their names of HTTP. */
const STORED: Readonly<Record<string, keyof ObjectHeaders>> = {
  'content-type': 'contentType',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
  'content-disposition': 'contentDisposition',
  'cache-control': 'cacheControl',
  expires: 'expires',
};

/** What an upload says of its object beside its bytes. Throws `MetadataTooLarge`. */
export function describedObject(headers: IncomingHttpHeaders): {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const stored: Partial<Record<keyof ObjectHeaders, string>> = {};
  for (const [name, field] of Object.entries(STORED)) {
    const value = name === 'content-encoding' ? storedEncoding(headers[name]) : headers[name];
    if (value !== undefined) stored[field] = String(value);
  }
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-meta-')) continue;
    const own = name.slice('x-amz-meta-'.length);
    metadata[own] = String(value);
    bytes += own.length + metadata[own].length;
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', undefined, { Size: bytes, MaxSizeAllowed: MAX_METADATA_BYTES });
  }
  return { headers: stored, metadata };
}

/** The headers that GET and HEAD give back, without those of length and range. */
export function objectHeaders(object: StoredObject): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
  };
  for (const [name, field] of Object.entries(STORED)) {
    const value = object.headers[field];
    if (value !== undefined) out[name] = value;
  }
  for (const [name, value] of Object.entries(object.metadata)) out[`x-amz-meta-${name}`] = value;
  return out;
}

/** The headers that say what an object's checksum is. */
export function checksumHeaders(checksum: StoredChecksum | undefined): OutgoingHttpHeaders {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The element of an XML answer that carries a checksum, such as `ChecksumCRC32`. */
export function checksumElements(checksum: StoredChecksum | undefined): Readonly<Record<string, string>> {
  if (checksum === undefined) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}
