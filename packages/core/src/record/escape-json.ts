import { InvariantError } from '../errors/index.ts';
import { addressOf, kernelFunctions } from './kernel.ts';

/** Bytes of `u00XX` digits. */
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** For each byte: 0 when it stands in a JSON string as it is, the letter after the backslash, or 1 for `\u00XX`. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(1, 0, 0x20);
for (const [byte, letter] of [
  [0x22, '"'],
  [0x5c, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0);
}

/** Most bytes that one byte of text can become: `\u0000`. */
export const MAX_ESCAPED = 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The top bit of each of four bytes, as a signed 32-bit integer. */
const TOP_BITS = 0x80808080 | 0;

/** A block of bytes with a view that reads and writes four of them at once, at any offset. */
export interface ByteView {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of the first byte in the kernel's memory; -1 for a block that is not there. */
  readonly address: number;
}

/** Make it once for each block: a view is an object. */
export function byteView(bytes: Uint8Array): ByteView {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), address: addressOf(bytes) };
}

/**
 * The view, checked: throws when another copy of this package made it, since its address is one of that copy's memory and would be
 * read in ours. Two copies are there when a program loads the source beside what is built of it, or two versions.
 */
export function ownView(view: ByteView): ByteView {
  const { address } = view;
  if (address === addressOf(view.bytes)) return view;
  throw new InvariantError(
    `a block at address ${address} of another memory: the writer and the rows use two copies of @batchrock/core; load one alone`,
  );
}

/**
 * Writes `from.bytes[start..end)` to `to` at `at` as the inside of a JSON string, byte for byte what `JSON.stringify` makes of
 * that UTF-8 text; returns the offset after it. With `doubled`, each `""` of the source means one `"` (a quoted CSV cell).
 * There must be room for `MAX_ESCAPED` bytes for each source byte.
 *
 * The hottest loop of the product: eight plain bytes are tested and copied at once, since nearly all bytes are plain. A byte
 * needs no escape when its top bit is set, or when `byte ^ 2` is 33 or more (no control byte, no quote) and it is no
 * backslash; both are told for four bytes by an addition that carries into each byte's top bit and no further.
 */
export function writeEscaped(from: ByteView, start: number, end: number, doubled: boolean, to: ByteView, at: number): number {
  if (from.address >= 0 && to.address >= 0) {
    const { address } = from;
    return kernelFunctions().escape(address + start, address + end, doubled, to.address + at) - to.address;
  }
  const source = from.bytes;
  const words = from.view;
  const out = to.bytes;
  const outWords = to.view;
  const lastEight = end - 8;
  let i = start;
  while (i < end) {
    while (i <= lastEight) {
      const x = words.getInt32(i, true);
      const y = words.getInt32(i + 4, true);
      const x7 = x & 0x7f7f7f7f;
      const y7 = y & 0x7f7f7f7f;
      const plainX = (((x7 ^ 0x02020202) + 0x5f5f5f5f) & ((x7 ^ 0x5c5c5c5c) + 0x7f7f7f7f)) | x;
      const plainY = (((y7 ^ 0x02020202) + 0x5f5f5f5f) & ((y7 ^ 0x5c5c5c5c) + 0x7f7f7f7f)) | y;
      if ((plainX & plainY & TOP_BITS) !== TOP_BITS) break;
      outWords.setInt32(at, x, true);
      outWords.setInt32(at + 4, y, true);
      i += 8;
      at += 8;
    }
    const stop = i <= lastEight ? i + 8 : end;
    while (i < stop) {
      const byte = source[i++]!;
      const letter = ESCAPES[byte]!;
      if (letter === 0) {
        out[at++] = byte;
        continue;
      }
      out[at++] = BACKSLASH;
      if (letter !== 1) {
        out[at++] = letter;
        if (doubled && byte === QUOTE) i++;
        continue;
      }
      out[at] = 0x75;
      out[at + 1] = 0x30;
      out[at + 2] = 0x30;
      out[at + 3] = HEX[byte >> 4]!;
      out[at + 4] = HEX[byte & 15]!;
      at += 5;
    }
  }
  return at;
}

/** Bytes that `writeEscaped` would write. */
export function escapedLength(source: Uint8Array, start: number, end: number, doubled: boolean): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const letter = ESCAPES[source[i]!]!;
    length += letter === 0 ? 1 : letter === 1 ? MAX_ESCAPED : 2;
    if (doubled && source[i] === QUOTE) i++;
  }
  return length;
}

/** Copies bytes; returns the offset after them. Below some 200 bytes this is quicker than a `set` of a new subarray. */
export function copyBytes(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  if (from.address >= 0 && to.address >= 0 && end - start >= 16) {
    kernelFunctions().copy(from.address + start, from.address + end, to.address + at);
    return at + end - start;
  }
  if (end - start >= 192) {
    to.bytes.set(from.bytes.subarray(start, end), at);
    return at + end - start;
  }
  let i = start;
  for (const lastEight = end - 8; i <= lastEight; i += 8) {
    to.view.setInt32(at, from.view.getInt32(i, true), true);
    to.view.setInt32(at + 4, from.view.getInt32(i + 4, true), true);
    at += 8;
  }
  while (i < end) to.bytes[at++] = from.bytes[i++]!;
  return at;
}
