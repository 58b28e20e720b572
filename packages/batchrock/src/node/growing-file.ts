import { type FileHandle, open } from 'node:fs/promises';
import { AroundCache, writeWhole } from './around-cache.ts';
import type { PageCache } from './page-cache.ts';

export interface GrowingFileOptions {
  /** Permission bits. */
  readonly mode: number;
  /** Bytes after which the disk is set to work on them, so that little is left for the end; 0: not before it likes. */
  readonly syncBytes: number;
  readonly cache: PageCache;
}

/** What is left of the whole file once it is written. */
export interface WrittenFile {
  readonly size: number;
  /** What tells this content of the file from every other. */
  readonly etag: string;
}

/** A file that is written from its beginning to its end. Errors are those of `node:fs`. */
export class GrowingFile {
  readonly #path: string;
  readonly #options: GrowingFileOptions;
  readonly #file: FileHandle;
  #size = 0;
  /** Where the rest goes once the cache is full; `null` where there is no other way. */
  #rest: AroundCache | null | undefined;
  /** Since the disk was last told; and what it is at now. */
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #syncError: unknown;

  private constructor(path: string, file: FileHandle, options: GrowingFileOptions) {
    this.#path = path;
    this.#file = file;
    this.#options = options;
  }

  /** Makes a file that was not there. */
  static async create(path: string, options: GrowingFileOptions): Promise<GrowingFile> {
    return new GrowingFile(path, await open(path, 'wx', options.mode), options);
  }

  get size(): number {
    return this.#size;
  }

  async write(block: Uint8Array): Promise<void> {
    // a file of one block is not worth a second handle
    if (this.#rest === undefined && this.#size > 0 && this.#options.cache.room <= 0) {
      this.#rest = (await AroundCache.open(this.#path, this.#file, this.#size)) ?? null;
    }
    if (this.#rest) {
      await this.#rest.write(block);
    } else {
      await writeWhole(this.#file, block, this.#size);
      this.#options.cache.room -= block.length;
      this.#startSync(block.length);
    }
    this.#size += block.length;
  }

  /** Ends the file, durable where that is asked for. */
  async end(): Promise<WrittenFile> {
    await this.#rest?.end();
    await this.#syncing;
    if (this.#syncError !== undefined) throw this.#syncError;
    if (this.#options.syncBytes > 0) await this.#file.datasync();
    const { mtimeNs, ino } = await this.#file.stat({ bigint: true });
    await this.close();
    return { size: this.#size, etag: `${ino}-${this.#size}-${mtimeNs}` };
  }

  async close(): Promise<void> {
    await this.#syncing;
    const rest = this.#rest;
    this.#rest = null;
    await rest?.close();
    if (rest) this.#options.cache.spared += rest.spared;
    await this.#file.close();
  }

  /** Beside the work that goes on. An error is told once by the system, to whoever asks first, and kept for the end. */
  #startSync(bytes: number): void {
    const { syncBytes } = this.#options;
    this.#unsynced += bytes;
    if (syncBytes === 0 || this.#unsynced < syncBytes || this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = this.#file
      .datasync()
      .catch((error: unknown) => {
        this.#syncError ??= error;
      })
      .finally(() => {
        this.#syncing = undefined;
      });
  }
}
