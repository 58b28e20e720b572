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
    if (prefix <= this.#minPrefix || this.#minLength < 0) this.#seeLow(bytes, start, end);
    if (prefix >= this.#maxPrefix || this.#maxLength < 0) this.#seeHigh(bytes, start, end);
  }

  #seeLow(bytes: Uint8Array, start: number, end: number): void {
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const toMin = this.#minLength < 0 ? -1 : compare(bytes, start, stop, this.#min, this.#minLength);
    if (toMin < 0) {
      this.#minLength = keep(bytes, start, stop, this.#min);
      this.#isMinCut = isCut;
      this.#minPrefix = prefixOf(bytes, start, stop);
    }
  }

  #seeHigh(bytes: Uint8Array, start: number, end: number): void {
    const isCut = end - start > KEPT_BYTES;
    const stop = isCut ? start + KEPT_BYTES : end;
    const toMax = this.#maxLength < 0 ? 1 : compare(bytes, start, stop, this.#max, this.#maxLength);
    if (toMax > 0) {
      this.#maxLength = keep(bytes, start, stop, this.#max);
      this.#isMaxCut = isCut;
      this.#maxPrefix = prefixOf(bytes, start, stop);
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
  let prefix = 0;
  for (let i = start; i < start + 4; i++) prefix = prefix * 256 + (i < end ? bytes[i]! : 0);
  return prefix;
}

function compare(bytes: Uint8Array, start: number, end: number, kept: Uint8Array, length: number): number {
  const common = Math.min(end - start, length);
  for (let i = 0; i < common; i++) {
    const difference = bytes[start + i]! - kept[i]!;
    if (difference !== 0) return difference;
  }
  return end - start - length;
}

function keep(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  for (let i = start; i < end; i++) into[i - start] = bytes[i]!;
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
