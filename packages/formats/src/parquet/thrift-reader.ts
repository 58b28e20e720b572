import type { InputError } from '@batchrock/core';

/** Makes the error that says where in which file something is wrong: `what` follows a colon. */
export type Fault = (what: string, code?: 'BR-E0114' | 'BR-E0123') => InputError;

/** Types of the compact protocol, as they stand in field and list headers. */
export const ThriftType = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/** Structs and lists within each other, at most: no input can exhaust the stack. */
const MAX_DEPTH = 64;

const NAMES = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads structs of Thrift's compact protocol, field by field; what nobody asks for is skipped. Each value takes at least one
 * byte and none is stored, so the work is bounded by the bytes whatever counts they claim.
 */
export class ThriftReader {
  at: number;
  /** Set before an error is thrown because the bytes end: there may be more of them elsewhere. */
  isShort = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #fault: Fault;
  #depth = 0;

  constructor(bytes: Uint8Array, at: number, end: number, fault: Fault) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
    this.#fault = fault;
  }

  /** Reads a struct; `onField` reads the value of a field that it knows and says true, any other is skipped. */
  struct(onField: (id: number, type: number) => boolean): void {
    this.#descend();
    let last = 0;
    for (;;) {
      const header = this.#byte();
      if (header === 0) break;
      const delta = header >> 4;
      const type = header & 15;
      last = delta === 0 ? this.integer() : last + delta;
      if (!onField(last, type)) this.#skip(type);
    }
    this.#depth -= 1;
  }

  /** Reads a list; `onItem` reads one item. Skips the list, and says false, when its items are of another type. */
  list(itemType: number, onItem: (index: number) => void): boolean {
    this.#descend();
    const { count, type } = this.#listHeader();
    for (let i = 0; i < count; i++) {
      if (type === itemType) onItem(i);
      else this.#skip(type, true);
    }
    this.#depth -= 1;
    return count === 0 || type === itemType;
  }

  /** A whole number of any width. What does not fit into a double is not exact, and no safe integer. */
  integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A number of type `byte`. */
  byte(): number {
    return this.#byte();
  }

  /** Text, which has to be UTF-8. */
  text(): string {
    const start = this.#binary();
    try {
      return NAMES.decode(this.#bytes.subarray(start, this.at));
    } catch {
      throw this.#fault('a name that is not UTF-8');
    }
  }

  /** In a list a boolean takes a byte of its own. */
  #skip(type: number, inList = false): void {
    switch (type) {
      case ThriftType.true:
      case ThriftType.false:
        if (inList) this.#byte();
        return;
      case ThriftType.byte:
        this.#byte();
        return;
      case ThriftType.i16:
      case ThriftType.i32:
      case ThriftType.i64:
        this.#varint();
        return;
      case ThriftType.double:
        this.#pass(8);
        return;
      case ThriftType.binary:
        this.#binary();
        return;
      case ThriftType.list:
      case ThriftType.set:
        this.list(-1, () => undefined);
        return;
      case ThriftType.map:
        this.#skipMap();
        return;
      case ThriftType.struct:
        this.struct(() => false);
        return;
      default:
        throw this.#fault(`a value of the unknown type ${type} in its metadata`);
    }
  }

  #skipMap(): void {
    this.#descend();
    const count = this.#varint();
    const types = count === 0 ? 0 : this.#byte();
    for (let i = 0; i < count; i++) {
      this.#skip(types >> 4, true);
      this.#skip(types & 15, true);
    }
    this.#depth -= 1;
  }

  #listHeader(): { readonly count: number; readonly type: number } {
    const header = this.#byte();
    const short = header >> 4;
    const type = header & 15;
    const count = short === 15 ? this.#varint() : short;
    // an item is a byte or more: a list that claims more than is there is found out before it is walked
    if (count > this.#end - this.at) throw this.#short();
    return { count, type };
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#fault(`metadata more than ${MAX_DEPTH} levels deep`);
  }

  #binary(): number {
    const length = this.#varint();
    const start = this.at;
    this.#pass(length);
    return start;
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw this.#fault('a number of more than 64 bits in its metadata');
  }

  #byte(): number {
    if (this.at >= this.#end) throw this.#short();
    return this.#bytes[this.at++]!;
  }

  #pass(length: number): void {
    if (length > this.#end - this.at) throw this.#short();
    this.at += length;
  }

  #short(): InputError {
    this.isShort = true;
    return this.#fault('its metadata ends in the middle');
  }
}
