import { type BlobWriter, createChecksum, newEtag, type Part, type Upload } from '../../storage/index.ts';
import { answerEmpty, answerXml } from '../answer.ts';
import { checksumHeader, type VerifiedChecksum } from '../body-checks.ts';
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
  let said: VerifiedChecksum | undefined;
  const kept = await keepPart(s3, upload, async (blob) => {
    const received = await receiveBody(request, (bytes) => blob.write(bytes), algorithm && { algorithm });
    said = received.checksum;
    if (algorithm !== undefined && said?.algorithm !== algorithm) {
      throw new S3Error('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}`);
    }
    return { number, etag: received.md5 ?? newEtag(), ...(said && { checksum: said.value }) };
  });
  answerEmpty(response, 200, { etag: `"${kept.etag}"`, ...(said && { [checksumHeader(said.algorithm)]: said.value }) });
};

/** PUT /bucket/key?partNumber&uploadId with `x-amz-copy-source` and, maybe, a range of it. */
export const uploadPartCopy: S3Operation = async (s3, request, response) => {
  const upload = findUpload(s3, request);
  const number = partNumber(request);
  const { found } = findSource(s3, request);
  const body = s3.storage.read(found, { ...sourceRange(request, found.object.size), signal: request.signal });
  const algorithm = upload.facts.checksum?.algorithm;
  const kept = await keepPart(s3, upload, async (blob) => {
    const running = algorithm && createChecksum(algorithm);
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      running?.update(bytes);
      await blob.write(bytes);
    }
    const checksum = running && Buffer.from(running.digest()).toString('base64');
    return { number, etag: newEtag(), ...(checksum && { checksum }) };
  });
  answerXml(response, 'CopyPartResult', {
    LastModified: new Date(kept.modified).toISOString(),
    ETag: `"${kept.etag}"`,
    ...(kept.checksum ? { [`Checksum${algorithm}`]: kept.checksum } : {}),
  });
};

/** Writes a part and keeps it, or leaves no trace of it. */
async function keepPart(
  { storage }: S3Context,
  upload: Upload,
  write: (blob: BlobWriter) => Promise<Pick<Part, 'number' | 'etag' | 'checksum'>>,
): Promise<Part> {
  const blob = storage.uploads.newPart();
  try {
    const part = await storage.uploads.keepPart(upload, await write(blob), blob);
    if (part === undefined) throw new S3Error('NoSuchUpload');
    return part;
  } catch (error) {
    await blob.discard();
    throw error;
  }
}

/** The upload that a request names. Throws `NoSuchUpload`. */
export function findUpload({ storage }: S3Context, { bucket, key, query }: S3Request): Upload {
  const upload = storage.uploads.find(bucket, key, query.get('uploadId') ?? '');
  if (upload === undefined) throw new S3Error('NoSuchUpload', undefined, { UploadId: query.get('uploadId') ?? '' });
  return upload;
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
