import type { ServerResponse } from 'node:http';
import type { ServiceRequest } from '../server/index.ts';
import type { DiskObjectStorage } from '../storage/index.ts';
import type { ConditionalWrites } from './conditional-writes.ts';
import { S3Error } from './s3-error.ts';

/** The longest key, in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects", 2026-11). */
export const MAX_KEY_BYTES = 1024;

/** A request whose bucket and key are known; both are empty strings where the address names none. */
export interface S3Request extends ServiceRequest {
  readonly bucket: string;
  readonly key: string;
}

/** What the operations work on. */
export interface S3Context {
  readonly storage: DiskObjectStorage;
  readonly conditionalWrites: ConditionalWrites;
}

/** One operation of S3. Writes the whole answer or throws an `S3Error`. */
export type S3Operation = (s3: S3Context, request: S3Request, response: ServerResponse) => Promise<void>;

/** Reads bucket and key from the address: path style, or the bucket as the host's first name. */
export function toS3Request(request: ServiceRequest): S3Request {
  const path = request.path.slice(1);
  if (request.hostBucket !== undefined) return { ...request, bucket: request.hostBucket, key: decodeKey(path) };
  const slash = path.indexOf('/');
  const bucket = decode(slash < 0 ? path : path.slice(0, slash));
  return { ...request, bucket, key: slash < 0 ? '' : decodeKey(path.slice(slash + 1)) };
}

/** Bucket and key of an `x-amz-copy-source` header: `[/]bucket/key`, percent-encoded, with `?versionId=null` at most. */
export function parseCopySource(value: string): { readonly bucket: string; readonly key: string } {
  const [path = '', version] = value.split('?versionId=');
  if (version !== undefined && version !== 'null') throw new S3Error('NotImplemented', 'Buckets have no versions here.');
  const source = path.replace(/^\//, '');
  const slash = source.indexOf('/');
  if (slash < 1 || slash === source.length - 1) {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket: decode(source.slice(0, slash)), key: decodeKey(source.slice(slash + 1)) };
}

/** Throws `NoSuchBucket`. */
export function requireBucket({ storage }: S3Context, bucket: string): void {
  if (storage.buckets.find(bucket) === undefined) throw new S3Error('NoSuchBucket', undefined, { BucketName: bucket });
}

/** A number of a query within its bounds; the default when it is not given. Throws `InvalidArgument`. */
export function queryNumber(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
      ArgumentValue: text,
    });
  }
  return Math.min(Number(text), max);
}

function decodeKey(encoded: string): string {
  const key = decode(encoded);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', undefined, { Size: Buffer.byteLength(key), MaxSizeAllowed: MAX_KEY_BYTES });
  }
  return key;
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new S3Error('InvalidURI');
  }
}
