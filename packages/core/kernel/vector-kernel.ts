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
const WHOLE_POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000]);
/** The exponents of the forms from 18 on. */
const EXPONENTS: usize = memory.data<u8>([4, 5, 6, 7, 5, 6, 7, 8, 7, 8, 9, 10, 11, 12]);

/**
 * Sixteen bytes each, for packing: they are loaded before a loop, since a processor makes such a constant in four steps
 * wherever it stands in the code.
 */
const ZERO_TEXTS: usize = memory.data<u8>([48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48], 16);
const NINES: usize = memory.data<u8>([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9], 16);
/** The order that moves sixteen bytes to the left by sixteen. */
const ORDER: usize = memory.data<i8>([-16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1], 16);
const LOW_BYTES: usize = memory.data<u16>([255, 255, 255, 255, 255, 255, 255, 255], 16);
const TENS: usize = memory.data<u16>([10, 10, 10, 10, 10, 10, 10, 10], 16);
const HUNDREDS: usize = memory.data<u16>([100, 1, 100, 1, 100, 1, 100, 1], 16);
const TEN_THOUSANDS: usize = memory.data<u16>([10000, 1, 10000, 1, 0, 0, 0, 0], 16);

/** And for unpacking. */
const BACKSLASHES: usize = memory.data<u8>([92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92, 92], 16);
const FIRST_CHARACTERS: usize = memory.data<u8>([62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62], 16);
/** One number to each half. */
const HALVES: usize = memory.data<u8>([0, 1, 2, 3, 4, 5, 255, 255, 6, 7, 8, 9, 10, 11, 255, 255], 16);
const LOW_SIX: usize = memory.data<u16>([0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f], 16);
const HIGH_SIX: usize = memory.data<u16>([0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0, 0xfc0], 16);
const TWELVES: usize = memory.data<u16>([1, 4096, 1, 0, 1, 4096, 1, 0], 16);
const LOW_DIGITS: usize = memory.data<u64>([0xffffff, 0xffffff], 16);
const HIGH_DIGITS: usize = memory.data<u64>([0x3f000000, 0x3f000000], 16);
const WHOLE_BITS: usize = memory.data<f64>([4503599627370496, 4503599627370496], 16);
const SIGNS: usize = memory.data<u64>([0x8000000000000000, 0x8000000000000000], 16);

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
  const zeroTexts = v128.load(ZERO_TEXTS);
  const nines = v128.load(NINES);
  const order = v128.load(ORDER);
  const lowBytes = v128.load(LOW_BYTES);
  const tens = v128.load(TENS);
  const hundreds = v128.load(HUNDREDS);
  const tenThousands = v128.load(TEN_THOUSANDS);
  let i = at + 1;
  while (i < end) {
    if (to === most) return 0;
    const sign: u64 = load<u8>(i) === 0x2d ? 1 : 0;
    i += <usize>sign;
    let digits: u64 = 0;
    let form: u64 = 0;
    let isCommon = false;
    const number = i - <usize>sign;
    if (load<u16>(i) === 0x2e30) {
      // nearly all: a zero, a point and digits, sixteen bytes with what stands behind; without branches, as lengths differ at random
      const values = i8x16.sub(v128.load(number), zeroTexts);
      const others = i8x16.gt_u(values, nines);
      const count = <usize>ctz<i32>(i8x16.bitmask(others) >> (2 + <i32>sign));
      const length = 2 + <usize>sign + count;
      // moved to the end, zeros take the place of what is not there; then made ever larger numbers of two beside each other
      const ones = i8x16.swizzle(v128.andnot(values, others), i8x16.add(order, i8x16.splat(<i8>length)));
      const pairs = i16x8.add(i16x8.mul(v128.and(ones, lowBytes), tens), i16x8.shr_u(ones, 8));
      const fours = i32x4.dot_i16x8_s(pairs, hundreds);
      const eights = <u64>i64x2.extract_lane(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), tenThousands), 0);
      digits = (eights & 0xffffffff) * 100000000 + (eights >> 32);
      form = count;
      isCommon = count !== 0 && length < 16 && digits <= MAX_DIGITS;
    }
    if (isCommon) {
      i += 2 + <usize>form;
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
    const halves = (x & 0xfff) | ((x & 0xfff000) << 4) | ((x & 0xfff000000) << 8);
    const spread = (halves & 0x003f003f003f) | ((halves & 0x0fc00fc00fc0) << 2);
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

/** Digits behind the first one of a whole number below 2^30. */
// @ts-ignore: decorator
@inline
function placesOf(digits: u64): u32 {
  // of the binary length, by the logarithm of two in 4,096ths: right, or one too many
  const places = <u32>(((64 - clz<u64>(digits | 1)) * 1233) >> 12);
  return places - (places > 0 && digits < load<u64>(WHOLE_POWERS + ((<usize>places) << 3)) ? 1 : 0);
}

/** Makes 32-bit floats of the packed vector `[from, end)`; how many. */
export function unpackFloats(from: usize, end: usize, to: usize): usize {
  const start = to;
  const backslashes = v128.load(BACKSLASHES);
  const firstCharacters = v128.load(FIRST_CHARACTERS);
  const halves = v128.load(HALVES);
  const lowSix = v128.load(LOW_SIX);
  const highSix = v128.load(HIGH_SIX);
  const weights = v128.load(TWELVES);
  const lowDigits = v128.load(LOW_DIGITS);
  const highDigits = v128.load(HIGH_DIGITS);
  const wholeBits = v128.load(WHOLE_BITS);
  const signBits = v128.load(SIGNS);
  for (; from + 12 <= end; from += 12) {
    const characters = v128.load(from);
    const sixes = i8x16.add(i8x16.sub(characters, firstCharacters), i8x16.gt_s(characters, backslashes));
    // 12 bits in each of the three places of a half, then 24 and 12 bits
    const spread = i8x16.swizzle(sixes, halves);
    const twelves = v128.or(v128.and(spread, lowSix), v128.and(i16x8.shr_u(spread, 2), highSix));
    const parts = i32x4.dot_i16x8_s(twelves, weights);
    const first = <usize>(<u64>i64x2.extract_lane(parts, 0) >> 39);
    const second = <usize>(<u64>i64x2.extract_lane(parts, 1) >> 39);
    if (first >= PLAIN_FORMS || second >= PLAIN_FORMS) {
      store<f32>(to, floatOf(from));
      store<f32>(to + 4, floatOf(from + 6));
      to += 8;
      continue;
    }
    const low = v128.and(parts, lowDigits);
    const digits = v128.or(low, v128.and(i64x2.shr_u(parts, 8), highDigits));
    // the bits of 2^52 and the digits make the double of both
    const wholes = f64x2.sub(v128.or(digits, wholeBits), wholeBits);
    const powers = v128.load64_lane(POWERS + (second << 3), v128.load64_zero(POWERS + (first << 3)), 1);
    const signs = v128.and(i64x2.shl(parts, 25), signBits);
    const numbers = v128.xor(f64x2.div(wholes, powers), signs);
    v128.store64_lane(to, f32x4.demote_f64x2_zero(numbers), 0);
    to += 8;
  }
  if (from + 6 <= end) {
    store<f32>(to, floatOf(from));
    to += 4;
  }
  return (to - start) >> 2;
}

/** The float of a packed number. */
function floatOf(from: usize): f32 {
  const x = bitsOf(from);
  const digits = x & MAX_DIGITS;
  let scale = <usize>(x >> 31);
  if (scale >= PLAIN_FORMS) scale = <usize>load<u8>(EXPONENTS + scale - 18) + placesOf(digits);
  const number = <f64>digits / load<f64>(POWERS + (scale << 3));
  return <f32>((x & 0x40000000) !== 0 ? -number : number);
}

/** The 36 bits of a packed number. */
// @ts-ignore: decorator
@inline
function bitsOf(from: usize): u64 {
  const characters = <u64>load<u32>(from) | (<u64>load<u16>(from + 4) << 32);
  const moved = characters - 0x3e3e3e3e3e3e;
  const spread = (moved - (((moved + 0x616161616161) >> 7) & 0x010101010101)) & 0x3f3f3f3f3f3f;
  const halves = (spread & 0x003f003f003f) | ((spread >> 2) & 0x0fc00fc00fc0);
  return (halves & 0xfff) | ((halves >> 4) & 0xfff000) | ((halves >> 8) & 0xfff000000);
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
  const x = bitsOf(from);
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
