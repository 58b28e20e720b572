import { BodyChecks, type CheckOptions, type VerifiedChecksum } from './body-checks.ts';
import { decodeChunked } from './chunked-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** The most that one PUT may carry: 5 GiB (S3 User Guide, "Uploading objects", 2026-11). */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** What is known of a body that has passed and is what its sender meant. */
export interface ReceivedBody {
  readonly size: number;
  /** Hex, where it was asked for or given. */
  readonly md5?: string;
  readonly checksum?: VerifiedChecksum;
}

/** Passes the body on, chunk by chunk, and verifies it at its end. Throws when it is not whole or not what was meant. */
export async function receiveBody(
  request: S3Request,
  write: (bytes: Uint8Array) => Promise<void>,
  options: CheckOptions = {},
): Promise<ReceivedBody> {
  const checks = new BodyChecks(request.headers, options);
  const trailers = new Map<string, string>();
  const expected = expectedSize(request);
  let size = 0;
  // Stopping early must not break the connection: the error is still to be sent over it.
  const raw = request.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  for await (const bytes of isAwsChunked(request) ? decodeChunked(raw, trailers) : raw) {
    size += bytes.length;
    if (size > MAX_PUT_BYTES) throw new S3Error('EntityTooLarge');
    checks.update(bytes);
    await write(bytes);
  }
  if (expected !== undefined && size !== expected) throw new S3Error('IncompleteBody');
  return { size, ...checks.verify(trailers) };
}

/** A small body, whole. Throws `MalformedXML` when it is larger than any that S3 takes. */
export async function receiveText(request: S3Request, maxBytes: number, options: CheckOptions = {}): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = async (bytes: Uint8Array): Promise<void> => {
    size += bytes.length;
    if (size > maxBytes) throw new S3Error('MalformedXML');
    chunks.push(Buffer.from(bytes));
  };
  await receiveBody(request, take, options);
  return Buffer.concat(chunks).toString();
}

/** `content-encoding` without what only the transfer needed. */
export function storedEncoding(value: string | undefined): string | undefined {
  const rest = (value ?? '').split(',').map((part) => part.trim());
  const kept = rest.filter((part) => part !== '' && part.toLowerCase() !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}

function isAwsChunked({ headers }: S3Request): boolean {
  if (String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return true;
  return /(^|,)\s*aws-chunked\s*(,|$)/i.test(headers['content-encoding'] ?? '');
}

/** The size that the sender announced. Only `aws-chunked` bodies may come without one. */
function expectedSize(request: S3Request): number | undefined {
  const { headers } = request;
  const isChunked = isAwsChunked(request);
  const value = isChunked ? headers['x-amz-decoded-content-length'] : headers['content-length'];
  if (value === undefined) {
    if (isChunked) return undefined;
    throw new S3Error('MissingContentLength');
  }
  const size = Number(value);
  if (!Number.isSafeInteger(size) || size < 0) throw new S3Error('InvalidArgument', 'The content length is not a number.');
  if (size > MAX_PUT_BYTES) throw new S3Error('EntityTooLarge');
  return size;
}
