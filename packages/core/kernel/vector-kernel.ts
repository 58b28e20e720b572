/**
 * Vectors in outcome lines: see `src/record/vector-pack.ts`, which says what these functions have to do. AssemblyScript,
 * compiled together with `byte-kernel.ts`.
 */

const MAX_DIGITS: u64 = 0x3fffffff;
const PLAIN_FORMS: u64 = 18;
const MAX_PACKED_BYTES: usize = 6 * 16_384;

const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const WHOLE_POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);
/** The exponents of the forms from 18 on. */
const EXPONENTS: usize = memory.data<u8>([4, 5, 6, 7, 5, 6, 7, 8, 7, 8, 9, 10, 11, 12]);

/** Eight zeros, as text. */
const ZEROS: u64 = 0x3030303030303030;

/** How many of eight bytes, from the lowest, are digits, once `ZEROS` was taken from them. */
// @ts-ignore: decorator
@inline
function digitCount(bytes: u64): usize {
  // of no byte above 9 the count of trailing zeros is 64
  return <usize>(ctz<u64>(((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080) >> 3);
}

/** The number that the lowest `count` of eight digits make; not for 0. */
// @ts-ignore: decorator
@inline
function eightDigits(digits: u64, count: usize): u64 {
  // leading zeros take the place of what is not there
  let v = digits << ((8 - count) << 3);
  v = v * 10 + (v >> 8);
  return ((v & 0x000000ff000000ff) * 0x000f424000000064 + ((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

/** What `readDigits` read. */
let digitsRead: u64 = 0;

/** The digits at `at` behind those that are `digits`; the address behind them. All of them are in `digitsRead`, unless too many. */
// @ts-ignore: decorator
@inline
function readDigits(at: usize, digits: u64): usize {
  while (true) {
    const bytes = load<u64>(at) ^ ZEROS;
    const count = digitCount(bytes);
    if (count > 0) digits = digits * load<u64>(WHOLE_POWERS + (count << 3)) + eightDigits(bytes, count);
    // stays above what fits, and below what overflows
    if (digits > MAX_DIGITS) digits = 2 * MAX_DIGITS;
    at += count;
    if (count < 8) break;
  }
  digitsRead = digits;
  return at;
}

// @ts-ignore: decorator
@inline
function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

/** The form of the exponent at `at`, its letter included, and its length times 256; 0 when it is none of those. */
function exponentForm(at: usize): u32 {
  const letter: u32 = load<u8>(at);
  if (load<u8>(at + 1) !== 0x2d) return 0;
  const first: u32 = <u32>load<u8>(at + 2) - 0x30;
  const second: u32 = <u32>load<u8>(at + 3) - 0x30;
  if (first > 9) return 0;
  if (second > 9) {
    if (letter === 0x45) return first >= 4 && first <= 7 ? 0x300 + 18 + (first - 4) : 0;
    return first >= 7 ? 0x300 + 26 + (first - 7) : 0;
  }
  if (letter === 0x45 || isDigit(at + 4)) return 0;
  if (first === 0) return second >= 5 && second <= 8 ? 0x400 + 22 + (second - 5) : 0;
  return first === 1 && second <= 2 ? 0x400 + 29 + second : 0;
}

/**
 * Packs the JSON array of numbers at `at`, of which nothing is known but that a byte that is no digit stands before `end`;
 * the address behind its last character. `arrayEnd()` is that behind the array. 0 when it cannot be packed.
 */
export function packVector(at: usize, end: usize, to: usize): usize {
  if (at >= end || load<u8>(at) !== 0x5b) return 0;
  const most = to + MAX_PACKED_BYTES;
  let i = at + 1;
  while (i < end) {
    if (to === most) return 0;
    const sign: u64 = load<u8>(i) === 0x2d ? 1 : 0;
    i += <usize>sign;
    let digits: u64 = 0;
    let form: u64 = 0;
    let isCommon = false;
    if (load<u16>(i) === 0x2e30) {
      // nearly all: a zero, a point and up to 15 digits, which two loads hold; without branches, as lengths differ at random
      const first = load<u64>(i + 2) ^ ZEROS;
      const second = load<u64>(i + 10) ^ ZEROS;
      const firstCount = digitCount(first);
      const secondCount = firstCount === 8 ? digitCount(second) : 0;
      const power = load<u64>(WHOLE_POWERS + (secondCount << 3));
      digits = eightDigits(first, firstCount) * power + (secondCount === 0 ? 0 : eightDigits(second, secondCount));
      form = firstCount + secondCount;
      isCommon = firstCount !== 0 && form < 16 && digits <= MAX_DIGITS;
    }
    if (isCommon) {
      i += 2 + <usize>form;
      if ((load<u8>(i) | 0x20) === 0x65) return 0;
    } else {
      const first: u32 = load<u8>(i);
      const wholeEnd = readDigits(i, 0);
      const whole = wholeEnd - i;
      if (whole === 0 || (whole > 1 && first === 0x30)) return 0;
      i = wholeEnd;
      form = 0;
      if (load<u8>(i) === 0x2e) {
        const after = readDigits(i + 1, digitsRead);
        form = after - i - 1;
        if (form === 0) return 0;
        i = after;
      }
      digits = digitsRead;
      if (digits > MAX_DIGITS) return 0;
      if ((load<u8>(i) | 0x20) === 0x65) {
        const found = exponentForm(i);
        if (found === 0 || whole !== 1 || first === 0x30) return 0;
        form = found & 0xff;
        i += found >> 8;
      } else if (form >= PLAIN_FORMS) return 0;
    }
    const x = digits | (sign << 30) | (form << 31);
    const spread =
      (x & 0x3f) |
      ((x & 0xfc0) << 2) |
      ((x & 0x3f000) << 4) |
      ((x & 0xfc0000) << 6) |
      ((x & 0x3f000000) << 8) |
      ((x & 0xfc0000000) << 10);
    const characters = spread + 0x3e3e3e3e3e3e + (((spread + 0x626262626262) >> 7) & 0x010101010101);
    store<u32>(to, <u32>characters);
    store<u16>(to + 4, <u16>(characters >> 32));
    to += 6;
    const behind = load<u8>(i);
    i += 1;
    if (behind === 0x2c) continue;
    if (behind !== 0x5d || i > end) return 0;
    behindArray = i;
    return to;
  }
  return 0;
}

let behindArray: usize = 0;

/** The address behind the array that was packed last. */
export function arrayEnd(): usize {
  return behindArray;
}

/** Decimal digits of a whole number. */
// @ts-ignore: decorator
@inline
function placesOf(digits: u64): u32 {
  let places: u32 = 0;
  for (let rest = digits; rest >= 10; rest /= 10) places += 1;
  return places;
}

/** Makes 32-bit floats of the packed vector `[from, end)`; how many. */
export function unpackFloats(from: usize, end: usize, to: usize): usize {
  const start = to;
  for (; from + 6 <= end; from += 6) {
    const characters = <u64>load<u32>(from) | (<u64>load<u16>(from + 4) << 32);
    const moved = characters - 0x3e3e3e3e3e3e;
    const spread = (moved - (((moved + 0x616161616161) >> 7) & 0x010101010101)) & 0x3f3f3f3f3f3f;
    const x =
      (spread & 0x3f) |
      ((spread >> 2) & 0xfc0) |
      ((spread >> 4) & 0x3f000) |
      ((spread >> 6) & 0xfc0000) |
      ((spread >> 8) & 0x3f000000) |
      ((spread >> 10) & 0xfc0000000);
    const digits = x & MAX_DIGITS;
    let scale = <usize>(x >> 31);
    if (scale >= PLAIN_FORMS) scale = <usize>load<u8>(EXPONENTS + scale - 18) + placesOf(digits);
    const number = <f64>digits / load<f64>(POWERS + (scale << 3));
    store<f32>(to, <f32>((x & 0x40000000) !== 0 ? -number : number));
    to += 4;
  }
  return (to - start) >> 2;
}

/** Writes the packed vector `[from, end)` as the JSON array that it was; the address behind it. */
export function vectorText(from: usize, end: usize, to: usize): usize {
  store<u8>(to, 0x5b);
  to += 1;
  for (let i = from; i + 6 <= end; i += 6) {
    if (i > from) {
      store<u8>(to, 0x2c);
      to += 1;
    }
    to = numberText(i, to);
  }
  store<u8>(to, 0x5d);
  return to + 1;
}

function numberText(from: usize, to: usize): usize {
  let x: u64 = 0;
  for (let i: usize = 0; i < 6; i++) {
    const byte: u32 = load<u8>(from + i);
    x |= <u64>((byte > 0x5c ? byte - 0x3f : byte - 0x3e) & 63) << (6 * i);
  }
  let digits = x & MAX_DIGITS;
  if ((x & 0x40000000) !== 0) {
    store<u8>(to, 0x2d);
    to += 1;
  }
  const form = <usize>(x >> 31);
  const places: usize = form < 18 ? form : <usize>placesOf(digits);
  let length: usize = <usize>placesOf(digits) + 1;
  if (length <= places) length = places + 1;
  const end = to + length + (places > 0 ? 1 : 0);
  for (let i = end - 1; i >= to; i--) {
    if (places > 0 && i === end - 1 - places) {
      store<u8>(i, 0x2e);
      continue;
    }
    store<u8>(i, <u8>(0x30 + (digits % 10)));
    digits /= 10;
  }
  if (form < 18) return end;
  store<u8>(end, form < 22 ? 0x45 : 0x65);
  store<u8>(end + 1, 0x2d);
  const exponent: u32 = load<u8>(EXPONENTS + form - 18);
  if (form >= 22 && form < 26) {
    store<u8>(end + 2, 0x30);
    store<u8>(end + 3, <u8>(0x30 + exponent));
    return end + 4;
  }
  if (exponent < 10) {
    store<u8>(end + 2, <u8>(0x30 + exponent));
    return end + 3;
  }
  store<u8>(end + 2, 0x31);
  store<u8>(end + 3, <u8>(0x30 + exponent - 10));
  return end + 4;
}
