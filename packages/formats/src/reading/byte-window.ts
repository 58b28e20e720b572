import { Buffer } from 'node:buffer';
import { type ByteSource, releaseBlock, takeBlock } from '@batchrock/core';

/** Bytes of the first window when the caller does not say, one read for each: small enough for the processor's cache. */
export const DEFAULT_BLOCK_BYTES = 1 << 18;

/** Larger windows, for single long rows, are not taken out of the memory that all readers share. */
const MAX_SHARED_BYTES = 8 << 20;

/** Of a window that is read ahead, free at its front for the begin of a row whose rest it has. */
const GAP_SHARE = 1 / 16;

const NO_BYTES = new Uint8Array(0);

/** How a source is read. */
export interface ByteWindowOptions {
  readonly blockBytes: number;
  readonly maxBytes: number;
  /** Of the source's first byte. */
  readonly offset: number;
  /**
   * Read the next window while the caller looks at this one, where there is more than one: two windows. The source ends a read
   * that is under way when it is closed.
   */
  readonly readsAhead?: boolean;
}

/** A read into another window, from its gap on, that is under way or over. */
interface Ahead {
  readonly block: Uint8Array;
  readonly read: Promise<number>;
  /** Bytes of it that are in the window. */
  taken: number;
}

/** What `fill` did. */
export type FillResult =
  /** There are more bytes than before. */
  | 'more'
  /** The source has ended; the window holds all that is left. */
  | 'ended'
  /** The bytes that the caller still wants fill the window, and it may not grow any more. */
  | 'full';

/**
 * A window that slides over a source: what is not consumed moves to the front, the next read fills the rest. It grows,
 * by doubling, only when unconsumed bytes fill it, and never beyond `maxBytes`.
 */
export class ByteWindow {
  /** All of the window; what counts lies in `[start, end)`. What lies behind `end` is garbage. */
  bytes: Buffer;
  /** The same memory as a plain array, whose `slice` copies: what batches hand out. */
  plain: Uint8Array;
  /** First byte that is not consumed. The caller moves it. */
  start = 0;
  end = 0;
  /** Offset of `bytes[0]` in the source; with a gap before the first byte that counts it may be less than that of all. */
  offset: number;
  /** True when `[start, end)` is all that is left. */
  ended = false;
  readonly #source: ByteSource;
  readonly #maxBytes: number;
  readonly #blockBytes: number;
  readonly #readsAhead: boolean;
  #ahead: Ahead | undefined;
  /** The other window, while nothing is read into it. */
  #spare: Uint8Array = NO_BYTES;

  constructor(source: ByteSource, options: ByteWindowOptions) {
    this.#source = source;
    this.#blockBytes = options.blockBytes;
    this.#readsAhead = options.readsAhead ?? false;
    this.#maxBytes = Math.max(options.maxBytes, options.blockBytes);
    this.offset = options.offset;
    this.plain = takeBlock(options.blockBytes);
    this.bytes = bufferOf(this.plain);
  }

  /** The bytes that are not consumed, as a view: a search in it ends where they end. */
  rest(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  /** One read. Offsets into `bytes` that were taken before are void after it. */
  async fill(): Promise<FillResult> {
    if (this.ended) return 'ended';
    if (this.#ahead !== undefined) return this.#takeAhead(this.#ahead);
    if (!this.#makeRoom()) return 'full';
    const read = await this.#source.readInto(this.bytes.subarray(this.end));
    this.end += read;
    return this.#filled(read);
  }

  /** See `ByteSource`. */
  get bytesRead(): number | undefined {
    return this.#source.bytesRead;
  }

  /** The bytes are void after it. */
  async close(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    this.end = this.start;
    this.ended = true;
    releaseBlock(this.plain);
    releaseBlock(this.#spare);
    this.plain = this.#spare = NO_BYTES;
    this.bytes = bufferOf(this.plain);
    try {
      await this.#source.close();
    } finally {
      // it writes into its block for as long as it is under way
      await ahead?.read.catch(() => undefined);
      if (ahead !== undefined) releaseBlock(ahead.block);
    }
  }

  #filled(read: number): FillResult {
    if (read === 0) {
      this.ended = true;
      return 'ended';
    }
    // after a read that filled the window there is more to come, most likely
    if (this.#readsAhead && this.end === this.plain.length && this.end >= this.#blockBytes) this.#startAhead();
    return 'more';
  }

  #startAhead(): void {
    const block = this.#spare.length > 0 ? this.#spare : takeBlock(this.#blockBytes);
    this.#spare = NO_BYTES;
    const read = this.#source.readInto(block.subarray(this.#gap));
    read.catch(() => undefined);
    this.#ahead = { block, read, taken: 0 };
  }

  get #gap(): number {
    return Math.floor(this.#blockBytes * GAP_SHARE);
  }

  /** What was read ahead, behind the begin of its first row: that goes into the gap, or as much as has room behind a long one. */
  async #takeAhead(ahead: Ahead): Promise<FillResult> {
    const read = await ahead.read;
    const { block, taken } = ahead;
    const gap = this.#gap;
    const rest = this.end - this.start;
    if (taken === 0 && rest <= gap && this.plain.length === block.length) {
      block.set(this.plain.subarray(this.start, this.end), gap - rest);
      this.#ahead = undefined;
      this.#spare = this.plain;
      this.plain = block;
      this.bytes = bufferOf(block);
      this.offset += this.start - (gap - rest);
      this.start = gap - rest;
      this.end = gap + read;
      return this.#filled(read);
    }
    if (!this.#makeRoom()) return 'full';
    const more = block.subarray(gap + taken, Math.min(gap + read, gap + taken + this.plain.length - this.end));
    this.plain.set(more, this.end);
    this.end += more.length;
    ahead.taken += more.length;
    if (ahead.taken < read) return 'more';
    this.#ahead = undefined;
    this.#spare = block;
    return this.#filled(read);
  }

  #makeRoom(): boolean {
    if (this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.offset += this.start;
      this.end -= this.start;
      this.start = 0;
    }
    if (this.end < this.bytes.length) return true;
    if (this.bytes.length >= this.#maxBytes) return false;
    const size = Math.min(this.bytes.length * 2, this.#maxBytes);
    const larger = size > MAX_SHARED_BYTES ? new Uint8Array(size) : takeBlock(size);
    larger.set(this.plain.subarray(0, this.end));
    releaseBlock(this.plain);
    this.plain = larger;
    this.bytes = bufferOf(larger);
    return true;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
