/**
 * Blocks that the sinks of a store share, so that a thousand small objects cost no more memory than a few: left to the collector
 * they would stay until it next looks through all of its own. A block that is given back must not be touched any more.
 */
export class BlockPool {
  readonly blockBytes: number;
  readonly #most: number;
  readonly #atWork: number;
  readonly #allocate: (bytes: number) => Uint8Array;
  readonly #free: Uint8Array[] = [];
  /** Blocks that are out. */
  #out = 0;

  /** Keeps at most `most` blocks for later; a block beyond that is left to the collector. `atWork`: as many are used at once. */
  constructor(blockBytes: number, most: number, atWork: number = most, allocate = (bytes: number) => new Uint8Array(bytes)) {
    this.blockBytes = blockBytes;
    this.#most = most;
    this.#atWork = atWork;
    this.#allocate = allocate;
  }

  /** As many blocks are out as are used at once: who can wait for one to come back should. */
  get isUsedUp(): boolean {
    return this.#out >= this.#atWork;
  }

  take(): Uint8Array {
    this.#out++;
    return this.#free.pop() ?? this.#allocate(this.blockBytes);
  }

  /** Takes a block back, also as the view of its first bytes; anything else is ignored. */
  give(block: Uint8Array | undefined): void {
    if (block === undefined || block.byteOffset !== 0 || block.buffer.byteLength !== this.blockBytes) return;
    this.#out = Math.max(0, this.#out - 1);
    if (this.#free.length < this.#most) this.#free.push(new Uint8Array(block.buffer));
  }
}
