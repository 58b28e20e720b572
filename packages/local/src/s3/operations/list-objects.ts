import type { ListPage, StoredObject } from '../../storage/index.ts';
import { answerXml } from '../answer.ts';
import { S3Error } from '../s3-error.ts';
import { queryNumber, type S3Context, type S3Operation, type S3Request } from '../s3-request.ts';
import type { XmlContent } from '../xml-writer.ts';

/** The most keys of one answer. */
const MAX_KEYS = 1000;

/** GET /bucket?list-type=2. */
export const listObjectsV2: S3Operation = async (s3, request, response) => {
  const { bucket, query, caller } = request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === null ? startAfter : fromToken(token);
  const list = await listPage(s3, request, after);
  const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: caller.account } } : {};
  answerXml(response, 'ListBucketResult', {
    Name: bucket,
    ...list.shared,
    KeyCount: list.page.objects.length + list.page.prefixes.length,
    StartAfter: startAfter === null ? undefined : list.encode(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: list.page.next === undefined ? undefined : toToken(list.page.next),
    Contents: list.page.objects.map((object) => ({ ...contents(object, list.encode), ...owner })),
    CommonPrefixes: list.page.prefixes.map((prefix) => ({ Prefix: list.encode(prefix) })),
  });
};

/** GET /bucket, the first version: pages by the last key itself. */
export const listObjects: S3Operation = async (s3, request, response) => {
  const { bucket, query, caller } = request;
  const marker = query.get('marker') ?? '';
  const list = await listPage(s3, request, marker === '' ? null : marker);
  answerXml(response, 'ListBucketResult', {
    Name: bucket,
    ...list.shared,
    Marker: list.encode(marker),
    // S3 says where to go on only when there is a delimiter; the last key serves otherwise.
    NextMarker: query.has('delimiter') && list.page.next !== undefined ? list.encode(list.page.next) : undefined,
    Contents: list.page.objects.map((object) => ({ ...contents(object, list.encode), Owner: { ID: caller.account } })),
    CommonPrefixes: list.page.prefixes.map((prefix) => ({ Prefix: list.encode(prefix) })),
  });
};

interface Listed {
  readonly page: ListPage;
  readonly encode: (text: string) => string;
  readonly shared: { readonly [name: string]: XmlContent | undefined };
}

async function listPage({ storage }: S3Context, { bucket, query }: S3Request, after: string | null): Promise<Listed> {
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', { ArgumentName: 'encoding-type' });
  }
  const encode = encoding === 'url' ? encodeKey : (text: string): string => text;
  const limit = queryNumber(query, 'max-keys', MAX_KEYS, MAX_KEYS);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const page = await storage.list(bucket, { prefix, delimiter, limit, ...(after === null ? {} : { after }) });
  if (page === undefined) throw new S3Error('NoSuchBucket', undefined, { BucketName: bucket });
  const shared = {
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: encoding ?? undefined,
    IsTruncated: page.next !== undefined,
  };
  return { page, encode, shared };
}

function contents(object: StoredObject, encode: (text: string) => string): { readonly [name: string]: XmlContent | undefined } {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

/** Every byte but unreserved ones and the slash; a space as %20, which all decoders take. */
export function encodeKey(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

// A token is the last key, unreadable enough that nobody builds one.
function toToken(key: string): string {
  return Buffer.from(`1:${key}`).toString('base64url');
}

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('1:')) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', { ArgumentName: 'continuation-token' });
  }
  return text.slice(2);
}
