import { Buffer } from 'node:buffer';
import { utf8 } from '../writing/bytes.ts';
import type { Bounds } from './file-layout.ts';

/** Bytes of a least or greatest value that are kept: enough to skip by, and a footer that stays small. */
const KEPT_BYTES = 64;

/** The least and the greatest text of a row group, in the order of their bytes, each cut to its first 64 bytes. */
export class TextBounds {
  readonly #min = new Uint8Array(KEPT_BYTES);
  readonly #max = new Uint8Array(KEPT_BYTES);
  /** The first four bytes as a number, zeros where there are fewer: nearly all values are told by them to lie between. */
  #minPrefix = 0;
  #maxPrefix = 0;
  #minLength = -1;
  #maxLength = -1;
  #isMinCut = false;
  #isMaxCut = false;

  see(bytes: Uint8Array, start: number, end: number): void {
    const prefix = prefixOf(bytes, start, end);
    if (prefix <= this.#minPrefix || this.#minLength < 0) this.#seeLow(bytes, start, end, prefix);
    if (prefix >= this.#maxPrefix || this.#maxLength < 0) this.#seeHigh(bytes, start, end, prefix);
  }

  #seeLow(bytes: Uint8Array, start: number, end: number, prefix: number): void {
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const isFirst = this.#minLength < 0;
    const common = isFirst ? 0 : commonBytes(bytes, start, stop, this.#min, this.#minLength);
    if (isFirst || compareBehind(common, bytes, start, stop, this.#min, this.#minLength) < 0) {
      this.#minLength = keep(common, bytes, start, stop, this.#min);
      this.#isMinCut = isCut;
      this.#minPrefix = prefix;
    }
  }

  #seeHigh(bytes: Uint8Array, start: number, end: number, prefix: number): void {
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const isFirst = this.#maxLength < 0;
    const common = isFirst ? 0 : commonBytes(bytes, start, stop, this.#max, this.#maxLength);
    const toMax = isFirst ? 1 : compareBehind(common, bytes, start, stop, this.#max, this.#maxLength);
    if (toMax > 0) {
      this.#maxLength = keep(common, bytes, start, stop, this.#max);
      this.#isMaxCut = isCut;
      this.#maxPrefix = prefix;
    } else if (toMax === 0) this.#isMaxCut ||= isCut;
  }

  /** Undefined when there is no value, or none that bounds what was cut. Begins anew. */
  take(): Bounds | undefined {
    if (this.#minLength < 0) return undefined;
    const min = cutAtCharacter(this.#min.subarray(0, this.#minLength), this.#isMinCut);
    const kept = cutAtCharacter(this.#max.subarray(0, this.#maxLength), this.#isMaxCut);
    const max = this.#isMaxCut ? textAfter(kept) : kept;
    const bounds = max && { min, max, isMinExact: !this.#isMinCut, isMaxExact: !this.#isMaxCut };
    this.#minLength = this.#maxLength = -1;
    this.#minPrefix = this.#maxPrefix = 0;
    this.#isMinCut = this.#isMaxCut = false;
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
