import { releaseBlock, takeBlock } from '@batchrock/core';
import { Field, fieldAddress } from './column-state.ts';

/** More values than these, or more bytes, and plain values are smaller once they are compressed, and cheaper. */
const MOST_VALUES = 4096;
const MOST_BYTES = 1 << 18;
/** A longer value is no category. */
const LONGEST_VALUE = 1024;
/** After so many values a dictionary has to have paid: at most a quarter of them new. */
const TRIAL_VALUES = 1024;

/** Of the open addressing. */
const SLOTS = 4 * MOST_VALUES;

/** The different values of a column, each once, as the dictionary page has them: a length of four bytes and the value. */
export class ValueDictionary {
  bytes: Uint8Array = new Uint8Array(0);
  readonly #words: Int32Array;
  readonly #starts: Uint32Array;
  /** One more than the index of a value, 0 for none. */
  readonly #table: Uint16Array;
  readonly #blocks: Uint8Array[];

  /** `words` are those of the column's state. */
  constructor(words: Int32Array) {
    this.#words = words;
    const starts = takeBlock(4 * MOST_VALUES);
    const table = takeBlock(2 * SLOTS);
    this.#blocks = [starts, table];
    this.#starts = new Uint32Array(starts.buffer, starts.byteOffset, MOST_VALUES);
    this.#table = new Uint16Array(table.buffer, table.byteOffset, SLOTS);
    words[Field.starts] = fieldAddress(starts);
    words[Field.table] = fieldAddress(table);
    words[Field.tableMask] = SLOTS - 1;
    this.#hold(takeBlock(1 << 12));
    this.clear();
  }

  get length(): number {
    return this.#words[Field.dictionaryLength]!;
  }

  /** Different values. */
  get count(): number {
    return this.#words[Field.dictionaryCount]!;
  }

  /** The index of the value `bytes[start..end)`; -1 when it has none and the dictionary does not pay. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const words = this.#words;
    const last = words[Field.last]!;
    // many columns have the same value in row after row
    if (last >= 0 && this.#is(last, bytes, start, end)) return last;
    if (end - start > LONGEST_VALUE) return -1;
    words[Field.looked]! += 1;
    const mask = SLOTS - 1;
    let slot = hash(bytes, start, end) & mask;
    for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.#table[slot]! - 1;
      if (!this.#is(index, bytes, start, end)) continue;
      words[Field.last] = index;
      return index;
    }
    if (!this.#pays(end - start)) return -1;
    words[Field.last] = this.#add(slot, bytes, start, end);
    return words[Field.last]!;
  }

  /** Offset of a value in `bytes`, its length before it. */
  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return index + 1 < this.count ? this.#starts[index + 1]! : this.length;
  }

  clear(): void {
    const words = this.#words;
    words[Field.dictionaryLength] = words[Field.dictionaryCount] = words[Field.looked] = 0;
    words[Field.last] = -1;
    this.#table.fill(0);
  }

  /** Gives its memory back. Nothing may be looked for any more. */
  release(): void {
    for (const block of [this.bytes, ...this.#blocks]) releaseBlock(block);
    this.#blocks.length = 0;
    this.bytes = new Uint8Array(0);
  }

  #pays(size: number): boolean {
    const { count } = this;
    const looked = this.#words[Field.looked]!;
    if (count === MOST_VALUES || this.length + 4 + size > MOST_BYTES) return false;
    return looked < TRIAL_VALUES || count * 4 < looked;
  }

  #is(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index]! + 4;
    if (this.end(index) - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number): number {
    const size = end - start;
    const at = this.length;
    const { count } = this;
    if (at + 4 + size > this.bytes.length) {
      const grown = takeBlock(Math.max(2 * this.bytes.length, at + 4 + size));
      grown.set(this.bytes.subarray(0, at));
      releaseBlock(this.bytes);
      this.#hold(grown);
    }
    this.bytes[at] = size & 0xff;
    this.bytes[at + 1] = size >> 8;
    this.bytes[at + 2] = this.bytes[at + 3] = 0;
    this.bytes.set(bytes.subarray(start, end), at + 4);
    this.#starts[count] = at;
    this.#words[Field.dictionaryLength] = at + 4 + size;
    this.#words[Field.dictionaryCount] = count + 1;
    this.#table[slot] = count + 1;
    return count;
  }

  #hold(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#words[Field.dictionary] = fieldAddress(bytes);
  }
}

/** FNV-1a, 32 bits, with its high bits folded in. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
