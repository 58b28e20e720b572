import type { FoundObject } from '../../storage/index.ts';
import { answerXml } from '../answer.ts';
import { checkRead, storedOrThrow, writeConditions } from '../conditions.ts';
import { checksumElements, describedObject } from '../object-headers.ts';
import { S3Error } from '../s3-error.ts';
import { parseCopySource, requireBucket, type S3Context, type S3Operation, type S3Request } from '../s3-request.ts';

/** PUT /bucket/key with `x-amz-copy-source`. No bytes are copied: both objects share the files. */
export const copyObject: S3Operation = async (s3, request, response) => {
  const { bucket, key, headers } = request;
  const source = findSource(s3, request);
  const isReplacing = directive(headers['x-amz-metadata-directive']) === 'REPLACE';
  if (!isReplacing && source.bucket === bucket && source.found.object.key === key) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const described = isReplacing ? describedObject(headers) : {};
  const result = s3.storage.copy(source.found, bucket, key, { ...described, ...writeConditions(headers) });
  const object = storedOrThrow(result, bucket, key);
  answerXml(response, 'CopyObjectResult', {
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: `"${object.etag}"`,
    ...checksumElements(object.checksum),
  });
};

/** The source of a copy, once its conditions hold. */
export function findSource(s3: S3Context, { headers }: S3Request): { readonly bucket: string; readonly found: FoundObject } {
  const { bucket, key } = parseCopySource(String(headers['x-amz-copy-source']));
  requireBucket(s3, bucket);
  const found = s3.storage.find(bucket, key);
  if (found === undefined) throw new S3Error('NoSuchKey', undefined, { Key: key });
  try {
    checkRead(found.object, {
      match: headers['x-amz-copy-source-if-match'] as string | undefined,
      noneMatch: headers['x-amz-copy-source-if-none-match'] as string | undefined,
      modifiedSince: headers['x-amz-copy-source-if-modified-since'] as string | undefined,
      unmodifiedSince: headers['x-amz-copy-source-if-unmodified-since'] as string | undefined,
    });
  } catch (error) {
    // A copy knows no 304.
    throw error instanceof S3Error && error.code === 'NotModified' ? new S3Error('PreconditionFailed') : error;
  }
  return { bucket, found };
}

function directive(value: string | string[] | undefined): 'COPY' | 'REPLACE' {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return value;
  throw new S3Error('InvalidArgument', 'Unknown metadata directive.', { ArgumentName: 'x-amz-metadata-directive' });
}
