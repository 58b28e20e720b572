import { answerEmpty, answerXml } from '../answer.ts';
import { unquote } from '../conditions.ts';
import { receiveText } from '../request-body.ts';
import { S3Error } from '../s3-error.ts';
import { MAX_KEY_BYTES, requireBucket, type S3Context, type S3Operation } from '../s3-request.ts';
import { childrenNamed, childText, parseXml } from '../xml-reader.ts';

/** The most keys of one DeleteObjects (S3 API reference, 2026-11). */
const MAX_KEYS = 1000;
/** 1,000 keys of 1,024 bytes, each escaped, and their tags. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** DELETE /bucket/key. What does not exist is deleted already, unless If-Match asks for it. */
export const deleteObject: S3Operation = async (s3, { bucket, key, headers }, response) => {
  requireBucket(s3, bucket);
  const wanted = headers['if-match'];
  if (wanted !== undefined) {
    const found = s3.storage.find(bucket, key);
    if (found === undefined) throw new S3Error('NoSuchKey', undefined, { Key: key });
    if (wanted.trim() !== '*' && found.object.etag !== unquote(wanted)) {
      throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
    }
  }
  await remove(s3, bucket, [key]);
  answerEmpty(response, 204);
};

/** POST /bucket?delete. */
export const deleteObjects: S3Operation = async (s3, request, response) => {
  const { bucket, headers } = request;
  requireBucket(s3, bucket);
  const hasChecksum = Object.keys(headers).some((name) => /^x-amz-checksum-(crc|sha)/.test(name));
  if (headers['content-md5'] === undefined && !hasChecksum && headers['x-amz-trailer'] === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  const document = parseXml(await receiveText(request, MAX_BODY_BYTES));
  const keys = childrenNamed(document, 'Object').map((object) => childText(object, 'Key'));
  if (document.name !== 'Delete' || keys.length === 0 || keys.length > MAX_KEYS) throw new S3Error('MalformedXML');
  const [good, bad] = [keys.filter(isKey), keys.filter((key) => !isKey(key))];
  await remove(s3, bucket, good);
  const isQuiet = childText(document, 'Quiet') === 'true';
  answerXml(response, 'DeleteResult', {
    Deleted: isQuiet ? [] : good.map((key) => ({ Key: key })),
    Error: bad.map((key) => ({ Key: key ?? '', Code: 'KeyTooLongError', Message: 'Your key is too long' })),
  });
};

async function remove({ storage, conditionalWrites }: S3Context, bucket: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) conditionalWrites.deleted(bucket, key);
  await storage.remove(bucket, keys);
}

function isKey(key: string | undefined): key is string {
  return key !== undefined && key !== '' && Buffer.byteLength(key) <= MAX_KEY_BYTES;
}
