import type { RandomAccess } from '@batchrock/core';

const NOTHING = new Uint8Array(0);

/** The bytes of a column chunk from front to back, read in large pieces. */
export class ChunkBytes {
  /** What is read and not consumed: `bytes[at..]`. */
  bytes: Uint8Array = NOTHING;
  at = 0;
  readonly #access: RandomAccess;
  readonly #pieceBytes: number;
  readonly #signal: AbortSignal | undefined;
  /** Of the file: the first byte that is not read, and the chunk's end. */
  #next = 0;
  #end = 0;

  constructor(access: RandomAccess, pieceBytes: number, signal?: AbortSignal) {
    this.#access = access;
    this.#pieceBytes = pieceBytes;
    this.#signal = signal;
  }

  open(start: number, end: number): void {
    this.bytes = NOTHING;
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
    if (this.available >= count) return;
    const missing = count - this.available;
    const to = Math.min(this.#end, this.#next + Math.max(missing, this.#pieceBytes));
    const read = await this.#access.read(this.#next, to, this.#signal);
    this.#next = to;
    if (this.available === 0) {
      this.bytes = read;
    } else {
      const joined = new Uint8Array(this.available + read.length);
      joined.set(this.bytes.subarray(this.at));
      joined.set(read, this.available);
      this.bytes = joined;
    }
    this.at = 0;
  }
}
