import type { IncomingMessage } from 'node:http';
import { type Permission, type Place, permission } from '../judge/index.ts';
import type { FrontRequest, Naming } from './call.ts';

/** What the sub-resources of an object are called, by verb and query parameter; those not named here are refused. */
const OBJECT_ACTIONS: readonly (readonly [verb: string, parameter: string, action: string])[] = [
  ['GET', 'uploadId', 'ListMultipartUploadParts'],
  ['GET', 'tagging', 'GetObjectTagging'],
  ['PUT', 'tagging', 'PutObjectTagging'],
  ['DELETE', 'tagging', 'DeleteObjectTagging'],
  ['GET', 'acl', 'GetObjectAcl'],
  ['PUT', 'acl', 'PutObjectAcl'],
  ['GET', 'attributes', 'GetObjectAttributes'],
  ['GET', 'versionId', 'GetObjectVersion'],
  ['HEAD', 'versionId', 'GetObjectVersion'],
  ['DELETE', 'versionId', 'DeleteObjectVersion'],
  ['DELETE', 'uploadId', 'AbortMultipartUpload'],
  ['GET', '', 'GetObject'],
  ['HEAD', '', 'GetObject'],
  ['PUT', '', 'PutObject'],
  // the begin and the end of an upload in parts
  ['POST', 'uploads', 'PutObject'],
  ['POST', 'uploadId', 'PutObject'],
  ['DELETE', '', 'DeleteObject'],
];

const BUCKET_ACTIONS: typeof OBJECT_ACTIONS = [
  ['GET', 'uploads', 'ListBucketMultipartUploads'],
  ['GET', 'versions', 'ListBucketVersions'],
  ['GET', 'location', 'GetBucketLocation'],
  ['GET', 'versioning', 'GetBucketVersioning'],
  ['GET', 'policy', 'GetBucketPolicy'],
  ['GET', 'acl', 'GetBucketAcl'],
  ['PUT', 'policy', 'PutBucketPolicy'],
  ['DELETE', 'policy', 'DeleteBucketPolicy'],
  ['GET', 'encryption', 'GetEncryptionConfiguration'],
  ['PUT', 'encryption', 'PutEncryptionConfiguration'],
  ['GET', 'publicAccessBlock', 'GetBucketPublicAccessBlock'],
  ['PUT', 'publicAccessBlock', 'PutBucketPublicAccessBlock'],
  ['GET', 'ownershipControls', 'GetBucketOwnershipControls'],
  ['PUT', 'ownershipControls', 'PutBucketOwnershipControls'],
  ['GET', 'lifecycle', 'GetLifecycleConfiguration'],
  ['PUT', 'lifecycle', 'PutLifecycleConfiguration'],
  ['DELETE', 'lifecycle', 'PutLifecycleConfiguration'],
  ['GET', 'tagging', 'GetBucketTagging'],
  ['PUT', 'tagging', 'PutBucketTagging'],
  ['PUT', '', 'CreateBucket'],
  ['DELETE', '', 'DeleteBucket'],
  ['GET', '', 'ListBucket'],
  ['HEAD', '', 'ListBucket'],
];

/** Parameters of the plain calls; any other parameter asks for something else. */
const PLAIN =
  /^(list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|marker|partNumber|x-id|response-.*|X-Amz-.*)$/;

/** What a call of S3 by path-style address needs. */
export const s3Permissions: Naming = (request, place) => {
  const [bucket = '', ...rest] = request.path.slice(1).split('/');
  const key = rest.map(decodeURIComponent).join('/');
  if (bucket === '') return [permission('s3:ListAllMyBuckets', '*')];
  const bucketArn = `arn:${place.partition}:s3:::${bucket}`;
  if (key !== '') return objectPermissions(request, place, `${bucketArn}/${key}`);
  if (request.method === 'POST' && request.query.has('delete')) return deletions(request, bucketArn);
  const action = actionOf(request, BUCKET_ACTIONS);
  return action === undefined ? [] : [permission(`s3:${action}`, bucketArn, action === 'ListBucket' ? listContext(request) : {})];
};

/**
 * What a role must also be allowed that only the answer tells: to list the bucket where a key that is read is not there (without it,
 * S3 says that it is refused), and to use the key of KMS that an object lies under.
 */
export function lateS3Permission(request: FrontRequest, answer: IncomingMessage, place: Place): Permission | undefined {
  const [bucket, ...rest] = request.path.slice(1).split('/');
  const isObject = rest.join('') !== '';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isObject) return undefined;
  if (isRead && answer.statusCode === 404) return permission('s3:ListBucket', `arn:${place.partition}:s3:::${bucket}`);
  const keyId = answer.headers['x-amz-server-side-encryption-aws-kms-key-id'];
  if (typeof keyId !== 'string') return undefined;
  return permission(isRead ? 'kms:Decrypt' : 'kms:GenerateDataKey', keyArn(keyId, place), viaS3(request));
}

/** S3 uses keys in the name of whoever asks, and KMS is told that it does. */
function viaS3({ region }: FrontRequest): Permission['context'] {
  return { 'kms:ViaService': `s3.${region}.amazonaws.com` };
}

function objectPermissions(request: FrontRequest, place: Place, arn: string): readonly Permission[] {
  const action = actionOf(request, OBJECT_ACTIONS);
  if (action === undefined) return [];
  const source = request.headers['x-amz-copy-source'];
  const tagging = request.headers['x-amz-tagging'];
  const copied = typeof source === 'string' ? decodeURIComponent(source).replace(/^\//, '').replace(/\?.*$/, '') : undefined;
  const encryption = request.headers['x-amz-server-side-encryption'];
  const keyId = request.headers['x-amz-server-side-encryption-aws-kms-key-id'];
  const context = {
    ...(typeof encryption === 'string' && { 's3:x-amz-server-side-encryption': encryption }),
    ...(typeof keyId === 'string' && { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  };
  return [
    permission(`s3:${action}`, arn, context),
    ...(typeof tagging === 'string' ? [permission('s3:PutObjectTagging', arn, tagContext(tagging))] : []),
    ...(copied === undefined ? [] : [permission('s3:GetObject', `arn:${place.partition}:s3:::${copied}`)]),
    ...(typeof keyId === 'string' ? [permission('kms:GenerateDataKey', keyArn(keyId, place), viaS3(request))] : []),
  ];
}

/** Tags that an object is put with need a permission of their own (S3 User Guide, "Object tagging", 2026-11). */
function tagContext(tagging: string): Permission['context'] {
  const tags = [...new URLSearchParams(tagging)];
  const given = tags.map(([key, value]) => [`s3:RequestObjectTag/${key}`, value]);
  return { 's3:RequestObjectTagKeys': tags.map(([key]) => key), ...Object.fromEntries(given) };
}

function deletions(request: FrontRequest, bucketArn: string): readonly Permission[] {
  const keys = [...request.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
  return keys.map((key) => permission('s3:DeleteObject', `${bucketArn}/${key}`));
}

function listContext({ query }: FrontRequest): Permission['context'] {
  const keys = { 's3:prefix': query.get('prefix'), 's3:delimiter': query.get('delimiter'), 's3:max-keys': query.get('max-keys') };
  return Object.fromEntries(Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== null));
}

function actionOf({ method, query }: FrontRequest, actions: typeof OBJECT_ACTIONS): string | undefined {
  const parameters = [...query.keys()];
  const fitting = actions.filter(([verb]) => verb === method);
  const [, , special] = fitting.find(([, parameter]) => parameter !== '' && query.has(parameter)) ?? [];
  if (special !== undefined) return method === 'PUT' && special === '' ? undefined : special;
  const isPlain = parameters.every((parameter) => PLAIN.test(parameter) || (method === 'PUT' && parameter === 'uploadId'));
  return isPlain ? fitting.find(([, parameter]) => parameter === '')?.[2] : undefined;
}

function keyArn(keyId: string, { partition, region, account }: Place): string {
  return keyId.startsWith('arn:') ? keyId : `arn:${partition}:kms:${region}:${account}:key/${keyId}`;
}

function unescapeXml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
