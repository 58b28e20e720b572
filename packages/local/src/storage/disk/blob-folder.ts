import { randomBytes } from 'node:crypto';
import { constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { CACHE_SHARE, GrowingFile, type OpenFile, type PageCache } from '@batchrock/core';

/** A run of bytes in one file; `file` is empty when there are none. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

/** A file that is being written. Nothing refers to it yet, so nobody sees it. */
export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the file and says what to refer to. */
  finish(): Promise<Segment>;
  /** Removes the file. Safe at any time, but for one that something refers to. */
  discard(): Promise<void>;
}

/** Bytes handed to the file at once: a call for each chunk of a socket (64 KiB) takes longer than copying it. */
const BLOCK_BYTES = 512 * 1024;

/** For all blobs of this thread. */
const pageCache: PageCache = { room: CACHE_SHARE * freemem(), spared: 0 };

/** The file is made at the first block: an empty object has none. */
class FileWriter implements BlobWriter {
  readonly #file: string;
  readonly #path: string;
  readonly #create: () => Promise<GrowingFile>;
  #growing: Promise<GrowingFile> | undefined;
  #block: Buffer | undefined;
  #filled = 0;
  #size = 0;

  constructor(file: string, path: string, create: () => Promise<GrowingFile>) {
    this.#file = file;
    this.#path = path;
    this.#create = create;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      this.#block ??= Buffer.allocUnsafe(BLOCK_BYTES);
      const end = Math.min(bytes.length, at + BLOCK_BYTES - this.#filled);
      this.#block.set(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#filled === BLOCK_BYTES) await this.#flush();
    }
  }

  async finish(): Promise<Segment> {
    await this.#flush();
    await (await this.#growing)?.end();
    this.#forget();
    return { file: this.#size === 0 ? '' : this.#file, size: this.#size };
  }

  async discard(): Promise<void> {
    const growing = this.#growing;
    this.#forget();
    await growing?.then((file) => file.close()).catch(() => {});
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const [block, filled] = [this.#block, this.#filled];
    if (block === undefined || filled === 0) return;
    this.#filled = 0;
    this.#growing ??= this.#create();
    await (await this.#growing).write(filled === BLOCK_BYTES ? block : block.subarray(0, filled));
  }

  #forget(): void {
    this.#growing = undefined;
    this.#block = undefined;
  }
}

/** Files with names of ours, spread over 256 folders. What no index entry refers to is rubbish and swept at the start. */
export class BlobFolder {
  readonly #dir: string;
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();
  readonly #made = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  path(file: string): string {
    return join(this.#dir, file.slice(0, 2), file);
  }

  /** True while each file is there with all its bytes: somebody, or a disk that fails, may have cut one short. */
  areWhole(segments: readonly Segment[]): boolean {
    return segments.every(({ file, size }) => {
      const found = file === '' ? { size } : statSync(this.path(file), { throwIfNoEntry: false });
      return found !== undefined && found.size >= size;
    });
  }

  create(): BlobWriter {
    const file = randomBytes(16).toString('hex');
    return new FileWriter(file, this.path(file), () => this.#grow(file));
  }

  /** Keeps the files readable, whatever is removed meanwhile, until the returned function is called. */
  pin(segments: readonly Segment[]): () => void {
    const files = segments.map((segment) => segment.file).filter((file) => file !== '');
    for (const file of files) this.#pins.set(file, (this.#pins.get(file) ?? 0) + 1);
    let pinned = true;
    return () => {
      if (!pinned) return;
      pinned = false;
      for (const file of files) this.#unpin(file);
    };
  }

  /** Removes files that nothing refers to any more; those that are being read go when their last reader is done. */
  remove(files: readonly string[]): void {
    for (const file of files) {
      if (file === '') continue;
      if (this.#pins.has(file)) this.#doomed.add(file);
      else this.#delete(file);
    }
  }

  /** Removes what a killed process left behind. `referred` says which files of a folder (two hex digits) are in use. */
  sweep(referred: (folder: string) => ReadonlySet<string>): number {
    let removed = 0;
    for (const folder of readdirSync(this.#dir)) {
      const inUse = referred(folder);
      for (const file of readdirSync(join(this.#dir, folder))) {
        if (inUse.has(file)) continue;
        rmSync(join(this.#dir, folder, file), { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  async #grow(file: string): Promise<GrowingFile> {
    const folder = file.slice(0, 2);
    if (!this.#made.has(folder)) mkdirSync(join(this.#dir, folder), { recursive: true });
    this.#made.add(folder);
    const path = this.path(file);
    return new GrowingFile(await open(path, 'wx'), { syncBytes: 0, cache: pageCache, openAround: () => openAround(path) });
  }

  #unpin(file: string): void {
    const left = (this.#pins.get(file) ?? 1) - 1;
    if (left > 0) {
      this.#pins.set(file, left);
      return;
    }
    this.#pins.delete(file);
    if (this.#doomed.delete(file)) this.#delete(file);
  }

  #delete(file: string): void {
    try {
      rmSync(this.path(file), { force: true });
    } catch {
      // Nothing refers to it, so the next start sweeps it.
    }
  }
}

/** Linux alone knows this way, and not on each file system. */
async function openAround(path: string): Promise<OpenFile | undefined> {
  return constants.O_DIRECT === undefined ? undefined : open(path, constants.O_WRONLY | constants.O_DIRECT);
}
