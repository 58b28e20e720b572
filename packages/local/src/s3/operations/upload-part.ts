import { createChecksum, newEtag, type Part, type RunningChecksum, type Upload } from '../../storage/index.ts';
import { answerEmpty, answerXml } from '../answer.ts';
import { checksumHeader } from '../body-checks.ts';
import { parseRange } from '../range.ts';
import { receiveBody } from '../request-body.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Context, S3Operation, S3Request } from '../s3-request.ts';
import { findSource } from './copy-object.ts';

// S3 does not promise that a part's ETag is an MD5 (with KMS encryption it is not), and clients hand it back unread. An
// MD5 would take more time than receiving, verifying and storing the part together, so a part gets one only when its
// sender gave Content-MD5, which is hashed anyway.

/** PUT /bucket/key?partNumber&uploadId. */
export const uploadPart: S3Operation = async (s3, request, response) => {
  const upload = findUpload(s3, request);
  const number = partNumber(request);
  const algorithm = upload.facts.checksum?.algorithm;
  const blob = s3.storage.uploads.newPart();
  try {
    const received = await receiveBody(request, blob.write, algorithm && { algorithm });
    if (algorithm !== undefined && received.checksum?.algorithm !== algorithm) {
      throw new S3Error('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}`);
    }
    const checksum = received.checksum?.value;
    const part = { number, etag: received.md5 ?? newEtag(), ...(checksum && { checksum }) };
    const kept = keptOrThrow(await s3.storage.uploads.keepPart(upload, part, blob));
    const said = received.checksum && { [checksumHeader(received.checksum.algorithm)]: received.checksum.value };
    answerEmpty(response, 200, { etag: `"${kept.etag}"`, ...said });
  } catch (error) {
    await blob.discard();
    throw error;
  }
};

/** PUT /bucket/key?partNumber&uploadId with `x-amz-copy-source` and, maybe, a range of it. */
export const uploadPartCopy: S3Operation = async (s3, request, response) => {
  const upload = findUpload(s3, request);
  const number = partNumber(request);
  const { found } = findSource(s3, request);
  const range = sourceRange(request, found.object.size);
  const body = s3.storage.read(found, { ...range, signal: request.signal });
  const blob = s3.storage.uploads.newPart();
  try {
    const checks = new PartChecksum(upload);
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      checks.update(bytes);
      await blob.write(bytes);
    }
    const part = { number, etag: newEtag(), ...checks.value() };
    const kept = keptOrThrow(await s3.storage.uploads.keepPart(upload, part, blob));
    answerXml(response, 'CopyPartResult', {
      LastModified: new Date(kept.modified).toISOString(),
      ETag: `"${kept.etag}"`,
      ...(kept.checksum && { [`Checksum${upload.facts.checksum?.algorithm}`]: kept.checksum }),
    });
  } catch (error) {
    await blob.discard();
    throw error;
  }
};

/** The upload that a request names. Throws `NoSuchUpload`. */
export function findUpload({ storage }: S3Context, { bucket, key, query }: S3Request): Upload {
  const upload = storage.uploads.find(bucket, key, query.get('uploadId') ?? '');
  if (upload === undefined) throw new S3Error('NoSuchUpload', undefined, { UploadId: query.get('uploadId') ?? '' });
  return upload;
}

/** The checksum of a part whose sender sent no bytes. */
class PartChecksum {
  readonly #running: RunningChecksum | undefined;

  constructor({ facts }: Upload) {
    this.#running = facts.checksum && createChecksum(facts.checksum.algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#running?.update(bytes);
  }

  value(): { readonly checksum?: string } {
    return this.#running === undefined ? {} : { checksum: Buffer.from(this.#running.digest()).toString('base64') };
  }
}

function partNumber({ query }: S3Request): number {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: query.get('partNumber') ?? '',
  });
}

function sourceRange({ headers }: S3Request, size: number): { readonly from: number; readonly to: number } {
  const header = headers['x-amz-copy-source-range'] as string | undefined;
  if (header === undefined) return { from: 0, to: size };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const range = first === undefined || Number(last) >= size ? undefined : parseRange(header, size);
  if (range !== undefined) return range;
  throw new S3Error(
    'InvalidArgument',
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    {
      ArgumentName: 'x-amz-copy-source-range',
      ArgumentValue: header,
    },
  );
}

function keptOrThrow(part: Part | undefined): Part {
  if (part === undefined) throw new S3Error('NoSuchUpload');
  return part;
}
