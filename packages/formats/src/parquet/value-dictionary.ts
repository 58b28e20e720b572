/** More values than these, or more bytes, and plain values are smaller once they are compressed, and cheaper. */
const MOST_VALUES = 4096;
const MOST_BYTES = 1 << 18;
/** A longer value is no category. */
const LONGEST_VALUE = 1024;
/** After so many values a dictionary has to have paid: at most a quarter of them new. */
const TRIAL_VALUES = 1024;

/** The different values of a column, each once, as the dictionary page has them: a length of four bytes and the value. */
export class ValueDictionary {
  bytes: Uint8Array = new Uint8Array(1 << 12);
  length = 0;
  /** Different values. */
  count = 0;
  readonly #starts = new Uint32Array(MOST_VALUES);
  /** Open addressing: one more than the index of a value, 0 for none. */
  readonly #table = new Uint16Array(4 * MOST_VALUES);
  #looked = 0;

  /** The index of the value `bytes[start..end)`; -1 when it has none and the dictionary does not pay. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > LONGEST_VALUE) return -1;
    this.#looked += 1;
    const mask = this.#table.length - 1;
    let slot = hash(bytes, start, end) & mask;
    for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const index = this.#table[slot]! - 1;
      if (this.#is(index, bytes, start, end)) return index;
    }
    return this.#pays(end - start) ? this.#add(slot, bytes, start, end) : -1;
  }

  /** Offset of a value in `bytes`, its length before it. */
  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return index + 1 < this.count ? this.#starts[index + 1]! : this.length;
  }

  clear(): void {
    this.length = this.count = this.#looked = 0;
    this.#table.fill(0);
  }

  #pays(size: number): boolean {
    if (this.count === MOST_VALUES || this.length + 4 + size > MOST_BYTES) return false;
    return this.#looked < TRIAL_VALUES || this.count * 4 < this.#looked;
  }

  #is(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[index]! + 4;
    if (this.end(index) - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number): number {
    const size = end - start;
    if (this.length + 4 + size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + 4 + size));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    const at = this.length;
    this.bytes[at] = size & 0xff;
    this.bytes[at + 1] = size >> 8;
    this.bytes[at + 2] = this.bytes[at + 3] = 0;
    this.bytes.set(bytes.subarray(start, end), at + 4);
    this.#starts[this.count] = at;
    this.length = at + 4 + size;
    this.count += 1;
    this.#table[slot] = this.count;
    return this.count - 1;
  }
}

/** FNV-1a, 32 bits, with its high bits folded in. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
