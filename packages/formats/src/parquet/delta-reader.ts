import type { Fault } from './thrift-reader.ts';

/** Numbers in a block of deltas, at most; writers use 128 and 256. */
const MAX_BLOCK = 1 << 16;

/**
 * The encoding DELTA_BINARY_PACKED: the first number, then blocks of differences, packed bit by bit. Numbers of 64 bits stand
 * in two halves, so none loses a digit.
 */
export class DeltaReader {
  /** Of the number at hand: its low 32 bits, and those above them, both signed. */
  low = 0;
  high = 0;
  /** Numbers, all in all. */
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #fault: Fault;
  readonly #perMini: number;
  readonly #minis: number;
  #at: number;
  #taken = 0;
  #minLow = 0;
  #minHigh = 0;
  /** Where the widths of the block's miniblocks stand, and which of them is next. */
  #widths = 0;
  #mini: number;
  #width = 0;
  #left = 0;
  /** The bit at which the next difference begins, from the miniblock's start. */
  #start = 0;
  #bit = 0;

  constructor(bytes: Uint8Array, at: number, end: number, fault: Fault) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#fault = fault;
    const block = this.#varint();
    this.#minis = this.#varint();
    this.count = this.#varint();
    this.#perMini = block / this.#minis;
    if (!(block > 0 && block <= MAX_BLOCK && Number.isInteger(this.#perMini) && this.#perMini % 8 === 0)) {
      throw fault(`deltas in ${this.#minis} pieces of blocks of ${block}`);
    }
    this.#mini = this.#minis;
    this.#zigzag();
  }

  /** Goes to the next number. */
  next(): void {
    if (this.#taken >= this.count) throw this.#short();
    this.#taken += 1;
    if (this.#taken === 1) {
      this.low = this.#minLow;
      this.high = this.#minHigh;
      return;
    }
    if (this.#left === 0) this.#nextMini();
    this.#left -= 1;
    const width = this.#width;
    const low = this.#bits(Math.min(32, width));
    const high = width > 32 ? this.#bits(width - 32) : 0;
    this.#add(low, high);
    this.#add(this.#minLow >>> 0, this.#minHigh);
  }

  /** The byte after the last number, without changing what `next` does. */
  endOfNumbers(): number {
    const { low, high } = this;
    const saved = [
      this.#at,
      this.#minLow,
      this.#minHigh,
      this.#widths,
      this.#mini,
      this.#width,
      this.#left,
      this.#start,
      this.#bit,
    ] as const;
    for (let left = this.count - 1; left > 0; left -= this.#perMini) this.#nextMini();
    const end = this.#at;
    [this.#at, this.#minLow, this.#minHigh, this.#widths, this.#mini, this.#width, this.#left, this.#start, this.#bit] = saved;
    this.low = low;
    this.high = high;
    return end;
  }

  #nextMini(): void {
    if (this.#mini === this.#minis) {
      this.#zigzag();
      this.#widths = this.#at;
      this.#at += this.#minis;
      if (this.#at > this.#end) throw this.#short();
      this.#mini = 0;
    }
    this.#width = this.#bytes[this.#widths + this.#mini]!;
    if (this.#width > 64) throw this.#fault(`deltas of ${this.#width} bits`);
    this.#mini += 1;
    this.#left = this.#perMini;
    this.#start = this.#at;
    this.#bit = 0;
    this.#at += (this.#perMini / 8) * this.#width;
    if (this.#at > this.#end) throw this.#short();
  }

  /** The next bits, 32 at most, as an unsigned number. */
  #bits(width: number): number {
    if (width === 0) return 0;
    const bytes = this.#bytes;
    let byte = this.#start + (this.#bit >>> 3);
    let shift = this.#bit & 7;
    let value = 0;
    let taken = 0;
    while (taken < width) {
      const count = Math.min(8 - shift, width - taken);
      value += ((bytes[byte]! >>> shift) & ((1 << count) - 1)) * 2 ** taken;
      taken += count;
      byte += 1;
      shift = 0;
    }
    this.#bit += width;
    return value;
  }

  #add(low: number, high: number): void {
    const sum = (this.low >>> 0) + low;
    this.high = (this.high + high + (sum >= 2 ** 32 ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  /** Reads a signed number of 64 bits into the halves of `#min`. */
  #zigzag(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 63) throw this.#fault('a delta of more than 64 bits');
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) break;
    }
    const sign = -(low & 1);
    this.#minLow = ((low >>> 1) | (high << 31)) ^ sign;
    this.#minHigh = (high >>> 1) ^ sign;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1, i = 0; i < 5; i++, factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw this.#fault('a count of more than 32 bits in a page');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw this.#short();
    return this.#bytes[this.#at++]!;
  }

  #short() {
    return this.#fault('a page that holds fewer values than it claims');
  }
}
