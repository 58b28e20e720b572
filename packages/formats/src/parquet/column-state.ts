import { addressOf, releaseBlock, takeBlock } from '@batchrock/core';

/** Bytes of the state of a column, and of the two texts that `Bounds` may keep behind its fields. */
const STATE_BYTES = 256;
const TEXT_BYTES = 64;

/** Fields of a `ColumnState`, numbers of 4 bytes. `kernel/cell-kernel.ts` has them too, in bytes. Addresses are 0 for none. */
export const Field = {
  /** 1: the page kernel may put values. */
  isShared: 0,
  /** Address of the page in hand, where its next value goes, and how many bytes it has room for. */
  target: 1,
  length: 2,
  limit: 3,
  /** Rows, leaf entries in the page. */
  rows: 4,
  entries: 5,
  /** Null entries of the row group. */
  nulls: 6,
  maxDefinition: 7,
  /** The definition levels: see `RunLengths`. */
  runs: 8,
  /** The rest is of texts. 1: the page has values and not indices of a dictionary. */
  isPlain: 13,
  /** -1: no value yet. */
  minLength: 14,
  maxLength: 15,
  minPrefix: 16,
  maxPrefix: 17,
  isMinCut: 18,
  isMaxCut: 19,
  /** The indices of the page: address and number. */
  indices: 20,
  indexCount: 21,
  /** The index of the newest value that a dictionary has; -1 for none. */
  last: 22,
  /** Of the dictionary. */
  table: 23,
  tableMask: 24,
  starts: 25,
  dictionary: 26,
  dictionaryLength: 27,
  dictionaryCount: 28,
  looked: 29,
} as const;

/** Of `doubles`: the least and the greatest number. */
export const MIN_NUMBER = 16;
export const MAX_NUMBER = 24;

/**
 * What a column knows of its page and its values, where the page kernel finds it too. In the kernel's memory, or in a plain
 * array where there is none: then all is done in JavaScript, on the same numbers.
 */
export class ColumnState {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** The least and the greatest text. */
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  /** In the kernel's memory; -1 when it is not there. */
  readonly address: number;
  #block: Uint8Array = takeBlock(STATE_BYTES);

  constructor() {
    const { buffer, byteOffset } = this.#block;
    this.#block.fill(0);
    this.address = addressOf(this.#block);
    this.words = new Int32Array(buffer, byteOffset, STATE_BYTES / 4);
    this.doubles = new Float64Array(buffer, byteOffset, STATE_BYTES / 8);
    this.max = this.#block.subarray(STATE_BYTES - TEXT_BYTES);
    this.min = this.#block.subarray(STATE_BYTES - 2 * TEXT_BYTES, STATE_BYTES - TEXT_BYTES);
  }

  /** Nothing may be read from it or written to it any more. */
  release(): void {
    releaseBlock(this.#block);
    this.#block = new Uint8Array(0);
  }
}

/** The address of a block as a field has it. */
export function fieldAddress(block: Uint8Array): number {
  return Math.max(0, addressOf(block));
}
