import type { Readable } from 'node:stream';

/** The checksum algorithms of S3 that Node can compute (S3 API reference, "Checking object integrity", 2026-11). */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** What was stored with an object beside its bytes, as headers of the same names give it back. */
export interface ObjectHeaders {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
  readonly expires?: string;
}

/** The checksum that an object carries: base64, of all its bytes, or `composite`: of its parts' checksums, with `-<parts>` at the end. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** Facts about one stored object. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Opaque, without quotes. Changes whenever the content changes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly headers: ObjectHeaders;
  /** User metadata: names in lower case, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: StoredChecksum;
  /** The number of parts, when it was uploaded in parts. */
  readonly parts?: number;
}

/** An object that is being read. Destroy the body when it is not read to its end. */
export interface OpenObject {
  readonly object: StoredObject;
  readonly body: Readable;
}

/** Which bytes: from `from` (default 0) up to and without `to` (default the size). */
export interface ReadOptions {
  readonly from?: number;
  readonly to?: number;
  readonly signal?: AbortSignal;
}

/** What must be true of the key at the moment when the object would become visible. */
export interface WriteConditions {
  /** Nothing may be stored under the key. */
  readonly ifAbsent?: boolean;
  /** The ETag that the stored object must have. */
  readonly ifMatch?: string;
}

/** What is stored with the bytes. */
export interface WriteOptions {
  readonly headers?: ObjectHeaders;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What became of a write: `exists` and `changed` say which condition failed, `absent` that `ifMatch` found no object. */
export type CommitResult =
  | { readonly status: 'stored'; readonly object: StoredObject }
  | { readonly status: 'no-bucket' | 'exists' | 'changed' | 'absent' };

/** An object that is being written: nobody sees it before `commit` resolves, and then whole. */
export interface ObjectWrite {
  /** Resolves when the bytes are taken; wait for it, or memory grows. The bytes may be reused afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  /** The conditions are checked at the very moment when the object becomes visible. */
  commit(conditions?: WriteConditions): Promise<CommitResult>;
  /** Leaves no trace. Safe at any time, also after `commit`. */
  abort(): Promise<void>;
}

/** Which keys to list, in the order of their UTF-8 bytes. */
export interface ListOptions {
  readonly prefix?: string;
  /** Keys up to the first one after the prefix are rolled up into one common prefix. */
  readonly delimiter?: string;
  /** Only keys (and common prefixes) after this one. */
  readonly after?: string;
  /** At most this many objects and common prefixes together. Default 1,000. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** A page of a listing, and where the next one goes on (give it as `after`). */
export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly next?: string;
}

/**
 * Objects in buckets: what the job engine reads its input from and writes its output to. On a folder
 * (`DiskObjectStorage`) or on an S3-compatible server elsewhere (`RemoteObjectStorage`). Not found is a value:
 * `undefined` for a bucket or key that does not exist; `hasBucket` tells the two apart.
 */
export interface ObjectStorage {
  hasBucket(bucket: string): Promise<boolean>;
  head(bucket: string, key: string): Promise<StoredObject | undefined>;
  open(bucket: string, key: string, options?: ReadOptions): Promise<OpenObject | undefined>;
  create(bucket: string, key: string, options?: WriteOptions): ObjectWrite;
  /** `undefined`: no such bucket. */
  list(bucket: string, options?: ListOptions): Promise<ListPage | undefined>;
  /** Removing what does not exist is no error. */
  remove(bucket: string, keys: readonly string[]): Promise<void>;
}

/** Every object below a prefix, page by page. An unknown bucket has none. */
export async function* listAll(storage: ObjectStorage, bucket: string, prefix: string): AsyncGenerator<StoredObject> {
  let after: string | undefined;
  do {
    const page = await storage.list(bucket, { prefix, ...(after === undefined ? {} : { after }) });
    yield* page?.objects ?? [];
    after = page?.next;
  } while (after !== undefined);
}
