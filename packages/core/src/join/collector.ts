import { releaseBlock, takeBlock } from '../record/index.ts';

export interface CollectorOptions {
  readonly slots: number;
  /** Most bytes of lines held in memory; past it they are to be written down. */
  readonly budgetBytes: number;
}

/** What a slot has. */
const EMPTY = 0;
const FAILURE = 1;
const SUCCESS = 2;

/** What finds the line of a slot. */
const SLOT_BYTES = 11;

/** Blocks of memory grow from the first to the second, so that a small job takes little. */
const FIRST_CHUNK_BYTES = 1 << 16;
const CHUNK_BYTES = 1 << 20;

/**
 * Takes the outcome lines of one job in any order and gives them back in the order of their slots. Lines lie in a few
 * blocks of memory, with four numbers a slot to find them. When the budget is used up, what is held is written down as one
 * sorted run, and `drop` makes room for the next; so memory stays the same however large the job's output is. Of two lines
 * of a slot the later one counts: it came only because it is better.
 */
export class Collector {
  /** Where the bytes of a line go, or are: set by `place` and by `line`. */
  block: Uint8Array = new Uint8Array(0);
  at = 0;

  readonly #options: CollectorOptions;
  /** Where the four numbers of the slots are: from the memory that all jobs share, in their turn. */
  #table: Uint8Array;
  #state: Uint8Array;
  #chunk: Uint16Array;
  #offset: Uint32Array;
  /** 0 for a slot whose line is not in memory. */
  #length: Uint32Array;
  #chunks: Uint8Array[] = [];
  /** Chunk in use, and bytes used of it. */
  #current = -1;
  #used = 0;
  #held = 0;

  constructor(options: CollectorOptions) {
    const { slots } = options;
    this.#options = options;
    this.#table = takeBlock(slots * SLOT_BYTES).fill(0);
    const { buffer, byteOffset } = this.#table;
    this.#offset = new Uint32Array(buffer, byteOffset, slots);
    this.#length = new Uint32Array(buffer, byteOffset + 4 * slots, slots);
    this.#chunk = new Uint16Array(buffer, byteOffset + 8 * slots, slots);
    this.#state = new Uint8Array(buffer, byteOffset + 10 * slots, slots);
  }

  get slots(): number {
    return this.#options.slots;
  }

  /** True when a line for this slot would change something: nothing is there yet, or a failure and this is a success. */
  wants(slot: number, success: boolean): boolean {
    return this.#state[slot]! < (success ? SUCCESS : FAILURE);
  }

  /** False when the budget does not hold a line of this many bytes: write down what is held, and `drop` it. */
  hasRoom(size: number): boolean {
    return this.#held === 0 || this.#held + size <= this.#options.budgetBytes;
  }

  /** Makes room for the line of a slot; `block` and `at` then say where its bytes go. */
  place(slot: number, size: number, success: boolean): void {
    if (this.#current < 0 || this.#used + size > this.#chunks[this.#current]!.length) this.#nextChunk(size);
    this.#state[slot] = success ? SUCCESS : FAILURE;
    this.#chunk[slot] = this.#current;
    this.#offset[slot] = this.#used;
    this.#length[slot] = size;
    this.block = this.#chunks[this.#current]!;
    this.at = this.#used;
    this.#used += size;
    this.#held += size;
  }

  /** Bytes of lines that still go into the block in use, and into the budget; `block` and `at` then say where. */
  free(): number {
    const block = this.#chunks[this.#current];
    if (block === undefined) return 0;
    this.block = block;
    this.at = this.#used;
    return Math.min(block.length - this.#used, this.#options.budgetBytes - this.#held);
  }

  /** Holds a success that was written to such a place, in the order of their places; it moves up to the one before it. */
  hold(slot: number, at: number, size: number): void {
    const to = this.#used;
    this.place(slot, size, true);
    if (at !== to) this.block.copyWithin(to, at, at + size);
  }

  /** True when the slot has had a line. */
  has(slot: number): boolean {
    return this.#state[slot] !== EMPTY;
  }

  isSuccess(slot: number): boolean {
    return this.#state[slot] === SUCCESS;
  }

  /** Bytes of the line of a slot that is held, which is in `block` from `at` on; 0 when none is. */
  line(slot: number): number {
    const length = this.#length[slot]!;
    if (length === 0) return 0;
    this.block = this.#chunks[this.#chunk[slot]!]!;
    this.at = this.#offset[slot]!;
    return length;
  }

  /** Lets the lines go that are held; which slots had one stays known. */
  drop(): void {
    this.#length.fill(0);
    this.#current = -1;
    this.#held = 0;
  }

  /** Gives the memory back. Safe at any time. */
  close(): void {
    for (const chunk of this.#chunks) releaseBlock(chunk);
    this.#chunks = [];
    this.drop();
    releaseBlock(this.#table);
    // what was given back is another's: no slot is known any more
    this.#table = this.#state = new Uint8Array(0);
    this.#chunk = new Uint16Array(0);
    this.#offset = this.#length = new Uint32Array(0);
  }

  #nextChunk(size: number): void {
    this.#current += 1;
    this.#used = 0;
    const chunk = this.#chunks[this.#current];
    if (chunk === undefined || chunk.length < size) {
      const usual = Math.min(CHUNK_BYTES, FIRST_CHUNK_BYTES << Math.min(this.#current, 4), this.#options.budgetBytes);
      if (chunk !== undefined) releaseBlock(chunk);
      this.#chunks[this.#current] = takeBlock(Math.max(size, usual));
    }
  }
}
