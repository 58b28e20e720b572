import { type OpenFile, writeWhole } from './open-file.ts';
import { pageMemory } from './page-memory.ts';

/** As much at once as a disk takes to be as fast as it can; a multiple of what any disk calls a block. */
const AREA_BYTES = 1 << 19;
/** Where a way around the cache may begin. */
const PAGE_BYTES = 4096;
/** Areas of this thread, two a file. */
const AREAS = 16;

/** Codes of what no other way would help against. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** Parts of memory that begin at a page of it, as the kernel asks for where it makes no copy. Undefined until the first are asked for. */
let areas: Uint8Array[] | undefined;

function layOut(): Uint8Array[] {
  const memory = pageMemory(AREAS * AREA_BYTES);
  if (memory === undefined) return [];
  return Array.from({ length: AREAS }, (_, n) => new Uint8Array(memory, n * AREA_BYTES, AREA_BYTES));
}

/**
 * The end of a file, written around the kernel's cache area by area: one is on its way to the disk while the other is filled.
 * An error is told by the call behind the one that it belongs to.
 */
export class AroundCache {
  /** Bytes that went around the cache. */
  spared = 0;
  readonly #file: OpenFile;
  #around: OpenFile | undefined;
  #position: number;
  #filling: Uint8Array;
  #other: Uint8Array;
  #filled = 0;
  #pending: Promise<void> = Promise.resolve();

  private constructor(file: OpenFile, around: OpenFile, position: number, pair: readonly [Uint8Array, Uint8Array]) {
    this.#file = file;
    this.#around = around;
    this.#position = position;
    [this.#filling, this.#other] = pair;
  }

  /**
   * For what comes at `position` and behind it, in a file that is open already; undefined where the system knows no such way (`open` finds
   * none), for a position inside a page, and while too many files take it.
   */
  static async begin(
    file: OpenFile,
    position: number,
    open: () => Promise<OpenFile | undefined>,
  ): Promise<AroundCache | undefined> {
    if (position % PAGE_BYTES !== 0) return undefined;
    areas ??= layOut();
    if (areas.length < 2) return undefined;
    const [filling, other] = areas.splice(-2) as [Uint8Array, Uint8Array];
    const around = await open().catch(() => undefined);
    if (around) return new AroundCache(file, around, position, [filling, other]);
    areas.push(filling, other);
    return undefined;
  }

  /** The bytes are copied: they may be overwritten at once. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + AREA_BYTES - this.#filled);
      this.#filling.set(bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#filled === AREA_BYTES) await this.#turn();
    }
  }

  /** Writes what is left, which is seldom a whole number of pages, through the cache. */
  async end(): Promise<void> {
    await this.#pending;
    await writeWhole(this.#file, this.#filling.subarray(0, this.#filled), this.#position);
  }

  /** Nothing is on its way any more, as `end` was there before or not. */
  async close(): Promise<void> {
    await this.#pending.catch(() => undefined);
    areas?.push(this.#filling, this.#other);
    await this.#around?.close();
  }

  async #turn(): Promise<void> {
    await this.#pending;
    this.#pending = this.#writeArea(this.#filling, this.#position);
    this.#pending.catch(() => undefined);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#position += AREA_BYTES;
    this.#filled = 0;
  }

  async #writeArea(area: Uint8Array, position: number): Promise<void> {
    let written = 0;
    try {
      if (this.#around) written = (await this.#around.write(area, 0, area.length, position)).bytesWritten;
    } catch (error) {
      // any other says that the file system opens files so, and does not write them (EINVAL, EOPNOTSUPP, EPERM)
      if (error instanceof Error && 'code' in error && OF_THE_DISK.has(`${error.code}`)) throw error;
      await this.#around?.close();
      this.#around = undefined;
    }
    this.spared += written;
    if (written < area.length) await writeWhole(this.#file, area.subarray(written), position + written);
  }
}
