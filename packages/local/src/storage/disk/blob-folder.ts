import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A run of bytes in one file; `file` is empty when there are none. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

/** A file that is being written. Nothing refers to it yet, so nobody sees it. */
export interface BlobWriter {
  readonly size: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the file and says what to refer to. */
  finish(): Promise<Segment>;
  /** Removes the file, unless it was finished and kept. Safe at any time. */
  discard(): Promise<void>;
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

  /** The file is made at the first byte: an empty object has none. */
  create(): BlobWriter {
    const file = randomBytes(16).toString('hex');
    let handle: Promise<FileHandle> | undefined;
    let size = 0;
    const end = async (): Promise<void> => {
      const opened = handle;
      handle = undefined;
      await (await opened)?.close();
    };
    return {
      get size() {
        return size;
      },
      write: async (bytes) => {
        handle ??= this.#open(file);
        const target = await handle;
        for (let at = 0; at < bytes.length; ) at += (await target.write(bytes, at, bytes.length - at)).bytesWritten;
        size += bytes.length;
      },
      finish: async () => {
        await end();
        return { file: size === 0 ? '' : file, size };
      },
      discard: async () => {
        await end().catch(() => {});
        await rm(this.path(file), { force: true });
      },
    };
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
      else rmSync(this.path(file), { force: true });
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

  async #open(file: string): Promise<FileHandle> {
    const folder = file.slice(0, 2);
    if (!this.#made.has(folder)) mkdirSync(join(this.#dir, folder), { recursive: true });
    this.#made.add(folder);
    return open(this.path(file), 'wx');
  }

  #unpin(file: string): void {
    const left = (this.#pins.get(file) ?? 1) - 1;
    if (left > 0) {
      this.#pins.set(file, left);
      return;
    }
    this.#pins.delete(file);
    if (this.#doomed.delete(file)) rmSync(this.path(file), { force: true });
  }
}
