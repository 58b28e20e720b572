import { Buffer } from 'node:buffer';
import { type ByteSource, releaseBlock, takeBlock } from '@batchrock/core';

/** Bytes of the first window when the caller does not say, one read for each: small enough for the processor's cache. */
export const DEFAULT_BLOCK_BYTES = 1 << 18;

/** Larger windows, for single long rows, are not taken out of the memory that all readers share. */
const MAX_SHARED_BYTES = 8 << 20;

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
  /** Offset of `bytes[0]` in the source. */
  offset: number;
  /** True when `[start, end)` is all that is left. */
  ended = false;
  readonly #source: ByteSource;
  readonly #maxBytes: number;

  constructor(source: ByteSource, options: { readonly blockBytes: number; readonly maxBytes: number; readonly offset: number }) {
    this.#source = source;
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
    if (!this.#makeRoom()) return 'full';
    const read = await this.#source.readInto(this.bytes.subarray(this.end));
    this.end += read;
    if (read > 0) return 'more';
    this.ended = true;
    return 'ended';
  }

  /** See `ByteSource`. */
  get bytesRead(): number | undefined {
    return this.#source.bytesRead;
  }

  /** The bytes are void after it. */
  close(): Promise<void> {
    this.end = this.start;
    this.ended = true;
    releaseBlock(this.plain);
    this.plain = new Uint8Array(0);
    this.bytes = bufferOf(this.plain);
    return this.#source.close();
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
