import type { Scratch, ScratchFile } from '../ports/index.ts';
import { compareItems, heldItems, RunMerge, type SortedItems, type Span } from './sorted-items.ts';

export interface DiskSorterOptions {
  /** Every item has so many bytes, and they come out in the order of these bytes. */
  readonly itemBytes: number;
  /** Most bytes of items held in memory. Default 8 MiB. */
  readonly budgetBytes?: number;
  /** Most sorted runs that are merged at once. Default 64. */
  readonly fanIn?: number;
}

const BUDGET_BYTES = 8 << 20;
const FIRST_BYTES = 1 << 16;
const FAN_IN = 64;

/**
 * Sorts any number of small items in bounded memory: what does not fit is sorted and written down, again and again, and the
 * sorted runs are merged in the end. Nothing is written where all fit. `close` it.
 */
export class DiskSorter {
  readonly #scratch: Scratch;
  readonly #size: number;
  readonly #fanIn: number;
  readonly #most: number;
  #held: Uint8Array;
  #count = 0;
  #file: ScratchFile | undefined;
  #runs: Span[] = [];

  constructor(scratch: Scratch, { itemBytes, budgetBytes = BUDGET_BYTES, fanIn = FAN_IN }: DiskSorterOptions) {
    this.#scratch = scratch;
    this.#size = itemBytes;
    this.#fanIn = fanIn;
    this.#most = Math.max(1, Math.floor(budgetBytes / itemBytes));
    this.#held = new Uint8Array(itemBytes * Math.min(this.#most, Math.ceil(FIRST_BYTES / itemBytes)));
  }

  /** Takes a copy of an item; a promise, to be awaited before the next one, where those that are held have to be written down. */
  add(item: Uint8Array): Promise<void> | undefined {
    const at = this.#count * this.#size;
    if (at === this.#held.length) {
      const larger = new Uint8Array(Math.min(2 * at, this.#most * this.#size));
      larger.set(this.#held);
      this.#held = larger;
    }
    this.#held.set(item, at);
    this.#count += 1;
    return this.#count === this.#most ? this.#writeHeld() : undefined;
  }

  /** All items in order. Call once, when the last one is added; they can be read until it is closed. */
  async sorted(): Promise<SortedItems> {
    if (this.#runs.length === 0) return heldItems(this.#held, this.#order(), this.#size);
    await this.#writeHeld();
    this.#held = new Uint8Array(0);
    const file = await this.#opened();
    while (this.#runs.length > this.#fanIn) {
      const shorter = this.#runs;
      this.#runs = [];
      for (let i = 0; i < shorter.length; i += this.#fanIn) {
        this.#runs.push(await this.#write(new RunMerge(file, shorter.slice(i, i + this.#fanIn), this.#size)));
      }
    }
    return new RunMerge(file, this.#runs, this.#size);
  }

  /** Gives its space back. Safe at any time. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #opened(): Promise<ScratchFile> {
    this.#file ??= await this.#scratch.create();
    return this.#file;
  }

  async #writeHeld(): Promise<void> {
    if (this.#count === 0) return;
    this.#runs.push(await this.#write(heldItems(this.#held, this.#order(), this.#size)));
    this.#count = 0;
  }

  async #write(items: SortedItems): Promise<Span> {
    const file = await this.#opened();
    const span = { from: 0, to: 0 };
    for (let count = await items.read(); count > 0; count = await items.read()) {
      const at = await file.append(items.block.subarray(0, count * this.#size));
      if (span.to === 0) span.from = at;
      span.to = at + count * this.#size;
    }
    return span;
  }

  #order(): Uint32Array {
    const held = this.#held;
    const size = this.#size;
    const order = new Uint32Array(this.#count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    return order.sort((a, b) => compareItems(held, a * size, held, b * size, size));
  }
}
