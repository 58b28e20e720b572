import { type ByteView, byteView } from '@batchrock/core';
import { DeltaReader } from './delta-reader.ts';
import { HybridReader } from './hybrid-reader.ts';
import { pageKernel } from './page-kernel.ts';
import type { Fault } from './thrift-reader.ts';

/**
 * The values of a page, one after the other, as spans of bytes: in the page, in the dictionary, or where an encoding has to put
 * them together. Numbers stand as PLAIN writes them, little-endian, so whoever makes text of them needs one way for each type.
 */
export interface ValueReader {
  readonly view: ByteView;
  readonly start: number;
  readonly end: number;
  /** Goes to the next value; throws when the page has none. */
  next(): void;
}

/** Where a page's values stand. */
export interface ValueBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fault: Fault;
}

/** Values of one length, one behind the other. */
export class FixedValues implements ValueReader {
  readonly view: ByteView;
  start: number;
  end: number;
  readonly #width: number;
  readonly #last: number;
  readonly #fault: Fault;

  constructor({ bytes, start, end, fault }: ValueBytes, width: number) {
    this.view = byteView(bytes);
    this.#width = width;
    this.start = start - width;
    this.end = start;
    this.#last = end;
    this.#fault = fault;
  }

  next(): void {
    this.start = this.end;
    this.end += this.#width;
    if (this.end > this.#last) throw tooFew(this.#fault);
  }

  /** Passes the next values; the offset of the first of them. */
  take(count: number): number {
    const first = this.end;
    if (first + count * this.#width > this.#last) throw tooFew(this.#fault);
    this.end = first + count * this.#width;
    this.start = this.end - this.#width;
    return first;
  }
}

/** Values with their lengths before them, in four bytes. */
export class PrefixedValues implements ValueReader {
  readonly view: ByteView;
  start: number;
  end: number;
  readonly #last: number;
  readonly #fault: Fault;

  constructor({ bytes, start, end, fault }: ValueBytes) {
    this.view = byteView(bytes);
    this.start = start;
    this.end = start;
    this.#last = end;
    this.#fault = fault;
  }

  next(): void {
    const start = this.end + 4;
    if (start > this.#last) throw tooFew(this.#fault);
    const end = start + this.view.view.getUint32(this.end, true);
    if (end > this.#last) throw this.#fault(`a value of ${end - start} bytes in a page that has ${this.#last - start} left`);
    this.start = start;
    this.end = end;
  }

  /** Passes the next values, whose spans go to that address; false, and nothing passed, where `next` has to say what is wrong. */
  takeSpans(count: number, spans: number): boolean {
    const { address } = this.view;
    const end = pageKernel().prefixedSpans(address + this.end, address + this.#last, count, spans);
    if (end === 0) return false;
    this.end = end - address;
    return true;
  }
}

/** Booleans, eight to a byte. */
export class BitValues implements ValueReader {
  readonly view = byteView(new Uint8Array(1));
  readonly start = 0;
  readonly end = 1;
  readonly #at: ValueBytes;
  #bit = -1;

  constructor(at: ValueBytes) {
    this.#at = at;
  }

  next(): void {
    this.#bit += 1;
    const byte = this.#at.start + (this.#bit >>> 3);
    if (byte >= this.#at.end) throw tooFew(this.#at.fault);
    this.view.bytes[0] = (this.#at.bytes[byte]! >> (this.#bit & 7)) & 1;
  }
}

/** Booleans as runs, with the length of all of them before them. */
export class RunValues implements ValueReader {
  readonly view = byteView(new Uint8Array(1));
  readonly start = 0;
  readonly end = 1;
  readonly #runs: HybridReader;

  constructor({ bytes, start, end, fault }: ValueBytes) {
    const from = start + 4;
    if (from > end) throw tooFew(fault);
    const to = from + byteView(bytes).view.getUint32(start, true);
    if (to > end) throw tooFew(fault);
    this.#runs = new HybridReader(bytes, from, to, 1, fault);
  }

  next(): void {
    this.view.bytes[0] = this.#runs.next();
  }
}

/** Numbers as differences. */
export class DeltaValues implements ValueReader {
  readonly view = byteView(new Uint8Array(8));
  readonly start = 0;
  readonly end: number;
  readonly #deltas: DeltaReader;

  constructor({ bytes, start, end, fault }: ValueBytes, width: number) {
    this.end = width;
    this.#deltas = new DeltaReader(bytes, start, end, fault);
  }

  next(): void {
    this.#deltas.next();
    this.view.view.setInt32(0, this.#deltas.low, true);
    this.view.view.setInt32(4, this.#deltas.high, true);
  }
}

/** All lengths as differences, then all bytes. */
export class DeltaLengthValues implements ValueReader {
  readonly view: ByteView;
  start: number;
  end: number;
  readonly #lengths: DeltaReader;
  readonly #last: number;
  readonly #fault: Fault;

  constructor({ bytes, start, end, fault }: ValueBytes) {
    this.view = byteView(bytes);
    this.#lengths = new DeltaReader(bytes, start, end, fault);
    this.#last = end;
    this.#fault = fault;
    this.start = this.#lengths.endOfNumbers();
    this.end = this.start;
  }

  next(): void {
    this.#lengths.next();
    const length = this.#lengths.low;
    this.start = this.end;
    this.end += length;
    if (length < 0 || this.end > this.#last)
      throw this.#fault(`a value of ${length} bytes in a page that has ${this.#last - this.start} left`);
  }
}

/** What each value has in common with the one before it, then the rest of each. */
export class DeltaByteValues implements ValueReader {
  view: ByteView;
  readonly start = 0;
  end = 0;
  readonly #prefixes: DeltaReader;
  readonly #rest: DeltaLengthValues;
  readonly #fault: Fault;
  /** Bytes that each value must have; 0 where any number will do. */
  readonly #width: number;

  constructor(at: ValueBytes, width: number) {
    this.#width = width;
    this.#prefixes = new DeltaReader(at.bytes, at.start, at.end, at.fault);
    this.#rest = new DeltaLengthValues({ ...at, start: this.#prefixes.endOfNumbers() });
    this.#fault = at.fault;
    this.view = byteView(new Uint8Array(256));
  }

  next(): void {
    this.#prefixes.next();
    const prefix = this.#prefixes.low;
    if (prefix < 0 || prefix > this.end) throw this.#fault(`a value that has ${prefix} bytes of one of ${this.end}`);
    const rest = this.#rest;
    rest.next();
    this.end = prefix + rest.end - rest.start;
    if (this.#width > 0 && this.end !== this.#width)
      throw this.#fault(`a value of ${this.end} bytes where all have ${this.#width}`);
    if (this.end > this.view.bytes.length) {
      const larger = new Uint8Array(2 * this.end);
      larger.set(this.view.bytes.subarray(0, prefix));
      this.view = byteView(larger);
    }
    this.view.bytes.set(rest.view.bytes.subarray(rest.start, rest.end), prefix);
  }
}

/** The first bytes of all values, then their second bytes, and so on. */
export class SplitValues implements ValueReader {
  readonly view: ByteView;
  readonly start = 0;
  readonly end: number;
  readonly #at: ValueBytes;
  readonly #count: number;
  #next = 0;

  constructor(at: ValueBytes, width: number) {
    this.#at = at;
    this.end = width;
    this.#count = Math.floor((at.end - at.start) / width);
    this.view = byteView(new Uint8Array(width));
  }

  next(): void {
    if (this.#next >= this.#count) throw tooFew(this.#at.fault);
    let from = this.#at.start + this.#next;
    for (let i = 0; i < this.end; i++, from += this.#count) this.view.bytes[i] = this.#at.bytes[from]!;
    this.#next += 1;
  }
}

/** The values of a column chunk that its pages refer to by number. */
export interface Dictionary {
  readonly view: ByteView;
  readonly count: number;
  /** Where each value begins and ends. */
  readonly spans: Uint32Array;
}

/** Takes a page's values in, one span for each. `count` has been seen to be possible. */
export function readDictionary(values: ValueReader, count: number): Dictionary {
  const spans = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    values.next();
    spans[2 * i] = values.start;
    spans[2 * i + 1] = values.end;
  }
  return { view: values.view, count, spans };
}

/** Values of the dictionary, by their numbers. */
export class DictionaryValues implements ValueReader {
  readonly view: ByteView;
  start = 0;
  end = 0;
  readonly #dictionary: Dictionary;
  readonly #indexes: HybridReader;
  readonly #fault: Fault;

  constructor({ bytes, start, end, fault }: ValueBytes, dictionary: Dictionary) {
    this.view = dictionary.view;
    this.#dictionary = dictionary;
    this.#fault = fault;
    const width = start < end ? bytes[start]! : 0;
    if (width > 32) throw fault(`numbers of ${width} bits for the values of a dictionary`);
    this.#indexes = new HybridReader(bytes, start + 1, end, width, fault);
  }

  next(): void {
    const index = this.#indexes.next();
    const { count, spans } = this.#dictionary;
    if (index >= count) throw this.#fault(`value ${index} of a dictionary that has ${count}`);
    this.start = spans[2 * index]!;
    this.end = spans[2 * index + 1]!;
  }
}

function tooFew(fault: Fault) {
  return fault('a page that holds fewer values than it claims');
}
