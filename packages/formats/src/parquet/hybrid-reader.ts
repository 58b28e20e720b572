import type { Fault } from './thrift-reader.ts';

/**
 * Numbers of up to 32 bits as Parquet writes levels and dictionary indexes: runs of one number, and groups of eight packed
 * bit by bit. They are decoded one at a time, so a run of a thousand million costs nothing until it is asked for.
 */
export class HybridReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  readonly #fault: Fault;
  #at: number;
  /** Of the run at hand. */
  #left = 0;
  #isPacked = false;
  #value = 0;
  /** Of the next packed number: the byte that it begins in, and the bit there. */
  #byte = 0;
  #bit = 0;

  constructor(bytes: Uint8Array, at: number, end: number, width: number, fault: Fault) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#width = width;
    this.#fault = fault;
  }

  next(): number {
    if (this.#left === 0) this.#nextRun();
    this.#left -= 1;
    return this.#isPacked ? this.#unpack() : this.#value;
  }

  /** Takes as many of the next `most` numbers as are `value` in one run; how many, 0 where they are packed. */
  takeRun(value: number, most: number): number {
    if (this.#left === 0) this.#nextRun();
    if (this.#isPacked || this.#value !== value) return 0;
    const count = Math.min(this.#left, most);
    this.#left -= count;
    return count;
  }

  #nextRun(): void {
    while (this.#left === 0) {
      const header = this.#varint();
      const count = Math.floor(header / 2);
      this.#isPacked = header % 2 === 1;
      if (this.#isPacked) {
        this.#left = count * 8;
        this.#byte = this.#at;
        this.#bit = 0;
        // the last group may be cut where its numbers are not needed; what is read is checked against the end
        this.#at = Math.min(this.#end, this.#at + count * this.#width);
      } else {
        this.#left = count;
        this.#value = this.#runValue();
      }
    }
  }

  #runValue(): number {
    const size = (this.#width + 7) >> 3;
    if (this.#at + size > this.#end) throw this.#short();
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.#bytes[this.#at + i]!;
    this.#at += size;
    return value;
  }

  #unpack(): number {
    const width = this.#width;
    if (width === 0) return 0;
    const bytes = this.#bytes;
    const last = this.#byte + ((this.#bit + width - 1) >> 3);
    if (last >= this.#end) throw this.#short();
    let value: number;
    if (width <= 24) {
      let word = bytes[this.#byte]!;
      for (let i = this.#byte + 1, shift = 8; i <= last; i++, shift += 8) word |= bytes[i]! << shift;
      value = (word >>> this.#bit) & ((1 << width) - 1);
    } else {
      value = bytes[this.#byte]! >>> this.#bit;
      for (let i = this.#byte + 1, factor = 2 ** (8 - this.#bit); i <= last; i++, factor *= 256) value += bytes[i]! * factor;
      value %= 2 ** width;
    }
    this.#bit += width;
    this.#byte += this.#bit >> 3;
    this.#bit &= 7;
    return value;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1, i = 0; i < 5; i++, factor *= 128) {
      if (this.#at >= this.#end) throw this.#short();
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw this.#fault('a run of more than 32 bits in a page');
  }

  #short() {
    return this.#fault('a page that holds fewer values than it claims');
  }
}
