import { CancelledError, type RandomAccess } from '@batchrock/core';
import { SharedBlock } from './shared-block.ts';

/** The bytes of a column chunk from front to back, read in large pieces into one block. */
export class ChunkBytes {
  /** What is read and not consumed: `bytes[at..]`. Overwritten by the next `fill` that reads. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #access: RandomAccess;
  readonly #pieceBytes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #block = new SharedBlock();
  /** Of the file: the first byte that is not read, and the chunk's end. */
  #next = 0;
  #end = 0;
  /** A read that is under way writes into the block, whoever still waits for it. */
  #isReading = false;
  #isReleased = false;

  constructor(access: RandomAccess, pieceBytes: number, signal?: AbortSignal) {
    this.#access = access;
    this.#pieceBytes = pieceBytes;
    this.#signal = signal;
  }

  open(start: number, end: number): void {
    this.bytes = this.bytes.subarray(0, 0);
    this.at = 0;
    this.#next = start;
    this.#end = end;
  }

  /** Bytes that are read and not consumed. */
  get available(): number {
    return this.bytes.length - this.at;
  }

  /** Bytes of the chunk that are not consumed. */
  get left(): number {
    return this.available + this.#end - this.#next;
  }

  /** Reads on until `count` bytes are available, of which there are no more than are left. */
  async fill(count: number): Promise<void> {
    const kept = this.available;
    if (kept >= count) return;
    const to = Math.min(this.#end, this.#next + Math.max(count - kept, this.#pieceBytes - kept));
    const rest = this.bytes.subarray(this.at);
    const bytes = this.#block.room(kept + to - this.#next, rest);
    await this.#read(bytes.subarray(kept));
    if (this.#isReleased) throw new CancelledError('a column was closed while it was read');
    this.#next = to;
    this.bytes = bytes;
    this.at = 0;
  }

  /** Gives its memory back, and when a read is under way, as soon as that has ended: its bytes may not go to the next owner. */
  release(): void {
    this.open(0, 0);
    this.#isReleased = true;
    if (!this.#isReading) this.#block.release();
  }

  async #read(target: Uint8Array): Promise<void> {
    const { readInto } = this.#access;
    this.#isReading = true;
    try {
      if (readInto !== undefined) await readInto(this.#next, target, this.#signal);
      else target.set(await this.#access.read(this.#next, this.#next + target.length, this.#signal));
    } finally {
      this.#isReading = false;
      if (this.#isReleased) this.#block.release();
    }
  }
}
