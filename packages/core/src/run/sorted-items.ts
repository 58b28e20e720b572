import { invariant } from '../errors/index.ts';
import type { ScratchFile } from '../ports/index.ts';

/** Small items of one size in the order of their bytes, a block of them at a time. */
export interface SortedItems {
  /** Those at hand, one behind the other. */
  readonly block: Uint8Array;
  /** Brings the next ones in place of those at hand: how many, 0 at the end. */
  read(): Promise<number>;
}

/** A sorted run in a file, in bytes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Bytes of items that a read brings, and of a run that are in memory while it is merged. */
const BLOCK_BYTES = 1 << 16;

/** Items that are in memory, in an order of theirs. */
export function heldItems(held: Uint8Array, order: Uint32Array, size: number): SortedItems {
  const most = Math.min(order.length, itemsOf(BLOCK_BYTES, size));
  const block = new Uint8Array(most * size);
  let next = 0;
  return {
    block,
    async read() {
      const count = Math.min(most, order.length - next);
      for (let i = 0; i < count; i++) {
        const at = order[next++]! * size;
        for (let byte = 0; byte < size; byte++) block[i * size + byte] = held[at + byte]!;
      }
      return count;
    },
  };
}

/** Merges sorted runs of a file. Those whose next items are lowest stand first in a heap. */
export class RunMerge implements SortedItems {
  readonly block: Uint8Array;
  readonly #file: ScratchFile;
  readonly #size: number;
  readonly #runs: readonly RunCursor[];
  #heap: RunCursor[] | undefined;

  constructor(file: ScratchFile, runs: readonly Span[], size: number) {
    this.#file = file;
    this.#size = size;
    this.block = new Uint8Array(itemsOf(BLOCK_BYTES, size) * size);
    this.#runs = runs.map(({ from, to }) => ({ next: from, to, bytes: new Uint8Array(this.block.length), at: 0, end: 0 }));
  }

  async read(): Promise<number> {
    const size = this.#size;
    const heap = this.#heap ?? (await this.#begin());
    let length = 0;
    while (length < this.block.length && heap.length > 0) {
      const first = heap[0]!;
      for (let byte = 0; byte < size; byte++) this.block[length + byte] = first.bytes[first.at + byte]!;
      length += size;
      first.at += size;
      if (first.at === first.end && !(await this.#fill(first))) heap[0] = heap.at(-1)!;
      if (first.end === 0) heap.pop();
      this.#sink(heap, 0);
    }
    return length / size;
  }

  async #begin(): Promise<RunCursor[]> {
    const heap: RunCursor[] = [];
    for (const run of this.#runs) if (await this.#fill(run)) heap.push(run);
    for (let i = heap.length >>> 1; i >= 0; i--) this.#sink(heap, i);
    this.#heap = heap;
    return heap;
  }

  /** False, and nothing at hand, at the end of the run. */
  async #fill(run: RunCursor): Promise<boolean> {
    run.at = run.end = 0;
    const wanted = Math.min(run.bytes.length, run.to - run.next);
    if (wanted === 0) return false;
    run.end = await this.#file.readAt(run.next, run.bytes.subarray(0, wanted));
    invariant(run.end === wanted, `a temporary file has ${run.end} of the ${wanted} bytes that were written to it`);
    run.next += wanted;
    return true;
  }

  #sink(heap: RunCursor[], from: number): void {
    for (let i = from; ; ) {
      const left = 2 * i + 1;
      if (left >= heap.length) return;
      const lower = left + 1 < heap.length && this.#isBefore(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (!this.#isBefore(heap[lower]!, heap[i]!)) return;
      const moved = heap[i]!;
      heap[i] = heap[lower]!;
      heap[lower] = moved;
      i = lower;
    }
  }

  #isBefore(a: RunCursor, b: RunCursor): boolean {
    return compareItems(a.bytes, a.at, b.bytes, b.at, this.#size) < 0;
  }
}

interface RunCursor {
  /** What is to be read next, up to `to`. */
  next: number;
  readonly to: number;
  /** The items at hand: `bytes[at..end)`. */
  readonly bytes: Uint8Array;
  at: number;
  end: number;
}

/** Below 0 when the first item comes before the second, 0 when they are the same. */
export function compareItems(a: Uint8Array, atA: number, b: Uint8Array, atB: number, size: number): number {
  for (let i = 0; i < size; i++) {
    const difference = a[atA + i]! - b[atB + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Bytes of a number in an item. */
export const NUMBER_BYTES = 6;

/** Writes a whole number below 2^48, so that items sort as their numbers do. */
export function putNumber(item: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  item[at] = high >>> 8;
  item[at + 1] = high;
  item[at + 2] = value >>> 24;
  item[at + 3] = value >>> 16;
  item[at + 4] = value >>> 8;
  item[at + 5] = value;
}

/** Reads a number that `putNumber` has written. */
export function numberAt(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! * 256 + bytes[at + 1]!;
  const low = ((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0;
  return high * 0x1_0000_0000 + low;
}

function itemsOf(bytes: number, size: number): number {
  return Math.max(1, Math.floor(bytes / size));
}
