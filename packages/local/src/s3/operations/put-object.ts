import { answerEmpty } from '../answer.ts';
import { parseAlgorithm } from '../body-checks.ts';
import { storedOrThrow, writeConditions } from '../conditions.ts';
import { checksumHeaders, describedObject } from '../object-headers.ts';
import { receiveBody } from '../request-body.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Operation } from '../s3-request.ts';

/** PUT /bucket/key. The ETag is the MD5, as S3 says of plain uploads. */
export const putObject: S3Operation = async ({ storage, conditionalWrites }, request, response) => {
  const { bucket, key, headers, signal } = request;
  const conditions = writeConditions(headers);
  // Checked again when the object would become visible; here it spares the body.
  const unmet = storage.unmet(bucket, key, conditions);
  if (unmet !== undefined) storedOrThrow({ status: unmet }, bucket, key);
  const isConditional = Object.keys(conditions).length > 0;
  const pending = isConditional ? conditionalWrites.begin(bucket, key) : undefined;
  const write = storage.create(bucket, key, { ...describedObject(headers), signal });
  try {
    const algorithm = parseAlgorithm(headers['x-amz-sdk-checksum-algorithm'] as string | undefined);
    const received = await receiveBody(request, write.write, { md5: true, ...(algorithm && { algorithm }) });
    if (pending?.isInConflict) throw new S3Error('ConditionalRequestConflict');
    const checksum = received.checksum && { ...received.checksum, type: 'FULL_OBJECT' as const };
    const result = await write.commit({
      ...conditions,
      ...(received.md5 && { etag: received.md5 }),
      ...(checksum && { checksum }),
    });
    const object = storedOrThrow(result, bucket, key);
    answerEmpty(response, 200, { etag: `"${object.etag}"`, ...checksumHeaders(object.checksum) });
  } finally {
    pending?.end();
    await write.abort();
  }
};
