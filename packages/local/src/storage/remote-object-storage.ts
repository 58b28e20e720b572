import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type {
  ListOptions,
  ListPage,
  ObjectStorage,
  OpenObject,
  ReadOptions,
  StoredObject,
  WriteOptions,
} from './object-storage.ts';
import { RemoteObjectWrite } from './remote-object-write.ts';

/** Where the buckets are. Credentials come from where the SDK finds them unless they are given. */
export interface RemoteStorageOptions {
  /** The URL of an S3-compatible server. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials?: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }>;
  /** The key of KMS under which objects are written. Default: what the bucket has. */
  readonly kmsKeyId?: string;
}

/** The most keys of one DeleteObjects. */
const DELETE_AT_ONCE = 1000;

/** Opens the buckets of an S3-compatible server elsewhere. */
export function openRemoteStorage({ kmsKeyId, ...options }: RemoteStorageOptions): RemoteObjectStorage {
  return new RemoteObjectStorage(new S3Client({ ...options, forcePathStyle: true }), kmsKeyId);
}

/** What the job engine needs of S3, over the AWS SDK. */
export class RemoteObjectStorage implements ObjectStorage {
  readonly #client: S3Client;
  readonly #kmsKeyId: string | undefined;

  constructor(client: S3Client, kmsKeyId?: string) {
    this.#client = client;
    this.#kmsKeyId = kmsKeyId;
  }

  async hasBucket(bucket: string): Promise<boolean> {
    return (await unlessMissing(this.#client.send(new HeadBucketCommand({ Bucket: bucket })))) !== undefined;
  }

  async head(bucket: string, key: string): Promise<StoredObject | undefined> {
    const found = await unlessMissing(this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    return found && describe(key, found.ContentLength ?? 0, found);
  }

  async open(bucket: string, key: string, options: ReadOptions = {}): Promise<OpenObject | undefined> {
    const { from = 0, to, signal } = options;
    const isRange = from > 0 || to !== undefined;
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(isRange && { Range: `bytes=${from}-${to === undefined ? '' : to - 1}` }),
    });
    const found = await unlessMissing(this.#client.send(command, { ...(signal && { abortSignal: signal }) }));
    if (found === undefined) return undefined;
    const size = Number(/\/(\d+)$/.exec(found.ContentRange ?? '')?.[1] ?? found.ContentLength ?? 0);
    return { object: describe(key, size, found), body: found.Body as Readable };
  }

  create(bucket: string, key: string, options: WriteOptions = {}): RemoteObjectWrite {
    return new RemoteObjectWrite(this.#client, bucket, key, { ...options, ...(this.#kmsKeyId && { kmsKeyId: this.#kmsKeyId }) });
  }

  async list(bucket: string, options: ListOptions = {}): Promise<ListPage | undefined> {
    const { prefix, delimiter, after, limit, signal } = options;
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      ...(prefix && { Prefix: prefix }),
      ...(delimiter && { Delimiter: delimiter }),
      ...(after && { StartAfter: after }),
      ...(limit !== undefined && { MaxKeys: limit }),
    });
    const page = await unlessMissing(this.#client.send(command, { ...(signal && { abortSignal: signal }) }));
    if (page === undefined) return undefined;
    const objects = (page.Contents ?? []).map((item) =>
      describe(item.Key ?? '', item.Size ?? 0, { ETag: item.ETag, LastModified: item.LastModified }),
    );
    const prefixes = (page.CommonPrefixes ?? []).map((common) => common.Prefix ?? '');
    const last = [objects.at(-1)?.key ?? '', prefixes.at(-1) ?? ''].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    )[1];
    return { objects, prefixes, ...(page.IsTruncated && last ? { next: last } : {}) };
  }

  async remove(bucket: string, keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) {
      const Objects = keys.slice(at, at + DELETE_AT_ONCE).map((Key) => ({ Key }));
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined) throw new Error(`${first.Code} when deleting ${first.Key}: ${first.Message}`);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

type Described = Pick<HeadObjectCommandOutput, 'ContentType' | 'Metadata'> & {
  readonly ETag: string | undefined;
  readonly LastModified: Date | undefined;
};

function describe(key: string, size: number, found: Partial<Described>): StoredObject {
  return {
    key,
    size,
    etag: (found.ETag ?? '').replaceAll('"', ''),
    lastModified: found.LastModified?.getTime() ?? 0,
    headers: found.ContentType === undefined ? {} : { contentType: found.ContentType },
    metadata: found.Metadata ?? {},
  };
}

/** Not found is a value. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
    throw error;
  }
}
