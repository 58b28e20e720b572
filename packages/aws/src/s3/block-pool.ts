/**
 * Blocks that uploads share, so that a thousand small objects cost no more memory than a few. A block that is given back
 * must not be touched any more.
 */
export class BlockPool {
  readonly blockBytes: number;
  readonly #most: number;
  readonly #free: Uint8Array[] = [];
  /** Blocks that are out. */
  #out = 0;

  /** Keeps at most `most` blocks for later; a block beyond that is left to the collector. */
  constructor(blockBytes: number, most: number) {
    this.blockBytes = blockBytes;
    this.#most = most;
  }

  /** As many blocks are out as are kept: one more would not come back to the pool. */
  get isUsedUp(): boolean {
    return this.#out >= this.#most;
  }

  take(): Uint8Array {
    this.#out++;
    return this.#free.pop() ?? new Uint8Array(this.blockBytes);
  }

  /** Takes a block back, also as the view of its first bytes; anything else is ignored. */
  give(block: Uint8Array | undefined): void {
    if (block === undefined || block.byteOffset !== 0 || block.buffer.byteLength !== this.blockBytes) return;
    this.#out = Math.max(0, this.#out - 1);
    if (this.#free.length < this.#most) this.#free.push(new Uint8Array(block.buffer));
  }
}
