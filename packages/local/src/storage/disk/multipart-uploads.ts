import type { DatabaseSync } from 'node:sqlite';
import type { CommitResult, StoredChecksum, WriteConditions } from '../object-storage.ts';
import type { BlobFolder, BlobWriter } from './blob-folder.ts';
import { transact } from './database.ts';
import type { ObjectTable } from './object-table.ts';
import type { Part, Upload, UploadFacts, UploadTable } from './upload-table.ts';

/** What the finished object is called and checked by; computed from the parts by the caller. */
export interface CompletedFacts {
  readonly etag: string;
  readonly checksum?: StoredChecksum;
}

/** Uploads in parts. The parts' files become the object's segments: completing an upload copies no bytes. */
export class MultipartUploads {
  readonly #database: DatabaseSync;
  readonly #blobs: BlobFolder;
  readonly #objects: ObjectTable;
  readonly #uploads: UploadTable;

  constructor(database: DatabaseSync, blobs: BlobFolder, objects: ObjectTable, uploads: UploadTable) {
    this.#database = database;
    this.#blobs = blobs;
    this.#objects = objects;
    this.#uploads = uploads;
  }

  begin(bucket: string, key: string, facts: UploadFacts): Upload {
    return this.#uploads.create(bucket, key, facts, Date.now());
  }

  find(bucket: string, key: string, id: string): Upload | undefined {
    return this.#uploads.find(bucket, key, id);
  }

  list(bucket: string, afterKey: string, afterId: string, limit: number): readonly Upload[] {
    return this.#uploads.after(bucket, afterKey, afterId, limit);
  }

  parts(upload: Upload, after?: number, limit?: number): readonly Part[] {
    return this.#uploads.parts(upload.id, after, limit);
  }

  /** A file for the bytes of a part; give it to `keepPart` or discard it. */
  newPart(): BlobWriter {
    return this.#blobs.create();
  }

  /** Takes the place of an earlier part of the same number. False when the upload has ended meanwhile. */
  async keepPart(upload: Upload, part: Omit<Part, 'file' | 'size' | 'modified'>, blob: BlobWriter): Promise<Part | undefined> {
    const segment = await blob.finish();
    const modified = Date.now();
    const orphans = transact(this.#database, () => {
      if (this.#uploads.find(upload.bucket, upload.key, upload.id) === undefined) return undefined;
      return this.#uploads.putPart(upload.id, { ...part, modified }, segment);
    });
    if (orphans === undefined) {
      await blob.discard();
      return undefined;
    }
    this.#blobs.remove(orphans);
    return { ...part, modified, ...segment };
  }

  /** Makes the object of exactly these parts, in this order, or changes nothing. `undefined`: the upload has ended. */
  complete(upload: Upload, parts: readonly Part[], facts: CompletedFacts, conditions: WriteConditions): CommitResult | undefined {
    const done = transact(this.#database, () => {
      if (this.#uploads.find(upload.bucket, upload.key, upload.id) === undefined) return undefined;
      const unmet = this.#objects.unmet(upload.bucket, upload.key, conditions);
      if (unmet !== undefined) return unmet;
      const all = this.#uploads.remove(upload.id);
      const { headers, metadata } = upload.facts;
      const { etag, checksum } = facts;
      const what = {
        etag,
        facts: { headers, metadata, parts: parts.length, upload: upload.id, ...(checksum && { checksum }) },
        segments: parts.map(({ file, size }) => ({ file, size })),
      };
      const put = this.#objects.put(upload.bucket, upload.key, what, Date.now());
      const used = new Set(parts.map((part) => part.file));
      const unused = all.map((part) => part.file).filter((file) => !used.has(file));
      return { object: put.object, orphans: [...put.orphans, ...unused] };
    });
    if (done === undefined) return undefined;
    if (typeof done === 'string') return { status: done };
    this.#blobs.remove(done.orphans);
    return { status: 'stored', object: done.object };
  }

  abort(upload: Upload): void {
    const parts = transact(this.#database, () => this.#uploads.remove(upload.id));
    this.#blobs.remove(parts.map((part) => part.file));
  }

  /** Forgets all uploads of a bucket, inside the caller's transaction. Returns the files to remove after it. */
  removeAll(bucket: string): readonly string[] {
    const uploads = this.#uploads.ofBucket(bucket);
    return uploads.flatMap((upload) => this.#uploads.remove(upload.id)).map((part) => part.file);
  }
}
