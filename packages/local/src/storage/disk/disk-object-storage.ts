import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type {
  CommitResult,
  ListOptions,
  ListPage,
  ObjectHeaders,
  ObjectStorage,
  ObjectWrite,
  OpenObject,
  ReadOptions,
  StoredChecksum,
  StoredObject,
  WriteConditions,
  WriteOptions,
} from '../object-storage.ts';
import { BlobFolder, type Segment } from './blob-folder.ts';
import { BucketTable } from './buckets.ts';
import { openDatabase, transact } from './database.ts';
import { listObjects } from './list-objects.ts';
import { MultipartUploads } from './multipart-uploads.ts';
import { type FoundObject, ObjectTable, type Unmet } from './object-table.ts';
import { readSegments } from './read-segments.ts';
import { UploadTable } from './upload-table.ts';

/** What a commit may set that is known only when all bytes have passed. */
export interface CommitOptions extends WriteConditions {
  /** Default: a new one that has never been given out. */
  readonly etag?: string;
  readonly checksum?: StoredChecksum;
}

/** An `ObjectWrite` whose commit takes an ETag and a checksum. */
export interface DiskObjectWrite extends ObjectWrite {
  commit(options?: CommitOptions): Promise<CommitResult>;
}

/** What a copy may replace; what is left out is taken from the source. */
export interface CopyOptions extends WriteConditions {
  readonly headers?: ObjectHeaders;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Objects in a folder: an index in SQLite and files with names of ours, so every key that S3 allows can be stored.
 * An object becomes visible in one transaction of the index. One process at a time; see `lockFolder`.
 */
export class DiskObjectStorage implements ObjectStorage {
  readonly buckets: BucketTable;
  readonly uploads: MultipartUploads;
  readonly #database: DatabaseSync;
  readonly #blobs: BlobFolder;
  readonly #objects: ObjectTable;

  private constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.#database = openDatabase(join(dir, 'index.db'));
    this.#blobs = new BlobFolder(join(dir, 'blobs'));
    this.#objects = new ObjectTable(this.#database);
    this.buckets = new BucketTable(this.#database);
    this.uploads = new MultipartUploads(this.#database, this.#blobs, this.#objects, new UploadTable(this.#database));
  }

  /** Opens the folder, making it if need be, and removes what a killed process left half written. */
  static open(dir: string): DiskObjectStorage {
    const storage = new DiskObjectStorage(dir);
    storage.#sweep();
    return storage;
  }

  close(): void {
    this.#database.close();
  }

  async hasBucket(bucket: string): Promise<boolean> {
    return this.buckets.find(bucket) !== undefined;
  }

  async head(bucket: string, key: string): Promise<StoredObject | undefined> {
    return this.#objects.find(bucket, key)?.object;
  }

  /** The condition that does not hold now; undefined when all do. */
  unmet(bucket: string, key: string, conditions: WriteConditions): Unmet | undefined {
    return this.#objects.unmet(bucket, key, conditions);
  }

  /** Facts and segments at once; the segments are the parts of an object that was uploaded in parts. */
  find(bucket: string, key: string): FoundObject | undefined {
    return this.#objects.find(bucket, key);
  }

  /** Whether all bytes of an object that was found are on the disk. */
  isWhole(found: FoundObject): boolean {
    return this.#blobs.areWhole(found.segments);
  }

  async open(bucket: string, key: string, options: ReadOptions = {}): Promise<OpenObject | undefined> {
    const found = this.#objects.find(bucket, key);
    return found === undefined ? undefined : { object: found.object, body: this.read(found, options) };
  }

  /** The bytes of an object that was just found; call it before anything is awaited. */
  read(found: FoundObject, options: ReadOptions = {}): OpenObject['body'] {
    const to = Math.min(options.to ?? found.object.size, found.object.size);
    const body = readSegments(this.#blobs, found.segments, options.from ?? 0, to);
    const stop = (): void => {
      body.destroy();
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    body.once('close', () => options.signal?.removeEventListener('abort', stop));
    if (options.signal?.aborted) stop();
    return body;
  }

  create(bucket: string, key: string, options: WriteOptions = {}): DiskObjectWrite {
    const blob = this.#blobs.create();
    let kept = false;
    return {
      write: async (bytes) => {
        options.signal?.throwIfAborted();
        await blob.write(bytes);
      },
      commit: async ({ etag = newEtag(), checksum, ...conditions } = {}) => {
        options.signal?.throwIfAborted();
        const segment = await blob.finish();
        const facts = { headers: options.headers ?? {}, metadata: options.metadata ?? {}, ...(checksum && { checksum }) };
        const what = { etag, facts, segments: segment.size === 0 ? [] : [segment] };
        const result = this.#commit(bucket, key, conditions, () => what);
        kept = result.status === 'stored';
        if (!kept) await blob.discard();
        return result;
      },
      abort: async () => {
        if (!kept) await blob.discard();
      },
    };
  }

  async list(bucket: string, options: ListOptions = {}): Promise<ListPage | undefined> {
    return this.buckets.find(bucket) === undefined ? undefined : listObjects(this.#objects, bucket, options);
  }

  async remove(bucket: string, keys: readonly string[]): Promise<void> {
    const orphans = transact(this.#database, () => keys.flatMap((key) => this.#objects.remove(bucket, key)));
    this.#blobs.remove(orphans);
  }

  /** Copies no bytes: both objects share the files. The source is one that was just found. */
  copy(source: FoundObject, bucket: string, key: string, options: CopyOptions = {}): CommitResult {
    const { headers, metadata, ...conditions } = options;
    const facts = { ...source.facts, ...(headers && { headers }), ...(metadata && { metadata }) };
    return this.#commit(bucket, key, conditions, () => ({ etag: source.object.etag, facts, segments: source.segments }));
  }

  /** Removes the bucket and its unfinished uploads; false when it still holds objects. */
  removeBucket(bucket: string): boolean {
    const orphans = transact(this.#database, () => {
      if (!this.buckets.isEmpty(bucket)) return undefined;
      this.buckets.remove(bucket);
      return this.uploads.removeAll(bucket);
    });
    if (orphans === undefined) return false;
    this.#blobs.remove(orphans);
    return true;
  }

  #commit(bucket: string, key: string, conditions: WriteConditions, what: () => Parameters<ObjectTable['put']>[2]): CommitResult {
    const done = transact(this.#database, () => {
      const unmet = this.#objects.unmet(bucket, key, conditions);
      return unmet ?? this.#objects.put(bucket, key, what(), Date.now());
    });
    if (typeof done === 'string') return { status: done };
    this.#blobs.remove(done.orphans);
    return { status: 'stored', object: done.object };
  }

  #sweep(): void {
    const inUse = this.#database.prepare(
      'select file from segments where file >= ? and file < ? union all select file from parts where file >= ? and file < ?',
    );
    this.#blobs.sweep((folder) => {
      const [from, to] = [folder, `${folder}g`];
      const rows = inUse.all(from, to, from, to) as unknown as Pick<Segment, 'file'>[];
      return new Set(rows.map((row) => row.file));
    });
  }
}

/** An ETag that was never given out: 32 hex digits, as long as an MD5. */
export function newEtag(): string {
  return randomBytes(16).toString('hex');
}
