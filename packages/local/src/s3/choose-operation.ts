import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { abortMultipartUpload, listMultipartUploads, listParts } from './operations/list-uploads.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPart, uploadPartCopy } from './operations/upload-part.ts';
import { S3Error } from './s3-error.ts';
import type { S3Operation, S3Request } from './s3-request.ts';

/** A query that names another thing than the object or bucket itself. What is not served must not be taken for a plain PUT. */
const SUBRESOURCES = [
  'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metadataConfiguration',
  'metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication',
  'requestPayment restore retention select session tagging torrent versioning versions website',
]
  .join(' ')
  .split(' ');

/** Which operation a request asks for, by its method, address and query. */
export function chooseOperation(request: S3Request): S3Operation {
  const { query, bucket, key } = request;
  const other = SUBRESOURCES.find((name) => query.has(name));
  if (other !== undefined) throw new S3Error('NotImplemented', `?${other} is not served by the local S3.`);
  if (query.has('versionId') && query.get('versionId') !== 'null') {
    throw new S3Error('NotImplemented', 'Buckets have no versions here.');
  }
  const operation = bucket === '' ? onService(request) : key === '' ? onBucket(request) : onObject(request);
  if (operation === undefined) throw new S3Error('MethodNotAllowed', undefined, { Method: request.method });
  return operation;
}

function onService({ method }: S3Request): S3Operation | undefined {
  return method === 'GET' ? listBuckets : undefined;
}

function onBucket({ method, query }: S3Request): S3Operation | undefined {
  switch (method) {
    case 'PUT':
      return createBucket;
    case 'HEAD':
      return headBucket;
    case 'DELETE':
      return deleteBucket;
    case 'POST':
      return query.has('delete') ? deleteObjects : undefined;
    case 'GET':
      if (query.has('location')) return getBucketLocation;
      if (query.has('uploads')) return listMultipartUploads;
      return query.get('list-type') === '2' ? listObjectsV2 : listObjects;
    default:
      return undefined;
  }
}

function onObject({ method, query, headers }: S3Request): S3Operation | undefined {
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  const hasUpload = query.has('uploadId');
  switch (method) {
    case 'PUT':
      if (hasUpload) return isCopy ? uploadPartCopy : uploadPart;
      return isCopy ? copyObject : putObject;
    case 'GET':
      return hasUpload ? listParts : getObject;
    case 'HEAD':
      return headObject;
    case 'DELETE':
      return hasUpload ? abortMultipartUpload : deleteObject;
    case 'POST':
      if (hasUpload) return completeMultipartUpload;
      return query.has('uploads') ? createMultipartUpload : undefined;
    default:
      return undefined;
  }
}
