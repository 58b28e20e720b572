import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ObjectHeaders, StoredChecksum, StoredObject, WriteConditions } from '../object-storage.ts';
import type { Segment } from './blob-folder.ts';

/** What is known of an object beside its key and bytes. */
export interface ObjectFacts {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: StoredChecksum;
  readonly parts?: number;
  /** The multipart upload that made it, so that a repeated CompleteMultipartUpload can be answered. */
  readonly upload?: string;
}

/** An object as it is found. */
export interface FoundObject {
  readonly object: StoredObject;
  readonly facts: ObjectFacts;
  readonly segments: readonly Segment[];
}

/** What is to be visible under a key. */
export interface NewObject {
  readonly etag: string;
  readonly facts: ObjectFacts;
  readonly segments: readonly Segment[];
}

/** A condition that does not hold; see `CommitResult`. */
export type Unmet = 'no-bucket' | 'exists' | 'changed' | 'absent';

interface ObjectRow {
  readonly key: Uint8Array;
  readonly id: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly facts: string;
}

/** No key begins with this byte: none is in UTF-8. */
const BEHIND_ALL = Uint8Array.of(255);

/** Objects and their segments in the index. Writes must be inside a transaction. */
export class ObjectTable {
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #after: StatementSync;
  readonly #segments: StatementSync;
  readonly #addSegment: StatementSync;
  readonly #dropSegments: StatementSync;
  readonly #inUse: StatementSync;
  readonly #bucket: StatementSync;

  constructor(database: DatabaseSync) {
    const columns = 'key, id, size, etag, modified, facts';
    this.#find = database.prepare(`select ${columns} from objects where bucket = ? and key = ?`);
    this.#insert = database.prepare(`insert or replace into objects (bucket, ${columns}) values (?, ?, ?, ?, ?, ?, ?)`);
    this.#delete = database.prepare('delete from objects where bucket = ? and key = ?');
    this.#after = database.prepare(
      `select ${columns} from objects where bucket = ? and key >= ? and key < ? order by key limit ?`,
    );
    this.#segments = database.prepare('select file, size from segments where object = ? order by number');
    this.#addSegment = database.prepare('insert into segments (object, number, file, size) values (?, ?, ?, ?)');
    this.#dropSegments = database.prepare('delete from segments where object = ?');
    this.#inUse = database.prepare('select 1 from segments where file = ? union all select 1 from parts where file = ? limit 1');
    this.#bucket = database.prepare('select 1 from buckets where name = ?');
  }

  find(bucket: string, key: string): FoundObject | undefined {
    const row = this.#find.get(bucket, Buffer.from(key)) as ObjectRow | undefined;
    if (row === undefined) return undefined;
    return { ...fromRow(row), segments: this.#segments.all(row.id) as unknown as Segment[] };
  }

  /** Up to `limit` objects from the key on, itself included, and before the other (default: all), in order of the keys' bytes. */
  from(
    bucket: string,
    key: Uint8Array,
    { before = BEHIND_ALL, limit }: { readonly before?: Uint8Array | undefined; readonly limit: number },
  ): readonly { readonly bytes: Uint8Array; readonly object: StoredObject }[] {
    const rows = this.#after.all(bucket, key, before, limit) as unknown as ObjectRow[];
    return rows.map((row) => ({ bytes: row.key, object: fromRow(row).object }));
  }

  /** The condition that does not hold now; undefined when all do. */
  unmet(bucket: string, key: string, conditions: WriteConditions): Unmet | undefined {
    if (this.#bucket.get(bucket) === undefined) return 'no-bucket';
    if (conditions.ifAbsent !== true && conditions.ifMatch === undefined) return undefined;
    const row = this.#find.get(bucket, Buffer.from(key)) as ObjectRow | undefined;
    if (conditions.ifAbsent === true && row !== undefined) return 'exists';
    if (conditions.ifMatch === undefined) return undefined;
    if (row === undefined) return 'absent';
    return conditions.ifMatch === '*' || row.etag === conditions.ifMatch ? undefined : 'changed';
  }

  /** Puts the object under the key in place of what was there. Returns it, and the files that nothing refers to any more. */
  put(
    bucket: string,
    key: string,
    what: NewObject,
    now: number,
  ): { readonly object: StoredObject; readonly orphans: readonly string[] } {
    const id = randomBytes(16).toString('hex');
    const size = what.segments.reduce((sum, segment) => sum + segment.size, 0);
    // The new segments go in first, so that copying an object onto itself does not orphan its files.
    what.segments.forEach((segment, number) => {
      this.#addSegment.run(id, number, segment.file, segment.size);
    });
    const orphans = this.remove(bucket, key);
    const row = { key: Buffer.from(key), id, size, etag: what.etag, modified: now, facts: JSON.stringify(what.facts) };
    this.#insert.run(bucket, row.key, row.id, row.size, row.etag, row.modified, row.facts);
    return { object: fromRow(row).object, orphans };
  }

  /** Removes the object if there is one. Returns the files that nothing refers to any more. */
  remove(bucket: string, key: string): readonly string[] {
    const bytes = Buffer.from(key);
    const row = this.#find.get(bucket, bytes) as ObjectRow | undefined;
    if (row === undefined) return [];
    const segments = this.#segments.all(row.id) as unknown as Segment[];
    this.#dropSegments.run(row.id);
    this.#delete.run(bucket, bytes);
    return segments.map((segment) => segment.file).filter((file) => this.#inUse.get(file, file) === undefined);
  }
}

function fromRow(row: ObjectRow): { readonly object: StoredObject; readonly facts: ObjectFacts } {
  const facts = JSON.parse(row.facts) as ObjectFacts;
  const object = {
    key: Buffer.from(row.key).toString(),
    size: row.size,
    etag: row.etag,
    lastModified: row.modified,
    headers: facts.headers,
    metadata: facts.metadata,
    ...(facts.checksum === undefined ? {} : { checksum: facts.checksum }),
    ...(facts.parts === undefined ? {} : { parts: facts.parts }),
  };
  return { object, facts };
}
