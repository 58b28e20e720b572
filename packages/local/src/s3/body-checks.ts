import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { CHECKSUM_BYTES, type ChecksumAlgorithm, createChecksum, type RunningChecksum } from '../storage/index.ts';
import { S3Error } from './s3-error.ts';

/** The algorithms by the end of their header's name, `x-amz-checksum-<name>`. */
const BY_HEADER: Readonly<Record<string, ChecksumAlgorithm>> = {
  crc32: 'CRC32',
  crc32c: 'CRC32C',
  crc64nvme: 'CRC64NVME',
  sha1: 'SHA1',
  sha256: 'SHA256',
};

/** A checksum that the sender stands by. */
export interface VerifiedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

/** What is to be computed while a body passes. */
export interface CheckOptions {
  /** Compute an MD5 even if the sender gave none: it is the ETag of a plain upload. */
  readonly md5?: boolean;
  /** Compute this checksum even if the sender gave none. */
  readonly algorithm?: ChecksumAlgorithm;
  /** The checksum in the headers is of something else than this body. */
  readonly isOfOther?: boolean;
}

/** The name of the header that carries a checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Parses the name of an algorithm as it stands in a header. Throws `InvalidRequest`. */
export function parseAlgorithm(value: string | undefined): ChecksumAlgorithm | undefined {
  if (value === undefined) return undefined;
  const algorithm = BY_HEADER[value.toLowerCase()];
  if (algorithm === undefined)
    throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported. Please try again.');
  return algorithm;
}

/** The checks of one body: fed as the bytes pass, then compared with what the sender said. */
export class BodyChecks {
  readonly #headers: IncomingHttpHeaders;
  readonly #algorithm: ChecksumAlgorithm | undefined;
  readonly #checksum: RunningChecksum | undefined;
  readonly #md5: RunningChecksum | undefined;
  readonly #sha256: RunningChecksum | undefined;

  constructor(headers: IncomingHttpHeaders, options: CheckOptions = {}) {
    this.#headers = headers;
    checkDigest(headers['content-md5']?.toString(), 16, 'Content-MD5');
    const announced = options.isOfOther === true ? undefined : announcedAlgorithm(headers);
    this.#algorithm = announced ?? options.algorithm;
    this.#checksum = this.#algorithm && createChecksum(this.#algorithm);
    const hasMd5 = headers['content-md5'] !== undefined;
    this.#md5 = hasMd5 || options.md5 === true ? createHash('md5') : undefined;
    // The hash of the signature says no more than a checksum that is verified anyway, and costs more than all the rest.
    const isHashed = /^[0-9a-f]{64}$/.test(String(headers['x-amz-content-sha256'] ?? ''));
    this.#sha256 = isHashed && announced === undefined && !hasMd5 ? createHash('sha256') : undefined;
  }

  update(bytes: Uint8Array): void {
    this.#checksum?.update(bytes);
    this.#md5?.update(bytes);
    this.#sha256?.update(bytes);
  }

  /** Throws `BadDigest` and its like when the body is not what the sender meant to send. */
  verify(trailers: ReadonlyMap<string, string>): { readonly md5?: string; readonly checksum?: VerifiedChecksum } {
    const md5 = this.#md5 && Buffer.from(this.#md5.digest());
    const expectedMd5 = this.#headers['content-md5']?.toString();
    if (expectedMd5 !== undefined && md5?.toString('base64') !== expectedMd5) throw new S3Error('BadDigest');
    if (this.#sha256 && Buffer.from(this.#sha256.digest()).toString('hex') !== this.#headers['x-amz-content-sha256']) {
      throw new S3Error('XAmzContentSHA256Mismatch');
    }
    const checksum = this.#verifyChecksum(trailers);
    return { ...(md5 && { md5: md5.toString('hex') }), ...(checksum && { checksum }) };
  }

  #verifyChecksum(trailers: ReadonlyMap<string, string>): VerifiedChecksum | undefined {
    if (this.#algorithm === undefined || this.#checksum === undefined) return undefined;
    const header = checksumHeader(this.#algorithm);
    const value = Buffer.from(this.#checksum.digest()).toString('base64');
    const inTrailer = trailerNames(this.#headers).includes(header);
    const expected = inTrailer ? (trailers.get(header) ?? '') : this.#headers[header];
    if (expected !== undefined) {
      checkDigest(String(expected), CHECKSUM_BYTES[this.#algorithm], header);
      if (expected !== value) {
        throw new S3Error('BadDigest', `The ${this.#algorithm} you specified did not match the calculated checksum.`);
      }
    }
    return { algorithm: this.#algorithm, value };
  }
}

/** The algorithm of the checksum that comes with a body, in a header or in its trailer. */
function announcedAlgorithm(headers: IncomingHttpHeaders): ChecksumAlgorithm | undefined {
  const names = [...Object.keys(headers), ...trailerNames(headers)];
  const found = names.flatMap((name) => {
    const [, end] = /^x-amz-checksum-([a-z0-9]+)$/.exec(name) ?? [];
    return end === undefined || BY_HEADER[end] === undefined ? [] : [BY_HEADER[end]];
  });
  if (found.length > 1)
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const [algorithm] = found;
  if (algorithm !== undefined && headers[checksumHeader(algorithm)] !== undefined) {
    checkDigest(String(headers[checksumHeader(algorithm)]), CHECKSUM_BYTES[algorithm], checksumHeader(algorithm));
  }
  return algorithm;
}

function trailerNames(headers: IncomingHttpHeaders): readonly string[] {
  const value = headers['x-amz-trailer'];
  return value === undefined
    ? []
    : String(value)
        .toLowerCase()
        .split(/\s*,\s*/);
}

function checkDigest(value: string | undefined, bytes: number, header: string): void {
  if (value === undefined) return;
  const decoded = Buffer.from(value, 'base64');
  if (decoded.length === bytes && decoded.toString('base64') === value) return;
  if (header === 'Content-MD5') throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  throw new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
}
