import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { BlockPool, InputError, invariant, nearestNames, type ObjectInfo, type Source } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { isNotFound, translateError } from '../translate-error.ts';
import { otherRegion } from './other-region.ts';
import { RESUME_DELAY_MS, type S3Location, unquoted } from './s3-location.ts';
import { s3Source } from './s3-source.ts';
import { parseS3Address, type S3Address } from './s3-uri.ts';

/** How the objects of datasets are reached. */
export interface S3SourcesOptions extends ConnectionOptions {
  /** Default: true with an endpoint of its own. */
  readonly forcePathStyle?: boolean;
  /** See `S3ObjectStoreOptions`. */
  readonly resumeDelayMs?: number;
}

/** Datasets on S3. */
export interface S3Sources {
  /**
   * The objects that an address means, in order of their keys: `s3://bucket/key`, all below `s3://bucket/prefix/`, or
   * `s3://bucket/prefix/*.csv`. Below a prefix, empty markers of folders and names that begin with `_` or `.` are passed over.
   * Throws `BR-E0101` when there are none, `BR-E0120` for no address and for too many objects.
   */
  find(uri: string, options?: { readonly signal?: AbortSignal }): Promise<readonly Source[]>;
  /** One object, whatever characters its key has. Throws `BR-E0101` when there is none. */
  findObject(bucket: string, key: string, options?: { readonly signal?: AbortSignal }): Promise<Source>;
  destroy(): void;
}

/** Each object is a line of the run's document; beyond it, the objects are better made fewer. */
const MAX_OBJECTS = 10_000;

/** Datasets on S3. A bucket in another Region is read there. */
export function createS3Sources(options: S3SourcesOptions): S3Sources {
  const clients = new Map<string, S3Client>();
  const locate = (bucket: string, region: string): S3Location => {
    const known = clients.get(region);
    const client =
      known ??
      new S3Client({
        ...clientConfig({ ...options, region }, 60_000),
        forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
      });
    clients.set(region, client);
    const resumeDelayMs = options.resumeDelayMs ?? RESUME_DELAY_MS;
    // nothing is uploaded here
    return { client, bucket, resumeDelayMs, blocks: new BlockPool(0, 0), owner: {}, encryption: {}, full: (key) => key };
  };
  const find = async (address: S3Address, uri: string, signal?: AbortSignal): Promise<readonly Source[]> => {
    const findIn = async (region: string): Promise<readonly Source[]> => {
      const at = locate(address.bucket, region);
      const objects = await findObjects(at, address, uri, signal);
      return objects.map((object) => s3Source(at, object));
    };
    try {
      return await findIn(options.region);
    } catch (error) {
      const region = otherRegion(error);
      if (region === undefined || region === options.region) throw explained(error, address.bucket, uri);
      return await findIn(region).catch((again: unknown) => {
        throw explained(again, address.bucket, uri);
      });
    }
  };
  return {
    find: async (uri, { signal } = {}) => find(parseS3Address(uri), uri, signal),
    async findObject(bucket, key, { signal } = {}) {
      const [source] = await find({ kind: 'object', bucket, key }, `s3://${bucket}/${key}`, signal);
      invariant(source !== undefined, `no object was found and none is missing: s3://${bucket}/${key}`);
      return source;
    },
    destroy() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

async function findObjects(
  at: S3Location,
  address: S3Address,
  uri: string,
  signal: AbortSignal | undefined,
): Promise<readonly ObjectInfo[]> {
  if (address.kind === 'object') return [await findObject(at, address.key, signal)];
  const fits = address.kind === 'pattern' ? address.fits : (key: string) => isData(key.slice(address.prefix.length));
  const found: ObjectInfo[] = [];
  const pages = paginateListObjectsV2(
    { client: at.client },
    { Bucket: at.bucket, Prefix: address.prefix },
    { abortSignal: signal },
  );
  for await (const page of pages) {
    for (const { Key = '', Size = 0, ETag } of page.Contents ?? []) {
      if (!Key.endsWith('/') && fits(Key)) found.push({ key: Key, size: Size, etag: unquoted(ETag) });
    }
    if (found.length > MAX_OBJECTS) throw tooMany(uri);
  }
  if (found.length > 0) return found;
  throw new InputError('BR-E0101', `no object ${address.kind === 'pattern' ? 'fits' : 'lies below'} ${uri}`, {
    hint: 'check the bucket and the prefix; * stands for anything but a slash, ** for anything',
    details: { file: uri },
  });
}

/** What tools leave beside the files of a dataset: `_SUCCESS`, `.part-0.crc`, whole folders such as `_temporary/`. */
function isData(path: string): boolean {
  return !path.split('/').some((name) => name.startsWith('_') || name.startsWith('.'));
}

async function findObject(at: S3Location, key: string, signal: AbortSignal | undefined): Promise<ObjectInfo> {
  const target = { Bucket: at.bucket, Key: key };
  try {
    const { ContentLength, ETag } = await at.client.send(new HeadObjectCommand(target), { abortSignal: signal });
    return { key, size: ContentLength ?? 0, etag: unquoted(ETag) };
  } catch (error) {
    if (signal?.aborted) throw error;
    // the answer to HEAD has no body, so it never says what is wrong
    await at.client.send(new GetObjectCommand({ ...target, Range: 'bytes=0-0' }), { abortSignal: signal }).then(
      ({ Body }) => (Body as { destroy?(): void } | undefined)?.destroy?.(),
      async (exact: unknown) => {
        throw isNotFound(exact) ? await noSuchKey(at, key, signal) : exact;
      },
    );
    throw error;
  }
}

/** Says what there is instead, as far as the caller may look. */
async function noSuchKey(at: S3Location, key: string, signal: AbortSignal | undefined): Promise<InputError> {
  const list = async (Prefix: string) => {
    const page = await at.client
      .send(new ListObjectsV2Command({ Bucket: at.bucket, Prefix, MaxKeys: 1000, Delimiter: '/' }), { abortSignal: signal })
      .catch(() => undefined);
    const folders = (page?.CommonPrefixes ?? []).map((each) => each.Prefix ?? '');
    return [...(page?.Contents ?? []).map((each) => each.Key ?? ''), ...folders];
  };
  const uri = `s3://${at.bucket}/${key}`;
  const beside = await list(key.slice(0, key.lastIndexOf('/') + 1));
  const hint = beside.includes(`${key}/`)
    ? `to read all objects below it, end the name with a slash: ${uri}/`
    : nearestHint(at.bucket, key, beside);
  return new InputError('BR-E0101', `no such object: ${uri}`, { details: { file: uri }, ...(hint ? { hint } : {}) });
}

function nearestHint(bucket: string, key: string, beside: readonly string[]): string {
  const near = nearestNames(key, beside).map((each) => `s3://${bucket}/${each}`);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'check the bucket and the key';
}

function tooMany(uri: string): InputError {
  return new InputError('BR-E0120', `${uri} means more than ${MAX_OBJECTS} objects`, {
    hint: 'give a longer prefix or a pattern, or make fewer and larger objects',
    details: { value: uri },
  });
}

const NEEDED =
  'the credentials need s3:GetObject for the objects and s3:ListBucket for the bucket; without s3:ListBucket an object that does not exist is denied too';

/** What went wrong with a bucket of the caller's choice, with what to do about it. */
function explained(error: unknown, bucket: string, uri: string): unknown {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NoSuchBucket') {
    return new InputError('BR-E0101', `no such bucket: ${bucket}`, {
      cause: error,
      details: { bucket },
      hint: 'check the name; for a bucket that is not at AWS give --s3-endpoint-url',
    });
  }
  return translateError(error, `cannot read ${uri}`, NEEDED);
}
