import { answerEmpty, answerXml } from '../answer.ts';
import { S3Error } from '../s3-error.ts';
import { queryNumber, requireBucket, type S3Operation } from '../s3-request.ts';
import { encodeKey } from './list-objects.ts';
import { findUpload } from './upload-part.ts';

/** The most parts or uploads of one answer. */
const MAX_ITEMS = 1000;

/** GET /bucket/key?uploadId. */
export const listParts: S3Operation = async (s3, request, response) => {
  const { bucket, key, query } = request;
  requireBucket(s3, bucket);
  const upload = findUpload(s3, request);
  const limit = queryNumber(query, 'max-parts', MAX_ITEMS, MAX_ITEMS);
  const marker = queryNumber(query, 'part-number-marker', 0, 10_000);
  const found = s3.storage.uploads.parts(upload, marker, limit + 1);
  const parts = found.slice(0, limit);
  const isTruncated = found.length > limit && limit > 0;
  const { checksum } = upload.facts;
  answerXml(response, 'ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: isTruncated ? parts.at(-1)?.number : undefined,
    MaxParts: limit,
    IsTruncated: isTruncated,
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
    Part: parts.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modified).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.size,
      ...(checksum && part.checksum ? { [`Checksum${checksum.algorithm}`]: part.checksum } : {}),
    })),
  });
};

/** GET /bucket?uploads. */
export const listMultipartUploads: S3Operation = async (s3, { bucket, query, caller }, response) => {
  requireBucket(s3, bucket);
  if (query.get('delimiter')) throw new S3Error('NotImplemented', 'ListMultipartUploads takes no delimiter here.');
  const limit = queryNumber(query, 'max-uploads', MAX_ITEMS, MAX_ITEMS);
  const prefix = query.get('prefix') ?? '';
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (text: string): string => text;
  // Without an upload id all uploads of the marker's key are passed over: no id sorts after this one.
  const after = idMarker === '' && keyMarker !== '' ? '~' : idMarker;
  const all = s3.storage.uploads.list(bucket, keyMarker, after, -1).filter((upload) => upload.key.startsWith(prefix));
  const uploads = all.slice(0, limit);
  const last = all.length > limit ? uploads.at(-1) : undefined;
  answerXml(response, 'ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.id,
    Prefix: encode(prefix),
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxUploads: limit,
    IsTruncated: last !== undefined,
    Upload: uploads.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiator: { ID: caller.account },
      Owner: { ID: caller.account },
      StorageClass: 'STANDARD',
      Initiated: new Date(upload.created).toISOString(),
      ChecksumAlgorithm: upload.facts.checksum?.algorithm,
      ChecksumType: upload.facts.checksum?.type,
    })),
  });
};

/** DELETE /bucket/key?uploadId. */
export const abortMultipartUpload: S3Operation = async (s3, request, response) => {
  requireBucket(s3, request.bucket);
  s3.storage.uploads.abort(findUpload(s3, request));
  answerEmpty(response, 204);
};
