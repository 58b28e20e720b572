import { AroundCache } from './around-cache.ts';
import { type OpenFile, type PageCache, useRoom, writeWhole } from './open-file.ts';

/** How a file is written. */
export interface FileOptions {
  /** Opens the file, which is there, for whole pages around the kernel's cache; undefined where the system knows no such way. */
  readonly openAround: () => Promise<OpenFile | undefined>;
  /** Bytes after which the disk is set to work on them, so that little is left for the end; 0: not before it likes. */
  readonly syncBytes: number;
  readonly cache: PageCache;
}

/** A file that is written from its beginning to its end. Errors are those of the file. */
export class GrowingFile {
  readonly #file: OpenFile;
  readonly #options: FileOptions;
  #size = 0;
  #spared = 0;
  /** Where the rest goes once the cache is full; `null` where there is no other way. */
  #rest: AroundCache | null | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Since the disk was last told; and what it is at now. */
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #syncError: unknown;

  /** `file`: open, and empty. */
  constructor(file: OpenFile, options: FileOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** True when most of it went around the kernel's cache, and so is not in there. */
  get isAround(): boolean {
    return this.#spared > this.#size / 2;
  }

  async write(block: Uint8Array): Promise<void> {
    this.#writing = this.#write(block);
    await this.#writing;
  }

  /** Ends the file, durable where that is asked for, and closes it. */
  async end(): Promise<void> {
    await this.#rest?.end();
    await this.#syncing;
    if (this.#syncError !== undefined) throw this.#syncError;
    if (this.#options.syncBytes > 0) await this.#file.datasync();
    await this.close();
  }

  /** Nothing of it is on its way to the disk any more. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#syncing;
    const rest = this.#rest;
    this.#rest = null;
    await rest?.close();
    this.#spared = rest?.spared ?? this.#spared;
    this.#options.cache.spared += rest?.spared ?? 0;
    await this.#file.close();
  }

  async #write(block: Uint8Array): Promise<void> {
    // a file of one block is not worth a second handle
    if (this.#rest === undefined && this.#size > 0 && this.#options.cache.room <= 0) {
      this.#rest = (await AroundCache.begin(this.#file, this.#size, this.#options.openAround)) ?? null;
    }
    if (this.#rest) {
      await this.#rest.write(block);
    } else {
      await writeWhole(this.#file, block, this.#size);
      useRoom(this.#options.cache, block.length);
      this.#startSync(block.length);
    }
    this.#size += block.length;
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
