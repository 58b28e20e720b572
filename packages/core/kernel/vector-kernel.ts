/**
 * Vectors in outcome lines: see `src/record/vector-pack.ts`, which says what these functions have to do. AssemblyScript,
 * compiled together with `byte-kernel.ts`.
 */

const MAX_DIGITS: u64 = 0x3fffffff;
const PLAIN_FORMS: u64 = 18;
const MAX_PACKED_BYTES: usize = 6 * 16_384;
/** What is written for a pair of numbers, of which twelve count. */
const PAIR_BYTES: usize = 16;

const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const WHOLE_POWERS: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000]);
/** The exponents of the forms from 18 on. */
const EXPONENTS: usize = memory.data<u8>([4, 5, 6, 7, 5, 6, 7, 8, 7, 8, 9, 10, 11, 12]);

/** Where numbers of an array end, 4 bytes each: those that are looked for at once, and those of one block more. */
const STOPS_AT_ONCE: usize = 64;
const STOPS: usize = memory.data(4 * (64 + 64), 16);

/**
 * Sixteen bytes each, for packing: they are loaded before a loop, since a processor makes such a constant in four steps
 * wherever it stands in the code.
 */
const COMMAS: usize = memory.data<u8>([44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44], 16);
const BRACKETS: usize = memory.data<u8>([93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93, 93], 16);
const ZERO_TEXTS: usize = memory.data<u8>([48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48], 16);
/** What makes every value above 9 a value of 128 and more. */
const ABOVE_NINE: usize = memory.data<u8>([118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118], 16);
/** The sixteen bytes from the n-th on keep the last n bytes. */
const LAST_BYTES: usize = memory.data<u8>(
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
  16,
);
/** Two digits beside each other times this: the upper byte is the number that they make. */
const TENS: usize = memory.data<u16>([2561, 2561, 2561, 2561, 2561, 2561, 2561, 2561], 16);
const HUNDREDS: usize = memory.data<u16>([100, 1, 100, 1, 100, 1, 100, 1], 16);
const TEN_THOUSANDS: usize = memory.data<u16>([10000, 1, 10000, 1, 10000, 1, 10000, 1], 16);
/** The most that the first and the last eight of sixteen digits are in a number below 10^9. */
const MOST_EIGHTS: usize = memory.data<u32>([9, 99999999, 9, 99999999], 16);
const HUNDRED_MILLIONS: usize = memory.data<u32>([100000000, 1, 100000000, 1], 16);
/** Of 30 bits in each half, those from 0, from 12 and from 24 on: twelve in each place, at its upper end by the factors. */
const TWELVE_BITS: usize = memory.data<u8>([0, 1, 1, 2, 3, 255, 255, 255, 8, 9, 9, 10, 11, 255, 255, 255], 16);
const TO_THE_TOP: usize = memory.data<u16>([16, 1, 16, 0, 16, 1, 16, 0], 16);
const LOWER_SIX: usize = memory.data<u16>([0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f], 16);
const UPPER_SIX: usize = memory.data<u16>([0x3f00, 0x3f00, 0x3f00, 0x3f00, 0x3f00, 0x3f00, 0x3f00, 0x3f00], 16);
const BEFORE_BACKSLASH: usize = memory.data<u8>([29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29], 16);
/** Six bytes of each half, beside each other. */
const BOTH: usize = memory.data<u8>([0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 255, 255, 255, 255], 16);
/** More digits behind the point go the slow way: with them, the last character comes before the backslash. */
const MOST_PLACES: usize = 14;

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

/** The bits of 64 bytes, from a mask for each sixteen. */
// @ts-ignore: decorator
@inline
function bitsOf64(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = <u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16);
  return <u64>low | (<u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16)) << 32);
}

/** Notes the place of the lowest bit; the bits without it. */
// @ts-ignore: decorator
@inline
function putStop(bits: u64, block: usize, to: usize): u64 {
  store<u32>(to, <u32>(block + <usize>ctz<u64>(bits)));
  return bits & (bits - 1);
}

/** Where numbers are looked for next. */
let nextBlock: usize = 0;
/** The closing bracket was found. */
let isWhole: bool = false;

/** Adds the ends of numbers to the `count` that are there, until they are enough or `isWhole`; how many there are. */
function findStops(count: usize, end: usize): usize {
  let block = nextBlock;
  isWhole = false;
  const comma = v128.load(COMMAS);
  const bracket = v128.load(BRACKETS);
  while (count < STOPS_AT_ONCE && block < end && !isWhole) {
    const a = v128.load(block);
    const b = v128.load(block + 16);
    const c = v128.load(block + 32);
    const d = v128.load(block + 48);
    let bits = bitsOf64(i8x16.eq(a, comma), i8x16.eq(b, comma), i8x16.eq(c, comma), i8x16.eq(d, comma));
    const inFirst = v128.or(i8x16.eq(a, bracket), i8x16.eq(b, bracket));
    if (v128.any_true(v128.or(inFirst, v128.or(i8x16.eq(c, bracket), i8x16.eq(d, bracket))))) {
      const brackets = bitsOf64(i8x16.eq(a, bracket), i8x16.eq(b, bracket), i8x16.eq(c, bracket), i8x16.eq(d, bracket));
      bits = (bits | brackets) & (brackets ^ (brackets - 1));
      isWhole = block + <usize>ctz<u64>(brackets) < end;
    }
    const found = <usize>popcnt<u64>(bits);
    // eight at once, some for nothing: their number differs from block to block, and a branch for each would be guessed wrong
    for (let first: usize = 0; first < found; first += 8) {
      const to = STOPS + ((count + first) << 2);
      bits = putStop(putStop(putStop(putStop(bits, block, to), block, to + 4), block, to + 8), block, to + 12);
      bits = putStop(putStop(putStop(putStop(bits, block, to + 16), block, to + 20), block, to + 24), block, to + 28);
    }
    count += found;
    block += 64;
  }
  nextBlock = block;
  return count;
}

/**
 * Packs the JSON array of numbers at `at`, of which nothing is known; the address behind its last character. `arrayEnd()` is
 * that behind the array. 0 when it cannot be packed, does not end before `end`, or takes more room than up to `limit`. Writes
 * up to 4 bytes more, and none from `limit` on.
 *
 * Where numbers end is found first, as the place of one would otherwise be waited for with the one before it. Then two at a
 * time: the sixteen bytes before an end, without those that are not behind the point, become ever larger numbers of two
 * beside each other.
 */
export function packVector(at: usize, end: usize, to: usize, limit: usize): usize {
  if (at >= end || load<u8>(at) !== 0x5b) return 0;
  // a pair is written as sixteen bytes
  const most = min(to + MAX_PACKED_BYTES, limit - PAIR_BYTES + 1);
  const zeroTexts = v128.load(ZERO_TEXTS);
  const aboveNine = v128.load(ABOVE_NINE);
  const tens = v128.load(TENS);
  const hundreds = v128.load(HUNDREDS);
  const tenThousands = v128.load(TEN_THOUSANDS);
  const mostEights = v128.load(MOST_EIGHTS);
  const hundredMillions = v128.load(HUNDRED_MILLIONS);
  const twelveBits = v128.load(TWELVE_BITS);
  const toTheTop = v128.load(TO_THE_TOP);
  const lowerSix = v128.load(LOWER_SIX);
  const upperSix = v128.load(UPPER_SIX);
  const firstCharacters = v128.load(FIRST_CHARACTERS);
  const beforeBackslash = v128.load(BEFORE_BACKSLASH);
  const both = v128.load(BOTH);
  let start = at + 1;
  let count: usize = 0;
  nextBlock = start;
  while (true) {
    count = findStops(count, end);
    if (count === 0) return 0;
    const lastPair = STOPS + ((count & ~1) << 2);
    for (let next = STOPS; next < lastPair; next += 8) {
      if (to >= most) return 0;
      const stop: usize = load<u32>(next);
      const other: usize = stop + 1;
      const otherStop: usize = load<u32>(next + 4);
      const sign: usize = load<u8>(start) === 0x2d ? 1 : 0;
      const otherSign: usize = load<u8>(other) === 0x2d ? 1 : 0;
      const places = stop - start - sign - 2;
      const otherPlaces = otherStop - other - otherSign - 2;
      const isPlain = <u32>(load<u16>(start + sign) === 0x2e30) & <u32>(places - 1 < MOST_PLACES);
      const isOtherPlain = <u32>(load<u16>(other + otherSign) === 0x2e30) & <u32>(otherPlaces - 1 < MOST_PLACES);
      if ((isPlain | isOtherPlain) !== 0) {
        // of one that is not plain nothing is looked at here
        const kept = isPlain !== 0 ? places : 0;
        const otherKept = isOtherPlain !== 0 ? otherPlaces : 0;
        const values = v128.and(i8x16.sub(v128.load(stop - 16), zeroTexts), v128.load(LAST_BYTES + kept));
        const otherValues = v128.and(i8x16.sub(v128.load(otherStop - 16), zeroTexts), v128.load(LAST_BYTES + otherKept));
        const fours = i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(values, tens), 8), hundreds);
        const otherFours = i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(otherValues, tens), 8), hundreds);
        const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, otherFours), tenThousands);
        const wrong = v128.or(i8x16.add_sat_u(values, aboveNine), i8x16.add_sat_u(otherValues, aboveNine));
        if (i8x16.bitmask(v128.or(wrong, i32x4.gt_s(eights, mostEights))) === 0) {
          const parts = i32x4.mul(eights, hundredMillions);
          const digits = i64x2.add(parts, i64x2.shr_u(parts, 32));
          const twelves = i16x8.mul(i8x16.swizzle(digits, twelveBits), toTheTop);
          const sixes = v128.or(v128.and(i16x8.shr_u(twelves, 4), lowerSix), v128.and(i16x8.shr_u(twelves, 2), upperSix));
          const characters = i8x16.sub(i8x16.add(sixes, firstCharacters), i8x16.gt_s(sixes, beforeBackslash));
          v128.store(to, i8x16.swizzle(characters, both));
          store<u8>(to + 5, <u8>(0x3e + sign + (places << 1)));
          store<u8>(to + 11, <u8>(0x3e + otherSign + (otherPlaces << 1)));
          if ((isPlain & isOtherPlain) === 0) {
            if (isPlain === 0 && !packNumber(start, stop, to)) return 0;
            if (isOtherPlain === 0 && !packNumber(other, otherStop, to + 6)) return 0;
          }
          to += 12;
          start = otherStop + 1;
          continue;
        }
      }
      if (!packNumber(start, stop, to) || !packNumber(other, otherStop, to + 6)) return 0;
      to += 12;
      start = otherStop + 1;
    }
    if ((count & 1) === 0) {
      if (!isWhole && nextBlock >= end) return 0;
      count = 0;
    } else {
      const stop = load<u32>(lastPair);
      store<u32>(STOPS, stop);
      count = 1;
      if (isWhole) {
        if (to >= most || !packNumber(start, stop, to)) return 0;
        to += 6;
        start = stop + 1;
      } else if (nextBlock >= end) return 0;
    }
    if (!isWhole) continue;
    behindArray = start;
    return to;
  }
  return 0;
}

/** Packs the number `[at, stop)`; false when it has another form. */
function packNumber(at: usize, stop: usize, to: usize): bool {
  const sign: u64 = load<u8>(at) === 0x2d ? 1 : 0;
  let i = at + <usize>sign;
  const first: u32 = load<u8>(i);
  const wholeEnd = readDigits(i, 0);
  const whole = wholeEnd - i;
  if (whole === 0 || (whole > 1 && first === 0x30)) return false;
  i = wholeEnd;
  let form: u64 = 0;
  if (load<u8>(i) === 0x2e) {
    const after = readDigits(i + 1, digitsRead);
    form = after - i - 1;
    if (form === 0) return false;
    i = after;
  }
  const digits = digitsRead;
  if (digits > MAX_DIGITS) return false;
  if ((load<u8>(i) | 0x20) === 0x65) {
    const found = exponentForm(i);
    if (found === 0 || whole !== 1 || first === 0x30) return false;
    form = found & 0xff;
    i += found >> 8;
  } else if (form >= PLAIN_FORMS) return false;
  if (i !== stop) return false;
  const x = digits | (sign << 30) | (form << 31);
  const halves = (x & 0xfff) | ((x & 0xfff000) << 4) | ((x & 0xfff000000) << 8);
  const spread = (halves & 0x003f003f003f) | ((halves & 0x0fc00fc00fc0) << 2);
  const characters = spread + 0x3e3e3e3e3e3e + (((spread + 0x626262626262) >> 7) & 0x010101010101);
  store<u32>(to, <u32>characters);
  store<u16>(to + 4, <u16>(characters >> 32));
  return true;
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
