import type { ObjectInfo, ObjectSink } from '../ports/index.ts';
import { addressOf, kernelFunctions, releaseBlock, takeBlock } from '../record/index.ts';

/** Collected before they go to the sink's block: few for a small object, more for a large one. */
const FIRST_STAGING_BYTES = 1 << 14;
const STAGING_BYTES = 1 << 18;
/** Larger ones, for single long rows, are not taken out of the memory that all writers share. */
const MAX_SHARED_BYTES = 8 << 20;
/** As many at once go to the sink's block where they fit, without a stop on the way. */
const DIRECT_BYTES = 1 << 11;
const NO_BYTES = new Uint8Array(0);

/**
 * Collects bytes and hands them to a sink in blocks of its size. Write into `bytes` from `length` on, after `hasRoom` said
 * yes, and move `length`; when it says no, `await drain(size)` and the room is there. One promise a block, none a line.
 */
export class BlockWriter {
  bytes: Uint8Array = takeBlock(FIRST_STAGING_BYTES);
  length = 0;
  /** All bytes so far. */
  written = 0;
  readonly #sink: ObjectSink;
  #block: Uint8Array | undefined;
  #filled = 0;
  /** Of `bytes` in the kernel's memory; -1 when they are not there. */
  #address = addressOf(this.bytes);

  constructor(sink: ObjectSink) {
    this.#sink = sink;
  }

  /** Of the byte that comes next. */
  get position(): number {
    return this.written + this.length;
  }

  hasRoom(size: number): boolean {
    return this.length + size <= this.bytes.length;
  }

  /** Gives the sink what is there. Afterwards `size` bytes have room. */
  async drain(size = 0): Promise<void> {
    let block = this.#block ?? this.#sink.block();
    let from = 0;
    while (from < this.length) {
      const count = Math.min(block.length - this.#filled, this.length - from);
      block.set(this.bytes.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled === block.length) {
        block = await this.#sink.write(block);
        this.#filled = 0;
      }
    }
    this.#block = block;
    this.written += this.length;
    this.length = 0;
    const wanted = this.written > 0 ? Math.max(size, STAGING_BYTES) : size;
    if (wanted > this.bytes.length) this.#enlarge(wanted);
  }

  /** Copies `bytes[start..end)`; false, and nothing copied, when it has no room. */
  append(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start >= DIRECT_BYTES && this.#block !== undefined) {
      if (this.#appendDirectly(this.#block, bytes, start, end)) return true;
      // the sink's block is to be given away first; what has room in none is collected here
      if (this.length > 0) return false;
    }
    if (!this.hasRoom(end - start)) return false;
    const from = addressOf(bytes);
    if (from >= 0 && this.#address >= 0) kernelFunctions().copy(from + start, from + end, this.#address + this.length);
    else this.bytes.set(bytes.subarray(start, end), this.length);
    this.length += end - start;
    return true;
  }

  /** Puts what is there, and these bytes, into the sink's block; false, and nothing done, when it does not take them all. */
  #appendDirectly(block: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
    const { length } = this;
    const at = this.#filled + length;
    if (block.length - at < end - start) return false;
    if (length > 0) block.set(this.bytes.subarray(0, length), this.#filled);
    block.set(bytes.subarray(start, end), at);
    this.#filled = at + end - start;
    this.written += length + end - start;
    this.length = 0;
    return true;
  }

  /** Makes the object visible. */
  async commit(): Promise<ObjectInfo> {
    await this.drain();
    if (this.#filled > 0) await this.#sink.write(this.#block!.subarray(0, this.#filled));
    this.#release();
    return this.#sink.commit();
  }

  async abort(): Promise<void> {
    this.#release();
    await this.#sink.abort();
  }

  #enlarge(size: number): void {
    releaseBlock(this.bytes);
    this.bytes = size > MAX_SHARED_BYTES ? new Uint8Array(size) : takeBlock(size);
    this.#address = addressOf(this.bytes);
  }

  #release(): void {
    releaseBlock(this.bytes);
    this.bytes = NO_BYTES;
    this.#address = -1;
    this.length = 0;
  }
}
