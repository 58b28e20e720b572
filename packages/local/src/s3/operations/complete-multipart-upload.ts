import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  type ChecksumAlgorithm,
  canCombine,
  combineCrcs,
  createChecksum,
  type Part,
  type StoredChecksum,
  type StoredObject,
  type Upload,
} from '../../storage/index.ts';
import { answerXml } from '../answer.ts';
import { checksumHeader } from '../body-checks.ts';
import { storedOrThrow, unquote, writeConditions } from '../conditions.ts';
import { checksumElements } from '../object-headers.ts';
import { receiveText } from '../request-body.ts';
import { S3Error } from '../s3-error.ts';
import { requireBucket, type S3Operation, type S3Request } from '../s3-request.ts';
import { childrenNamed, childText, parseXml, type XmlElement } from '../xml-reader.ts';

/** Every part but the last has at least this many bytes (S3 User Guide, "Multipart upload limits", 2026-11). */
const MIN_PART_BYTES = 5 * 1024 * 1024;
/** 10,000 parts with their checksums. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** POST /bucket/key?uploadId. From the reading of the parts to the visible object nothing is awaited. */
export const completeMultipartUpload: S3Operation = async (s3, request, response) => {
  const { bucket, key, headers } = request;
  requireBucket(s3, bucket);
  const conditions = writeConditions(headers);
  // A checksum in the headers is of the object, not of the list.
  const document = parseXml(await receiveText(request, MAX_BODY_BYTES, { isOfOther: true }));
  const { uploads } = s3.storage;
  const id = request.query.get('uploadId') ?? '';
  const upload = uploads.find(bucket, key, id);
  if (upload === undefined) {
    // The answer to the first Complete may have been lost: the same again.
    const done = s3.storage.find(bucket, key);
    if (done?.facts.upload === id) return answerCompleted(request, response, done.object);
    throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
  }
  const parts = chooseParts(document, uploads.parts(upload), upload);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announced = headers['x-amz-mp-object-size'];
  if (announced !== undefined && Number(announced) !== size) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${String(announced)} does not match what was computed: ${size}`,
    );
  }
  const checksum = wholeChecksum(upload, parts);
  checkAnnounced(request, checksum);
  const facts = { etag: multipartEtag(parts), ...(checksum && { checksum }) };
  const result = uploads.complete(upload, parts, facts, conditions);
  if (result === undefined) throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
  answerCompleted(request, response, storedOrThrow(result, bucket, key));
};

function answerCompleted({ bucket, key, headers }: S3Request, response: ServerResponse, object: StoredObject): void {
  answerXml(response, 'CompleteMultipartUploadResult', {
    Location: `http://${headers.host}/${bucket}/${encodeURIComponent(key)}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${object.etag}"`,
    ...checksumElements(object.checksum),
  });
}

/** The parts that the document names, in its order. Throws what S3 says of a list that cannot be. */
function chooseParts(document: XmlElement, uploaded: readonly Part[], upload: Upload): readonly Part[] {
  const named = childrenNamed(document, 'Part');
  if (document.name !== 'CompleteMultipartUpload' || named.length === 0) throw new S3Error('MalformedXML');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const algorithm = upload.facts.checksum?.algorithm;
  let before = 0;
  const parts = named.map((element) => {
    const number = Number(childText(element, 'PartNumber') ?? 'none');
    if (!Number.isInteger(number)) throw new S3Error('MalformedXML');
    if (number <= before) throw new S3Error('InvalidPartOrder', undefined, { UploadId: upload.id });
    before = number;
    const part = byNumber.get(number);
    const etag = unquote(childText(element, 'ETag') ?? '');
    const checksum = algorithm && childText(element, `Checksum${algorithm}`);
    const isRight = part?.etag === etag && (checksum === undefined || checksum === part.checksum);
    if (part === undefined || !isRight)
      throw new S3Error('InvalidPart', undefined, { UploadId: upload.id, PartNumber: number, ETag: etag });
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small === undefined) return parts;
  throw new S3Error('EntityTooSmall', undefined, {
    ProposedSize: small.size,
    MinSizeAllowed: MIN_PART_BYTES,
    PartNumber: small.number,
    ETag: small.etag,
  });
}

/** As S3 makes it: the MD5 of the parts' ETags, then their number. */
function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part.etag, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

function wholeChecksum(upload: Upload, parts: readonly Part[]): StoredChecksum | undefined {
  if (upload.facts.checksum === undefined) return undefined;
  const { algorithm, type } = upload.facts.checksum;
  const known = parts.map(({ checksum = '', size }) => ({ value: checksum, size }));
  if (type === 'FULL_OBJECT' && canCombine(algorithm)) return { algorithm, type, value: combineCrcs(algorithm, known) };
  return { algorithm, type, value: compositeChecksum(algorithm, known) };
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly { readonly value: string }[]): string {
  const running = createChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part.value, 'base64'));
  return `${Buffer.from(running.digest()).toString('base64')}-${parts.length}`;
}

/** A checksum of the whole object may come with the request; it is a claim to be checked. */
function checkAnnounced({ headers }: S3Request, checksum: StoredChecksum | undefined): void {
  if (checksum === undefined) return;
  const announced = headers[checksumHeader(checksum.algorithm)];
  if (announced === undefined || announced === checksum.value || `${String(announced)}-` === checksum.value.replace(/\d+$/, ''))
    return;
  throw new S3Error('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
}
