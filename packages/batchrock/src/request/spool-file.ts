import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDigest, nameBehind, removeAbandoned, temporaryName } from '../node/index.ts';

/** A file of the spool: the same bytes are the same file. */
export interface KeptFile {
  readonly path: string;
  readonly xxh128: string;
  readonly bytes: number;
}

/** Bytes that are collected before they are written. */
const BUFFER_BYTES = 1 << 18;

/** Of a file whose hash is not known yet. */
const NAME = 'spool';

/** Whether a file is called as one that was kept. */
export function isSpoolName(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** Whether a file is called as one on its way. */
export function isSpoolTemporary(name: string): boolean {
  return nameBehind(name) === NAME;
}

type Digest = ReturnType<Awaited<ReturnType<typeof loadDigest>>['start']>;

/** A file on its way into the spool: hidden until it is kept under the hash of its bytes. */
export class SpoolFile {
  /** Where it is until then. */
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #digest: Digest;
  #buffer: Uint8Array[] = [];
  #buffered = 0;
  #bytes = 0;

  static async begin(folder: string): Promise<SpoolFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // nobody goes on with what a process that was killed has left
    await removeAbandoned(join(folder, NAME));
    const path = temporaryName(join(folder, NAME));
    const digest = (await loadDigest()).start();
    return new SpoolFile(folder, path, await open(path, 'wx', 0o600), digest);
  }

  constructor(folder: string, path: string, file: FileHandle, digest: Digest) {
    this.#folder = folder;
    this.path = path;
    this.#file = file;
    this.#digest = digest;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds bytes, which are not changed afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#digest.update(bytes);
    this.#bytes += bytes.length;
    this.#buffer.push(bytes);
    this.#buffered += bytes.length;
    if (this.#buffered >= BUFFER_BYTES) await this.#flush();
  }

  /** All that was written, durable in the hidden file. */
  async seal(): Promise<void> {
    await this.#flush();
    await this.#file.datasync();
    await this.#file.close();
  }

  /** Gives a sealed file its place. */
  async keep(): Promise<KeptFile> {
    const xxh128 = this.#digest.hex();
    const path = join(this.#folder, xxh128);
    await rename(this.path, path);
    return { path, xxh128, bytes: this.#bytes };
  }

  /** Leaves no trace of a file that was not kept. Safe at any time. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#buffered === 0) return;
    const block = this.#buffer.length === 1 ? this.#buffer[0]! : Buffer.concat(this.#buffer, this.#buffered);
    this.#buffer = [];
    this.#buffered = 0;
    await this.#file.writeFile(block);
  }
}
