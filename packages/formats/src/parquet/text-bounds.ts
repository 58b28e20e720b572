import { Buffer } from 'node:buffer';
import { utf8 } from '../writing/bytes.ts';
import { type ColumnState, Field } from './column-state.ts';
import type { Bounds } from './file-layout.ts';

/** Bytes of a least or greatest value that are kept: enough to skip by, and a footer that stays small. */
const KEPT_BYTES = 64;

/** The least and the greatest text of a row group, in the order of their bytes, each cut to its first 64 bytes. */
export class TextBounds {
  readonly #words: Int32Array;
  readonly #min: Uint8Array;
  readonly #max: Uint8Array;

  constructor({ words, min, max }: ColumnState) {
    this.#words = words;
    this.#min = min;
    this.#max = max;
    words[Field.minLength] = words[Field.maxLength] = -1;
  }

  see(bytes: Uint8Array, start: number, end: number): void {
    const words = this.#words;
    // the first four bytes as a number, zeros where there are fewer: nearly all values are told by them to lie between
    const prefix = prefixOf(bytes, start, end);
    if (prefix <= words[Field.minPrefix]! >>> 0 || words[Field.minLength]! < 0) this.#seeLow(bytes, start, end, prefix);
    if (prefix >= words[Field.maxPrefix]! >>> 0 || words[Field.maxLength]! < 0) this.#seeHigh(bytes, start, end, prefix);
  }

  #seeLow(bytes: Uint8Array, start: number, end: number, prefix: number): void {
    const words = this.#words;
    const length = words[Field.minLength]!;
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const common = length < 0 ? 0 : commonBytes(bytes, start, stop, this.#min, length);
    if (length >= 0 && compareBehind(common, bytes, start, stop, this.#min, length) >= 0) return;
    words[Field.minLength] = keep(common, bytes, start, stop, this.#min);
    words[Field.isMinCut] = isCut ? 1 : 0;
    words[Field.minPrefix] = prefix;
  }

  #seeHigh(bytes: Uint8Array, start: number, end: number, prefix: number): void {
    const words = this.#words;
    const length = words[Field.maxLength]!;
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const common = length < 0 ? 0 : commonBytes(bytes, start, stop, this.#max, length);
    const toMax = length < 0 ? 1 : compareBehind(common, bytes, start, stop, this.#max, length);
    if (toMax > 0) {
      words[Field.maxLength] = keep(common, bytes, start, stop, this.#max);
      words[Field.isMaxCut] = isCut ? 1 : 0;
      words[Field.maxPrefix] = prefix;
    } else if (toMax === 0 && isCut) words[Field.isMaxCut] = 1;
  }

  /** Undefined when there is no value, or none that bounds what was cut. Begins anew. */
  take(): Bounds | undefined {
    const words = this.#words;
    if (words[Field.minLength]! < 0) return undefined;
    const isMinCut = words[Field.isMinCut] === 1;
    const isMaxCut = words[Field.isMaxCut] === 1;
    const min = cutAtCharacter(this.#min.subarray(0, words[Field.minLength]), isMinCut);
    const kept = cutAtCharacter(this.#max.subarray(0, words[Field.maxLength]), isMaxCut);
    const max = isMaxCut ? textAfter(kept) : kept;
    const bounds = max && { min, max, isMinExact: !isMinCut, isMaxExact: !isMaxCut };
    words[Field.minLength] = words[Field.maxLength] = -1;
    words[Field.minPrefix] = words[Field.maxPrefix] = words[Field.isMinCut] = words[Field.isMaxCut] = 0;
    return bounds;
  }
}

function prefixOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= 4) {
    return ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!) >>> 0;
  }
  let prefix = 0;
  for (let i = start; i < start + 4; i++) prefix = prefix * 256 + (i < end ? bytes[i]! : 0);
  return prefix;
}

/** How many bytes the value begins with that the kept one does too. */
function commonBytes(bytes: Uint8Array, start: number, end: number, kept: Uint8Array, length: number): number {
  const most = Math.min(end - start, length);
  let common = 0;
  while (common < most && bytes[start + common] === kept[common]) common++;
  return common;
}

function compareBehind(common: number, bytes: Uint8Array, start: number, end: number, kept: Uint8Array, length: number): number {
  const isEnd = common === length || start + common === end;
  return isEnd ? end - start - length : bytes[start + common]! - kept[common]!;
}

/** Keeps a value whose first bytes are there: ids rise from row to row, and differ in their last. */
function keep(common: number, bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  for (let i = start + common; i < end; i++) into[i - start] = bytes[i]!;
  return end - start;
}

/** A copy, without the character at its end that was cut in its middle. */
function cutAtCharacter(bytes: Uint8Array, isCut: boolean): Uint8Array {
  if (!isCut) return bytes.slice();
  let end = bytes.length;
  // back to where the last character begins
  while (end > 0 && (bytes[end - 1]! & 0xc0) === 0x80) end -= 1;
  const first = bytes[end - 1] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return bytes.slice(0, end - 1 + length <= bytes.length ? end - 1 + length : end - 1);
}

/** A short text that is greater than every text that begins with this one; undefined when there is none. */
function textAfter(prefix: Uint8Array): Uint8Array | undefined {
  const characters = [...Buffer.from(prefix).toString('utf8')];
  while (characters.length > 0) {
    const code = characters.pop()!.codePointAt(0)!;
    if (code === 0x10ffff) continue;
    // the code points of surrogates are no characters
    const next = code === 0xd7ff ? 0xe000 : code + 1;
    return utf8(characters.join('') + String.fromCodePoint(next));
  }
  return undefined;
}
