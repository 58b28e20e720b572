import { invariant } from '../errors/index.ts';
import { releaseBlock, takeBlock } from '../record/index.ts';
import { type SpilledRun, spillRun } from './spilled-run.ts';

/** A file beside the process; the port `Scratch` gives such files. */
export interface SpillFile {
  append(bytes: Uint8Array): Promise<number>;
  readAt(offset: number, block: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

export interface CollectorOptions {
  readonly slots: number;
  /** Most bytes of lines held in memory; past it they go to a file. */
  readonly budgetBytes: number;
  readonly spill: { create(): Promise<SpillFile> };
}

/** What a slot holds. */
const EMPTY = 0;
const FAILURE = 1;
const SUCCESS = 2;

/** Where a slot's line is: in memory, or in the run of that number less one. */
const IN_MEMORY = 0;

/** Blocks of memory grow from the first to the second, so that a small job takes little. */
const FIRST_CHUNK_BYTES = 1 << 16;
const CHUNK_BYTES = 1 << 20;

/**
 * Takes the outcome lines of one job in any order and gives them back in the order of their slots. Lines lie in a few
 * blocks of memory, with three numbers a slot to find them; when the budget is used up they are written to a file as one
 * run, sorted by slot, and reading back merges the runs. So memory stays the same however large the job's output is.
 */
export class Collector {
  /** Where the bytes of a line go, or are: set by `place` and by `line`. */
  block: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #options: CollectorOptions;
  readonly #state: Uint8Array;
  readonly #where: Uint16Array;
  readonly #chunk: Uint16Array;
  readonly #offset: Uint32Array;
  readonly #length: Uint32Array;
  #chunks: Uint8Array[] = [];
  /** Chunk in use, and bytes used of it. */
  #current = -1;
  #used = 0;
  #held = 0;
  #file: SpillFile | undefined;
  readonly #runs: SpilledRun[] = [];

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#state = new Uint8Array(options.slots);
    this.#where = new Uint16Array(options.slots);
    this.#chunk = new Uint16Array(options.slots);
    this.#offset = new Uint32Array(options.slots);
    this.#length = new Uint32Array(options.slots);
  }

  /** True when a line for this slot would change something: nothing is there yet, or a failure and this is a success. */
  wants(slot: number, success: boolean): boolean {
    return this.#state[slot]! < (success ? SUCCESS : FAILURE);
  }

  /** False when the budget does not hold a line of this many bytes: `await spill()` first. */
  hasRoom(size: number): boolean {
    return this.#held === 0 || this.#held + size <= this.#options.budgetBytes;
  }

  /** Makes room for the line of a slot; `block` and `at` then say where its bytes go. */
  place(slot: number, size: number, success: boolean): void {
    if (this.#current < 0 || this.#used + size > this.#chunks[this.#current]!.length) this.#nextChunk(size);
    this.#state[slot] = success ? SUCCESS : FAILURE;
    this.#where[slot] = IN_MEMORY;
    this.#chunk[slot] = this.#current;
    this.#offset[slot] = this.#used;
    this.#length[slot] = size;
    this.block = this.#chunks[this.#current]!;
    this.at = this.#used;
    this.#used += size;
    this.#held += size;
  }

  /** True when the slot has a line. */
  has(slot: number): boolean {
    return this.#state[slot] !== EMPTY;
  }

  isSuccess(slot: number): boolean {
    return this.#state[slot] === SUCCESS;
  }

  /** Moves everything in memory to the file. */
  async spill(): Promise<void> {
    this.#file ??= await this.#options.spill.create();
    invariant(this.#runs.length < 0xfffe, 'too many spilled runs');
    const number = this.#runs.length + 1;
    const run = await spillRun(this.#file, this.#inMemory(), this.#held);
    for (let slot = 0; slot < this.#state.length; slot++) {
      if (this.#state[slot] !== EMPTY && this.#where[slot] === IN_MEMORY) this.#where[slot] = number;
    }
    this.#runs.push(run);
    this.#current = -1;
    this.#held = 0;
  }

  /** Ends the collecting. Call once, before the lines are read. */
  async finish(): Promise<void> {
    if (this.#runs.length === 0) return;
    // what is left goes to the file as well, so that the blocks of the merge may take the place of the chunks
    if (this.#held > 0) await this.spill();
    this.#dropChunks();
    const share = Math.floor(this.#options.budgetBytes / this.#runs.length);
    for (const run of this.#runs) run.open(Math.max(4_096, Math.min(CHUNK_BYTES, share)));
  }

  /**
   * The line of a slot, in `block` from `at`; its length. Ask slots in rising order and only those that have a line.
   * -1: not in memory yet; `await fetch(slot)` and ask again.
   */
  line(slot: number): number {
    const run = this.#where[slot]!;
    if (run === IN_MEMORY) {
      this.block = this.#chunks[this.#chunk[slot]!]!;
      this.at = this.#offset[slot]!;
      return this.#length[slot]!;
    }
    const spilled = this.#runs[run - 1]!;
    if (!spilled.seek(slot)) return -1;
    this.block = spilled.block;
    this.at = spilled.at;
    return spilled.length;
  }

  async fetch(slot: number): Promise<void> {
    await this.#runs[this.#where[slot]! - 1]!.fill();
  }

  /** Removes the file. Safe at any time. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    for (const run of this.#runs) run.close();
    this.#dropChunks();
  }

  #dropChunks(): void {
    for (const chunk of this.#chunks) releaseBlock(chunk);
    this.#chunks = [];
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

  *#inMemory(): Iterable<{ slot: number; block: Uint8Array; at: number; length: number }> {
    const entry = { slot: 0, block: this.block, at: 0, length: 0 };
    for (let slot = 0; slot < this.#state.length; slot++) {
      if (this.#state[slot] === EMPTY || this.#where[slot] !== IN_MEMORY) continue;
      entry.slot = slot;
      entry.block = this.#chunks[this.#chunk[slot]!]!;
      entry.at = this.#offset[slot]!;
      entry.length = this.#length[slot]!;
      yield entry;
    }
  }
}
