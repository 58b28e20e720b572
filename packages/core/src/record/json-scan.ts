import type { ByteView } from './escape-json.ts';
import { kernelFunctions } from './kernel.ts';
import { kernelScratch, SCRATCH_OUT_BYTES } from './kernel-scratch.ts';

/**
 * Walking JSON by bytes, without making values. These functions find where things end; they do not prove that the text is
 * valid JSON. What is copied out of a line is checked by `skipSoundString` and `checkVector`; what is skipped is not.
 * Every function takes the end of the text, and answers -1 when the text ends too early.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The top bit of each of four bytes, as a signed 32-bit integer. */
const TOP_BITS = 0x80808080 | 0;

/** The first byte at or after `at` that is no white space; `end` when there is none. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
    i += 1;
  }
  return end;
}

/**
 * The first byte at or after `at` that does not stand for itself in a JSON string: a quote, a backslash or a control byte.
 * Looks at eight bytes at once, as `writeEscaped` does and explains.
 */
export function skipPlain({ bytes, view }: ByteView, at: number, end: number): number {
  const lastEight = end - 8;
  let i = at;
  while (i <= lastEight) {
    const x = view.getInt32(i, true);
    const y = view.getInt32(i + 4, true);
    const x7 = x & 0x7f7f7f7f;
    const y7 = y & 0x7f7f7f7f;
    const plainX = (((x7 ^ 0x02020202) + 0x5f5f5f5f) & ((x7 ^ 0x5c5c5c5c) + 0x7f7f7f7f)) | x;
    const plainY = (((y7 ^ 0x02020202) + 0x5f5f5f5f) & ((y7 ^ 0x5c5c5c5c) + 0x7f7f7f7f)) | y;
    if ((plainX & plainY & TOP_BITS) !== TOP_BITS) break;
    i += 8;
  }
  while (i < end) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return i;
    i += 1;
  }
  return end;
}

/** `at` is the first byte inside a string; the position after its closing quote. No string goes on past an LF. */
export function skipString(text: ByteView, at: number, end: number): number {
  let i = at;
  for (;;) {
    i = skipPlain(text, i, end);
    if (i >= end) return -1;
    const byte = text.bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === 0x0a || (byte === BACKSLASH && text.bytes[i + 1] === 0x0a)) return -1;
    i += byte === BACKSLASH ? 2 : 1;
  }
}

/** `at` is the first byte of a value; the position after it. Brackets are counted, not paired. */
export function skipValue(text: ByteView, at: number, end: number): number {
  const { bytes } = text;
  const first = bytes[at];
  if (at >= end) return -1;
  if (first === QUOTE) return skipString(text, at + 1, end);
  if (first === 0x5b) return skipArray(text, at, end);
  if (first === 0x7b) return skipNested(text, at, end);
  let i = at;
  while (i < end && isScalarByte(bytes[i]!)) i += 1;
  return i === at ? -1 : i;
}

/** The first vector of a job is walked: some ten thousand bytes, for which V8 would compile the loop three times. */
function skipArray(text: ByteView, at: number, end: number): number {
  const { address } = text;
  const after = address < 0 ? 0 : kernelFunctions().skipNumbers(address + at, address + end);
  return after === 0 ? skipNested(text, at, end) : after - address;
}

function skipNested(text: ByteView, at: number, end: number): number {
  const { bytes } = text;
  let depth = 0;
  let i = at;
  while (i < end) {
    const byte = bytes[i]!;
    i += 1;
    if (byte === QUOTE) {
      i = skipString(text, i, end);
      if (i < 0) return -1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

/** Bytes of numbers and of `true`, `false` and `null`. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

/** True when `bytes[start..end)` is exactly `text`. */
export function spells(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** True when a backslash stands in `bytes[start..end)`. For short spans. */
export function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/**
 * Like `skipString`, but -1 also for what may not stand in a JSON string as it is: escapes that are none, raw control bytes,
 * bytes that are not UTF-8. What it accepts may be copied.
 */
export function skipSoundString(text: ByteView, at: number, end: number): number {
  const { bytes } = text;
  let i = at;
  for (;;) {
    i = skipPlain(text, i, end);
    if (i >= end || bytes[i]! < 0x20) return -1;
    if (bytes[i] === QUOTE) return isUtf8(text, at, i) ? i + 1 : -1;
    const length = escapeLength(bytes, i, end);
    if (length === 0) return -1;
    i += length;
  }
}

/** True when `bytes[start..end)` is UTF-8 (RFC 3629). */
export function isUtf8({ bytes, view }: ByteView, start: number, end: number): boolean {
  const lastEight = end - 8;
  let i = start;
  while (i < end) {
    while (i <= lastEight && ((view.getInt32(i, true) | view.getInt32(i + 4, true)) & TOP_BITS) === 0) i += 8;
    const stop = i <= lastEight ? i + 8 : end;
    while (i < stop) {
      if (bytes[i]! < 0x80) {
        i += 1;
        continue;
      }
      const length = utf8Length(bytes, i, end);
      if (length === 0) return false;
      i += length;
    }
  }
  return true;
}

/** Bytes of the escape at `at`, 0 when it is none. */
function escapeLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 0;
  switch (bytes[at + 1]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 2;
    case 0x75: // u
      if (at + 6 > end) return 0;
      for (let i = at + 2; i < at + 6; i++) if (hexValue(bytes[i]!) < 0) return 0;
      return 6;
    default:
      return 0;
  }
}

/** The value of a hexadecimal digit, -1 when it is none. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Bytes of the UTF-8 character that begins at `at` with a byte from 0x80 (RFC 3629, section 4); 0 when it is none. */
function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > end) return 0;
  const second = bytes[at + 1]!;
  // no overlong forms, no surrogates, nothing above U+10FFFF
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = at + 2; i < at + length; i++) if ((bytes[i]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** The whole number in `bytes[start..end)`; -1 when it is written in another way than plain digits, 15 at the most. */
export function plainInteger(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 1 || length > 15 || (length > 1 && bytes[start] === 0x30)) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** True when `bytes[start..end)` of the text is a JSON array of one or more numbers and nothing else. */
export function checkVector(text: ByteView, start: number, end: number): boolean {
  const { bytes } = text;
  if (end - start < 3 || bytes[start] !== 0x5b || bytes[end - 1] !== 0x5d) return false;
  if (isPackable(text, start, end)) return true;
  const last = end - 1;
  let i = skipSpace(bytes, start + 1, last);
  while (i < last) {
    i = skipNumber(bytes, i, last);
    if (i < 0) return false;
    i = skipSpace(bytes, i, last);
    if (i === last) return true;
    if (bytes[i] !== 0x2c) return false;
    i = skipSpace(bytes, i + 1, last);
  }
  return false;
}

/** True for a vector that the kernel packs: then it is one. */
function isPackable({ address }: ByteView, start: number, end: number): boolean {
  const scratch = address < 0 ? undefined : kernelScratch();
  if (scratch === undefined) return false;
  const { packVector, arrayEnd } = kernelFunctions();
  return (
    packVector(address + start, address + end, scratch.out, scratch.out + SCRATCH_OUT_BYTES) > 0 && arrayEnd() === address + end
  );
}

/** `at` is the first byte of a number by the grammar of RFC 8259, section 6; the position after it, -1 when it is none. */
export function skipNumber(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  if (bytes[i] === 0x2d) i += 1;
  const whole = skipDigits(bytes, i, end);
  if (whole === i || (bytes[i] === 0x30 && whole > i + 1)) return -1;
  i = whole;
  if (i < end && bytes[i] === 0x2e) {
    const fraction = skipDigits(bytes, i + 1, end);
    if (fraction === i + 1) return -1;
    i = fraction;
  }
  if (i < end && (bytes[i]! | 0x20) === 0x65) {
    i += 1;
    if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i += 1;
    const exponent = skipDigits(bytes, i, end);
    // three digits may overflow to infinity, which is no finite number: leave those to the slow path
    if (exponent === i || exponent - i > 2) return -1;
    i = exponent;
  }
  return i;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i += 1;
  return i;
}
