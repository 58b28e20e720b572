import { type ReadableFile, readWhole } from './open-file.ts';
import { ReadAhead, type Span } from './read-ahead.ts';

/** How a file is read. */
export interface ReadOptions {
  /** Opens the same file for whole pages around the kernel's cache; undefined where the system knows no such way. */
  readonly openAround: () => Promise<ReadableFile | undefined>;
  /** Milliseconds of a clock that runs on. */
  readonly now: () => number;
  /** It is known not to be in the cache: no trial. */
  readonly isCold?: boolean;
}

/** How a file comes in. */
type Way = 'cache' | 'around';

/** Bytes after which a way is known, and that what is small never needs. */
const TRIAL_BYTES = 1 << 24;
/** Bytes after which both may have changed. */
const TRUSTED_BYTES = 1 << 29;
/** Bytes a millisecond: what is in the cache comes faster than that, and from few disks. */
const FROM_MEMORY = 2e6;
/** Around the cache a file may be waited for so many times as long: it takes a fraction of the work, and leaves others what they have in there. */
const WORTH = 2;

/**
 * The bytes of a file in order. The kernel's cache is the best way for what is in it. What is not costs it a page for each 4 KiB, which
 * in a virtual machine takes several times as long as to fill it, and pushes out what others have in there: around it a large file
 * comes as fast as the disk can. Nobody tells what is in the cache, so both ways are tried where the first one is no faster than a
 * disk, and the one around it is taken for a while unless it is far slower. Errors are those of the file.
 */
export class SequentialRead {
  readonly #file: ReadableFile;
  readonly #options: ReadOptions;
  readonly #to: number;
  #position: number;
  #way: Way = 'cache';
  #ahead: ReadAhead | undefined;
  /** Of the way that is on trial: bytes, and milliseconds that they were waited for. */
  #bytes = 0;
  #ms = 0;
  /** Milliseconds a byte of the cache, while the other way is on trial. */
  #slow: number | undefined;
  /** Bytes that come as they do without a look at the clock; infinitely many where there is one way. */
  #trusted = 0;

  constructor(file: ReadableFile, { from, to }: Span, options: ReadOptions) {
    this.#file = file;
    this.#position = from;
    this.#to = to;
    this.#options = options;
    if (options.isCold !== true) return;
    this.#way = 'around';
    this.#trusted = TRUSTED_BYTES;
  }

  /** Fills `block`; fewer bytes only at the end of the span, or of the file. */
  async readInto(whole: Uint8Array): Promise<number> {
    const left = this.#to - this.#position;
    const block = left < whole.length ? whole.subarray(0, Math.max(0, left)) : whole;
    const started = this.#options.now();
    const bytes = await this.#read(block);
    this.#position += bytes;
    if (this.#trusted > 0) {
      this.#trusted -= bytes;
      if (this.#trusted > 0) return bytes;
      await this.#leave();
      this.#start();
      return bytes;
    }
    this.#bytes += bytes;
    this.#ms += this.#options.now() - started;
    if (this.#bytes >= TRIAL_BYTES) await this.#judge();
    return bytes;
  }

  async close(): Promise<void> {
    await this.#ahead?.close();
    this.#ahead = undefined;
    await this.#file.close();
  }

  async #read(block: Uint8Array): Promise<number> {
    if (this.#way === 'cache') return readWhole(this.#file, block, this.#position);
    this.#ahead ??= await ReadAhead.begin({ from: this.#position, to: this.#to }, this.#options.openAround);
    let filled = 0;
    try {
      filled = (await this.#ahead?.readInto(block)) ?? 0;
    } catch {
      // a file system that opens files so and does not read them; what is wrong with the disk is told by the usual way
    }
    if (filled === block.length) return filled;
    // the end, no such way, or a file that grows
    await this.#leave();
    this.#trusted = Number.POSITIVE_INFINITY;
    return filled + (await readWhole(this.#file, block.subarray(filled), this.#position + filled));
  }

  async #judge(): Promise<void> {
    const perByte = this.#ms / this.#bytes;
    const slow = this.#slow;
    if (slow === undefined) {
      if (perByte * FROM_MEMORY <= 1) return this.#start();
      this.#slow = perByte;
      this.#way = 'around';
      return this.#start();
    }
    this.#slow = undefined;
    this.#trusted = TRUSTED_BYTES;
    if (perByte > WORTH * slow) await this.#leave();
  }

  /** A trial, of the way that is taken now. */
  #start(): void {
    this.#bytes = 0;
    this.#ms = 0;
  }

  async #leave(): Promise<void> {
    this.#way = 'cache';
    const ahead = this.#ahead;
    this.#ahead = undefined;
    await ahead?.close();
  }
}
