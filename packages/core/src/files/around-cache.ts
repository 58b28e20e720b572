import { AREA_BYTES, type AreaPair, giveAreas, PAGE_BYTES, takeAreas } from './areas.ts';
import { type OpenFile, writeWhole } from './open-file.ts';
import { isPages } from './page-memory.ts';

/** Codes of what no other way would help against. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

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

  private constructor(file: OpenFile, around: OpenFile, position: number, pair: AreaPair) {
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
    const pair = takeAreas();
    if (pair === undefined) return undefined;
    const around = await open().catch(() => undefined);
    if (around) return new AroundCache(file, around, position, pair);
    giveAreas(pair);
    return undefined;
  }

  /** The bytes may be overwritten as soon as this is done: they are copied, or written from where they are. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#filled === 0 && isPages(bytes, PAGE_BYTES)) {
      await this.#pending;
      await this.#writeArea(bytes, this.#position);
      this.#position += bytes.length;
      return;
    }
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
    giveAreas([this.#filling, this.#other]);
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
