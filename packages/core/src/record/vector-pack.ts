import { type ByteView, copyBytes } from './escape-json.ts';
import { kernelFunctions } from './kernel.ts';

/**
 * Vectors in outcome lines. A number such as `-0.012345678` is kept as six characters instead of a dozen: its digits as one
 * whole number below 2^30, its sign, and one of 32 ways to write a point or an exponent. So each number is written again
 * exactly as it came, and made a float by one division, without parsing it twice. What has another form, or more digits,
 * keeps its whole vector as text.
 *
 * 36 bits a number, from the lowest: 30 of the digits, the sign, 5 of the form. Six of them are a character: those from `>`
 * to `~` without the backslash, in order, the lowest bits first.
 */

/** Characters of a packed number. */
export const PACKED_NUMBER = 6;
/** Longer vectors stay text. */
export const MAX_PACKED_NUMBERS = 16_384;
/** Most bytes of text that a packed number makes, its comma included: `-0.00000001234567890,`. */
const MAX_NUMBER_TEXT = 21;

const MAX_DIGITS = 0x3fffffff;
/** Forms 0 to 17: so many digits stand behind the point, which is not there for 0. */
const PLAIN_FORMS = 18;

/** The forms with an exponent, from 18 on: what stands before its digits, the digits as they are written, its value. */
const EXPONENTS: readonly { readonly text: string; readonly value: number }[] = [
  ...['E-4', 'E-5', 'E-6', 'E-7'],
  ...['e-05', 'e-06', 'e-07', 'e-08'],
  ...['e-7', 'e-8', 'e-9', 'e-10', 'e-11', 'e-12'],
].map((text) => ({ text, value: Number(text.slice(2)) }));

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Most bytes of the text of a vector that was packed into so many. */
export function vectorTextRoom(packedBytes: number): number {
  return Math.ceil(packedBytes / PACKED_NUMBER) * MAX_NUMBER_TEXT + 2;
}

/**
 * Packs the JSON array of numbers `bytes[start..end)`, brackets included, into `out` from `at`; the offset behind the last
 * character. -1 when one of its numbers has another form, or when it is no array of one or more numbers without white space.
 */
export function packVector(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  if (end - start < 3 || bytes[start] !== 0x5b || bytes[end - 1] !== 0x5d) return -1;
  const last = end - 1;
  const most = at + PACKED_NUMBER * MAX_PACKED_NUMBERS;
  let i = start + 1;
  for (;;) {
    if (at === most) return -1;
    i = packNumber(bytes, i, last, out, at);
    if (i < 0) return -1;
    at += PACKED_NUMBER;
    if (i === last) return at;
    if (bytes[i] !== 0x2c) return -1;
    i += 1;
  }
}

/** The same by the kernel, where both lie in its memory. `to` has room for all that is packed, and 16 bytes more. */
export function packInto(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  const { address } = from;
  if (address < 0 || to.address < 0) return packVector(from.bytes, start, end, to.bytes, at);
  const { packVector: pack, arrayEnd } = kernelFunctions();
  const after = pack(address + start, address + end, to.address + at, to.address + to.bytes.length);
  return after > 0 && arrayEnd() === address + end ? after - to.address : -1;
}

function packNumber(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  const isNegative = start < end && bytes[start] === 0x2d;
  const first = isNegative ? start + 1 : start;
  let digits = 0;
  let i = first;
  for (; i < end && isDigit(bytes[i]!); i++) digits = Math.min(digits * 10 + (bytes[i]! - 0x30), 2 * MAX_DIGITS);
  const whole = i - first;
  if (whole === 0 || (whole > 1 && bytes[first] === 0x30)) return -1;
  let places = 0;
  if (i < end && bytes[i] === 0x2e) {
    const from = i + 1;
    for (i = from; i < end && isDigit(bytes[i]!); i++) digits = Math.min(digits * 10 + (bytes[i]! - 0x30), 2 * MAX_DIGITS);
    places = i - from;
    if (places === 0) return -1;
  }
  if (digits > MAX_DIGITS) return -1;
  let form = places;
  if (i < end && (bytes[i]! | 0x20) === 0x65) {
    form = exponentForm(bytes, i, end);
    if (form < 0 || whole !== 1 || digits === 0 || bytes[first] === 0x30) return -1;
    i += EXPONENTS[form - PLAIN_FORMS]!.text.length;
  } else if (places >= PLAIN_FORMS) return -1;
  put(out, at, digits, isNegative, form);
  return i;
}

function exponentForm(bytes: Uint8Array, at: number, end: number): number {
  for (let f = 0; f < EXPONENTS.length; f++) {
    const { text } = EXPONENTS[f]!;
    const after = at + text.length;
    if (after > end || (after < end && isDigit(bytes[after]!))) continue;
    let same = 0;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same += 1;
    if (same === text.length) return PLAIN_FORMS + f;
  }
  return -1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function put(out: Uint8Array, at: number, digits: number, isNegative: boolean, form: number): void {
  let rest = digits;
  for (let i = 0; i < 5; i++) {
    out[at + i] = character(rest & 63);
    rest >>>= 6;
  }
  out[at + 5] = character((isNegative ? 1 : 0) | (form << 1));
}

function character(value: number): number {
  return value + (value >= 30 ? 0x3f : 0x3e);
}

function bitsOf(byte: number): number {
  return (byte > 0x5c ? byte - 0x3f : byte - 0x3e) & 63;
}

function digitsAt(bytes: Uint8Array, at: number): number {
  let digits = 0;
  for (let i = 4; i >= 0; i--) digits = digits * 64 + bitsOf(bytes[at + i]!);
  return digits;
}

/** Digits behind the point of the form with an exponent: all but one. */
function placesOf(digits: number): number {
  return String(digits).length - 1;
}

/**
 * The numbers of a packed vector `bytes[start..end)`, quotes left out, as 32-bit floats (little-endian) at `at` of `out`: how
 * many. Each is the float nearest to the double nearest to what was written, as from `Float32Array.from(JSON.parse(…))`.
 */
export function unpackFloats(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  if (from.address >= 0 && to.address >= 0) {
    return kernelFunctions().unpackFloats(from.address + start, from.address + end, to.address + at);
  }
  const { bytes } = from;
  let count = 0;
  for (let i = start; i + PACKED_NUMBER <= end; i += PACKED_NUMBER) {
    const digits = digitsAt(bytes, i);
    const last = bitsOf(bytes[i + 5]!);
    const form = last >> 1;
    const scale = form < PLAIN_FORMS ? form : EXPONENTS[form - PLAIN_FORMS]!.value + placesOf(digits);
    const number = digits / POWERS[scale]!;
    to.view.setFloat32(at + 4 * count, (last & 1) === 1 ? -number : number, true);
    count += 1;
  }
  return count;
}

/** Writes a packed vector, quotes left out, as the JSON array that it was; the offset behind it. Room: `vectorTextRoom`. */
export function writeVectorText(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  out[at++] = 0x5b;
  for (let i = start; i + PACKED_NUMBER <= end; i += PACKED_NUMBER) {
    if (i > start) out[at++] = 0x2c;
    at = writeNumber(digitsAt(bytes, i), bitsOf(bytes[i + 5]!), out, at);
  }
  out[at] = 0x5d;
  return at + 1;
}

function writeNumber(digits: number, last: number, out: Uint8Array, at: number): number {
  if ((last & 1) === 1) out[at++] = 0x2d;
  const form = last >> 1;
  const isPlain = form < PLAIN_FORMS;
  const places = isPlain ? form : placesOf(digits);
  // one digit at the least before the point
  let count = places + 1;
  for (let power = 10 ** count; digits >= power; power *= 10) count += 1;
  const end = at + count + (places > 0 ? 1 : 0);
  let rest = digits;
  for (let i = end - 1; i >= at; i--) {
    if (places > 0 && i === end - 1 - places) {
      out[i] = 0x2e;
      continue;
    }
    const next = Math.floor(rest / 10);
    out[i] = 0x30 + (rest - next * 10);
    rest = next;
  }
  at = end;
  if (isPlain) return at;
  const { text } = EXPONENTS[form - PLAIN_FORMS]!;
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}

/** Writes the value of an embedding, packed or text, as a JSON array; the offset behind it. */
export function writeVector(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  if (from.bytes[start] !== 0x22) return copyBytes(from, start, end, to, at);
  if (from.address >= 0 && to.address >= 0) {
    return kernelFunctions().vectorText(from.address + start + 1, from.address + end - 1, to.address + at) - to.address;
  }
  return writeVectorText(from.bytes, start + 1, end - 1, to.bytes, at);
}
