import type { UploadFacts } from '../../storage/index.ts';
import { answerXml } from '../answer.ts';
import { parseAlgorithm } from '../body-checks.ts';
import { describedObject } from '../object-headers.ts';
import { S3Error } from '../s3-error.ts';
import { requireBucket, type S3Operation, type S3Request } from '../s3-request.ts';

/** POST /bucket/key?uploads. */
export const createMultipartUpload: S3Operation = async (s3, request, response) => {
  const { bucket, key, headers } = request;
  requireBucket(s3, bucket);
  const checksum = uploadChecksum(headers);
  const upload = s3.storage.uploads.begin(bucket, key, { ...describedObject(headers), ...(checksum && { checksum }) });
  const said = checksum && { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type };
  answerXml(response, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id }, said);
};

/** Which checksum the upload has, and whether of the whole or of the parts (S3 User Guide, "Checking object integrity", 2026-11). */
function uploadChecksum(headers: S3Request['headers']): UploadFacts['checksum'] {
  const algorithm = parseAlgorithm(headers['x-amz-checksum-algorithm'] as string | undefined);
  const wanted = headers['x-amz-checksum-type'];
  if (algorithm === undefined) return undefined;
  const type = wanted ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isAllowed = algorithm === 'CRC64NVME' ? type === 'FULL_OBJECT' : type === 'COMPOSITE' || !algorithm.startsWith('SHA');
  if ((type !== 'FULL_OBJECT' && type !== 'COMPOSITE') || !isAllowed) {
    throw new S3Error(
      'InvalidRequest',
      `The ${String(type)} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}
