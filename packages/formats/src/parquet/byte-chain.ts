const BLOCK_BYTES = 1 << 18;

/** Blocks that are used again and again: what chains gave back. */
export class BlockPool {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(BLOCK_BYTES);
  }

  give(block: Uint8Array): void {
    this.#free.push(block);
  }
}

/** Bytes that grow without being moved: the pages of a column until its row group is written. */
export class ByteChain {
  length = 0;
  readonly #pool: BlockPool;
  readonly #blocks: Uint8Array[] = [];

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const filled = this.length % BLOCK_BYTES;
      if (filled === 0) this.#blocks.push(this.#pool.take());
      const count = Math.min(BLOCK_BYTES - filled, bytes.length - from);
      this.#blocks.at(-1)!.set(bytes.subarray(from, from + count), filled);
      this.length += count;
      from += count;
    }
  }

  /** Gives all bytes to `write`, in order, and the blocks back to the pool. */
  async drain(write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    let left = this.length;
    for (const block of this.#blocks) {
      await write(left < block.length ? block.subarray(0, left) : block);
      left -= block.length;
      this.#pool.give(block);
    }
    this.#blocks.length = 0;
    this.length = 0;
  }
}
