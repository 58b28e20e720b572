import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  BlockPool,
  type CallOptions,
  InputError,
  InvariantError,
  type ObjectInfo,
  type ObjectSink,
  type ObjectStore,
  ServiceError,
} from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { isNotFound, translateError } from '../translate-error.ts';
import { copyObject } from './copy-object.ts';
import { openObject } from './s3-byte-source.ts';
import { RESUME_DELAY_MS, type S3CreateOptions, type S3Location, unquoted } from './s3-location.ts';
import { createObject } from './s3-object-sink.ts';
import { isOnThisMachine, NO_WIRE } from './this-machine.ts';
import { leavePayloadUnsigned } from './unsigned-payload.ts';

/** Where the objects of runs lie. */
export interface S3ObjectStoreOptions extends ConnectionOptions {
  readonly bucket: string;
  /** Key prefix, without slashes at its ends; default: none. */
  readonly prefix?: string;
  /** `http://host/bucket/key` in place of `http://bucket.host/key`; default: true with an endpoint of its own. */
  readonly forcePathStyle?: boolean;
  /** The 12-digit account that must own the bucket: refused otherwise. */
  readonly bucketOwner?: string;
  /** ARN, id or alias of the KMS key that what is written is encrypted by; default: as the bucket encrypts. */
  readonly kmsKey?: string;
  /** Tag the input of jobs, which the lifecycle of a bucket that `setup` has made removes; default: false. */
  readonly tagsInput?: boolean;
  /** Milliseconds before a read that keeps breaking off is taken up again; doubles each time; default 500. */
  readonly resumeDelayMs?: number;
}

/** The least that S3 takes as a part (API reference, 2026-11); with 10,000 of them an object may have 50 GB. */
const BLOCK_BYTES = 5 * 1024 * 1024;

/** Two uploads at full speed: each sends a block and fills one. With the ends of two uploads before them there are six for a while. */
const BLOCKS_AT_WORK = 4;
const POOLED_BLOCKS = 6;

/** Bedrock's S3 URI pattern (service model 2023-04-20) allows no more than this in a key. */
const BEDROCK_SAFE_PREFIX = /^[-!_*'().a-z0-9A-Z]+(\/[-!_*'().a-z0-9A-Z]+)*$/;

/** The object store on S3, with what only S3 has. */
export interface S3ObjectStore extends ObjectStore {
  create(key: string, options?: S3CreateOptions): ObjectSink;
  /** When an object was put there, milliseconds since the epoch; undefined where there is none. */
  putAt(key: string, options?: CallOptions): Promise<number | undefined>;
  /** Copies an object of another of these stores to the same key here, inside S3. */
  copyFrom(source: S3ObjectStore, key: string, options?: CallOptions): Promise<void>;
  destroy(): void;
}

/** The object store on S3. A folder that Bedrock may not name is refused at once. */
export function createS3ObjectStore(options: S3ObjectStoreOptions): S3ObjectStore {
  const prefix = options.prefix ?? '';
  if (prefix !== '' && !BEDROCK_SAFE_PREFIX.test(prefix)) {
    throw new InputError(
      'BR-E0120',
      `the prefix ${JSON.stringify(prefix)} has a character that Bedrock refuses in S3 URIs; letters, digits and - ! _ * ' ( ) . / are allowed`,
    );
  }
  const client = new S3Client({
    ...clientConfig(options, 60_000),
    ...(isOnThisMachine(options.endpoint) ? NO_WIRE : {}),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
  });
  leavePayloadUnsigned(client);
  const location: S3Location = {
    client,
    bucket: options.bucket,
    resumeDelayMs: options.resumeDelayMs ?? RESUME_DELAY_MS,
    blocks: new BlockPool(BLOCK_BYTES, POOLED_BLOCKS, BLOCKS_AT_WORK),
    ...(options.tagsInput && { tagsInput: true }),
    owner: options.bucketOwner === undefined ? {} : { ExpectedBucketOwner: options.bucketOwner },
    encryption: options.kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: options.kmsKey },
    full: (key) => (prefix === '' ? key : `${prefix}/${key}`),
  };

  const store: S3ObjectStore = {
    uri: `s3://${options.bucket}${prefix === '' ? '' : `/${prefix}`}`,
    async head(key, o) {
      const found = await head(location, key, o?.signal);
      return found && { key, size: found.ContentLength ?? 0, etag: unquoted(found.ETag) };
    },
    putAt: async (key, o) => (await head(location, key, o?.signal))?.LastModified?.getTime(),
    open: (key, o) => openObject(location, key, o ?? {}),
    create: (key, o) => createObject(location, key, o ?? {}),
    list: (below, o) => list(location, below, o?.signal),
    remove: (keys, o) => remove(location, keys, o?.signal),
    copyFrom: (source, key, o) => copyObject(location, locationOf(source), key, o),
    destroy: () => client.destroy(),
  };
  LOCATIONS.set(store, location);
  return store;
}

const LOCATIONS = new WeakMap<S3ObjectStore, S3Location>();

function locationOf(store: S3ObjectStore): S3Location {
  const location = LOCATIONS.get(store);
  if (location === undefined) throw new InvariantError(`${store.uri} was not opened here`);
  return location;
}

async function head(at: S3Location, key: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await at.client.send(new HeadObjectCommand({ Bucket: at.bucket, Key: at.full(key), ...at.owner }), {
      abortSignal: signal,
    });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw translateError(error, `HeadObject s3://${at.bucket}/${at.full(key)}`);
  }
}

async function* list(at: S3Location, below: string, signal?: AbortSignal): AsyncIterable<ObjectInfo> {
  const cut = at.full('').length;
  const pages = paginateListObjectsV2(
    { client: at.client },
    { Bucket: at.bucket, Prefix: at.full(below), ...at.owner },
    { abortSignal: signal },
  );
  try {
    for await (const page of pages) {
      for (const found of page.Contents ?? []) {
        yield { key: (found.Key ?? '').slice(cut), size: found.Size ?? 0, etag: unquoted(found.ETag) };
      }
    }
  } catch (error) {
    throw translateError(error, `ListObjectsV2 s3://${at.bucket}/${at.full(below)}`);
  }
}

/** DeleteObjects takes 1,000 keys (S3 API reference, 2026-11). */
const DELETE_KEYS = 1000;

async function remove(at: S3Location, keys: readonly string[], signal?: AbortSignal): Promise<void> {
  for (let i = 0; i < keys.length; i += DELETE_KEYS) {
    const Objects = keys.slice(i, i + DELETE_KEYS).map((key) => ({ Key: at.full(key) }));
    const result = await at.client
      .send(new DeleteObjectsCommand({ Bucket: at.bucket, Delete: { Objects, Quiet: true }, ...at.owner }), {
        abortSignal: signal,
      })
      .catch((error: unknown) => {
        throw translateError(error, `DeleteObjects in s3://${at.bucket}`);
      });
    const failed = result.Errors?.[0];
    if (!failed) continue;
    const denied = failed.Code === 'AccessDenied';
    throw new ServiceError(
      denied ? 'BR-E0501' : 'BR-E0509',
      `DeleteObjects in s3://${at.bucket}: ${failed.Key}: ${failed.Message ?? failed.Code}`,
      {
        reason: denied ? 'denied' : 'unavailable',
        effect: 'unknown',
      },
    );
  }
}
