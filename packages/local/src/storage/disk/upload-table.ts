import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChecksumAlgorithm, ObjectHeaders } from '../object-storage.ts';
import type { Segment } from './blob-folder.ts';

/** What CreateMultipartUpload was asked for. */
export interface UploadFacts {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly facts: UploadFacts;
}

/** A part that was uploaded. */
export interface Part {
  /** 1 to 10,000. */
  readonly number: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modified: number;
  /** Base64, of the upload's algorithm. */
  readonly checksum?: string;
  readonly file: string;
}

interface UploadRow {
  readonly id: string;
  readonly bucket: string;
  readonly key: Uint8Array;
  readonly created: number;
  readonly facts: string;
}

/** Multipart uploads and their parts in the index. */
export class UploadTable {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #delete: StatementSync;
  readonly #after: StatementSync;
  readonly #ofBucket: StatementSync;
  readonly #part: StatementSync;
  readonly #parts: StatementSync;
  readonly #putPart: StatementSync;
  readonly #dropParts: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('insert into uploads (id, bucket, key, created, facts) values (?, ?, ?, ?, ?)');
    this.#find = database.prepare('select * from uploads where id = ? and bucket = ? and key = ?');
    this.#delete = database.prepare('delete from uploads where id = ?');
    this.#after = database.prepare('select * from uploads where bucket = ? and (key, id) > (?, ?) order by key, id limit ?');
    this.#ofBucket = database.prepare('select * from uploads where bucket = ?');
    this.#part = database.prepare('select file from parts where upload = ? and number = ?');
    this.#parts = database.prepare('select * from parts where upload = ? and number > ? order by number limit ?');
    this.#putPart = database.prepare(
      'insert or replace into parts (upload, number, file, size, etag, modified, checksum) values (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#dropParts = database.prepare('delete from parts where upload = ?');
  }

  /** Ids are in the order in which the uploads were begun, as far as the clock goes. */
  create(bucket: string, key: string, facts: UploadFacts, now: number): Upload {
    const id = now.toString(36).padStart(9, '0') + randomBytes(16).toString('hex');
    this.#insert.run(id, bucket, Buffer.from(key), now, JSON.stringify(facts));
    return { id, bucket, key, created: now, facts };
  }

  find(bucket: string, key: string, id: string): Upload | undefined {
    const row = this.#find.get(id, bucket, Buffer.from(key)) as UploadRow | undefined;
    return row === undefined ? undefined : fromRow(row);
  }

  /** Uploads after the given key and id, in that order. */
  after(bucket: string, key: string, id: string, limit: number): readonly Upload[] {
    return (this.#after.all(bucket, Buffer.from(key), id, limit) as unknown as UploadRow[]).map(fromRow);
  }

  ofBucket(bucket: string): readonly Upload[] {
    return (this.#ofBucket.all(bucket) as unknown as UploadRow[]).map(fromRow);
  }

  /** Parts with higher numbers than `after`, in order. */
  parts(id: string, after = 0, limit = 10_000): readonly Part[] {
    return this.#parts.all(id, after, limit) as unknown as Part[];
  }

  /** Returns the file of an earlier upload of the same part, which nothing refers to any more. */
  putPart(id: string, part: Omit<Part, 'file' | 'size'>, segment: Segment): readonly string[] {
    const earlier = this.#part.get(id, part.number) as { readonly file: string } | undefined;
    this.#putPart.run(id, part.number, segment.file, segment.size, part.etag, part.modified, part.checksum ?? null);
    return earlier === undefined ? [] : [earlier.file];
  }

  /** Forgets the upload; its parts' files are the caller's now. */
  remove(id: string): readonly Part[] {
    const parts = this.parts(id);
    this.#dropParts.run(id);
    this.#delete.run(id);
    return parts;
  }
}

function fromRow(row: UploadRow): Upload {
  const facts = JSON.parse(row.facts) as UploadFacts;
  return { id: row.id, bucket: row.bucket, key: Buffer.from(row.key).toString(), created: row.created, facts };
}
