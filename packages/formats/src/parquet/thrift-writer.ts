import { utf8 } from '../writing/bytes.ts';

/** Types of a field in Thrift's compact protocol. */
const Kind = { true: 1, false: 2, i8: 3, i16: 4, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** A value of a Thrift struct; the kind cannot be told from a number alone. */
export type ThriftValue =
  | { readonly i8: number }
  | { readonly i16: number }
  | { readonly i32: number }
  /** Exact up to 2^53. */
  | { readonly i64: number }
  | { readonly binary: Uint8Array }
  | { readonly text: string }
  | { readonly bool: boolean }
  | { readonly list: readonly ThriftValue[]; readonly of: 'i32' | 'text' | 'struct' }
  | { readonly struct: ThriftStruct }
  /** A struct that is encoded already. */
  | { readonly encoded: Uint8Array };

/** Fields by their id; those that are undefined are left out. */
export type ThriftStruct = Readonly<Record<number, ThriftValue | undefined>>;

const LIST_KINDS = { i32: Kind.i32, text: Kind.binary, struct: Kind.struct } as const;

/** Encodes a struct in Thrift's compact protocol, as Parquet's footer and page headers are. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const out = new Bytes();
  putStruct(out, struct);
  return out.slice();
}

/** Bytes that grow. */
class Bytes {
  #bytes = new Uint8Array(256);
  #length = 0;

  push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  slice(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

function putStruct(out: Bytes, struct: ThriftStruct): void {
  let last = 0;
  // whole-number keys come in rising order, whatever order they were written in
  for (const [key, value] of Object.entries(struct)) {
    if (value === undefined) continue;
    const id = Number(key);
    const kind = kindOf(value);
    if (id - last <= 15) out.push(((id - last) << 4) | kind);
    else {
      out.push(kind);
      putVarint(out, zigzag(id));
    }
    last = id;
    if (!('bool' in value)) putValue(out, value);
  }
  out.push(0);
}

function kindOf(value: ThriftValue): number {
  if ('bool' in value) return value.bool ? Kind.true : Kind.false;
  if ('i8' in value) return Kind.i8;
  if ('i16' in value) return Kind.i16;
  if ('i32' in value) return Kind.i32;
  if ('i64' in value) return Kind.i64;
  if ('list' in value) return Kind.list;
  return 'struct' in value || 'encoded' in value ? Kind.struct : Kind.binary;
}

function putValue(out: Bytes, value: ThriftValue): void {
  if ('i8' in value) out.push(value.i8 & 0xff);
  else if ('i16' in value) putVarint(out, zigzag(value.i16));
  else if ('i32' in value) putVarint(out, zigzag(value.i32));
  else if ('i64' in value) putVarint(out, zigzag(value.i64));
  else if ('binary' in value) putBinary(out, value.binary);
  else if ('text' in value) putBinary(out, utf8(value.text));
  else if ('list' in value) putList(out, value.list, LIST_KINDS[value.of]);
  else if ('struct' in value) putStruct(out, value.struct);
  else if ('encoded' in value) out.append(value.encoded);
}

function putList(out: Bytes, list: readonly ThriftValue[], kind: number): void {
  if (list.length < 15) out.push((list.length << 4) | kind);
  else {
    out.push(0xf0 | kind);
    putVarint(out, list.length);
  }
  for (const each of list) putValue(out, each);
}

function putBinary(out: Bytes, bytes: Uint8Array): void {
  putVarint(out, bytes.length);
  out.append(bytes);
}

/** Signed to unsigned, small numbers first. Doubles hold it exactly for every value that the footer has. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Seven bits a byte, the low ones first; without shifts, which would cut at 32 bits. */
function putVarint(out: Bytes, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}
