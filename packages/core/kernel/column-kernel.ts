/**
 * The column kernel: what fills the pages of Parquet files. See `byte-kernel.ts` for what holds for all kernels; the plain
 * versions are in `formats`: `writing/csv-text.ts` and `parquet/float-parser.ts`.
 */

/** Copies the inside of a quoted CSV cell, in which every `""` means one `"`; the address behind the copy. */
export function undouble(from: usize, end: usize, to: usize): usize {
  const quote = i8x16.splat(0x22);
  while (from + 16 <= end) {
    const x = v128.load(from);
    const special = i8x16.bitmask(i8x16.eq(x, quote));
    // what is written is never longer than what is left to read
    v128.store(to, x);
    if (special === 0) {
      from += 16;
      to += 16;
      continue;
    }
    // one quote stays, its twin goes
    const plain = <usize>ctz<i32>(special) + 1;
    from += plain + 1;
    to += plain;
  }
  while (from < end) {
    const byte = load<u8>(from);
    store<u8>(to, byte);
    to += 1;
    from += byte === 0x22 ? 2 : 1;
  }
  return to;
}

/** Powers of ten that a double holds exactly. */
const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const MOST_EXPONENT: i32 = 22;
/** More digits than these may not fit into 53 bits. */
const EXACT_DIGITS: i32 = 15;
/** Numbers of one vector that may be left to the caller. */
const MOST_HARD: u32 = 64;

/**
 * Parses the JSON array of numbers `[from, end)` into 32-bit floats at `to`; how many, -1 when it is no such array, -2 when too
 * many of them are hard. A hard number, which one rounding does not settle, is left to the caller: `hard` has how many there
 * are, and of each its index, its address and its length.
 */
export function parseFloats(from: usize, end: usize, to: usize, hard: usize): i32 {
  store<u32>(hard, 0);
  if (end < from + 2 || load<u8>(from) !== 0x5b || load<u8>(end - 1) !== 0x5d) return -1;
  const last = end - 1;
  let hards: u32 = 0;
  let i = skipBlank(from + 1, last);
  if (i === last) return 0;
  let at = to;
  while (true) {
    const first = i;
    let byte: u32 = load<u8>(i);
    const isNegative = byte === 0x2d;
    if (isNegative) byte = load<u8>(++i);
    let mantissa: u64 = 0;
    let digits: i32 = 0;
    let exponent: i32 = 0;
    let isCut = false;
    while (byte - 0x30 < 10) {
      if (digits < EXACT_DIGITS) {
        mantissa = mantissa * 10 + <u64>(byte - 0x30);
        if (mantissa !== 0) digits += 1;
      } else {
        exponent += 1;
        if (byte !== 0x30) isCut = true;
      }
      byte = load<u8>(++i);
    }
    if (byte === 0x2e) {
      byte = load<u8>(++i);
      if (mantissa === 0) {
        while (byte === 0x30) {
          exponent -= 1;
          byte = load<u8>(++i);
        }
      }
      if (digits + 8 <= EXACT_DIGITS) {
        const word = load<u64>(i);
        if (isEightDigits(word)) {
          mantissa = mantissa * 100000000 + eightDigits(word);
          digits += 8;
          exponent -= 8;
          i += 8;
          byte = load<u8>(i);
        }
      }
      while (byte - 0x30 < 10) {
        if (digits < EXACT_DIGITS) {
          mantissa = mantissa * 10 + <u64>(byte - 0x30);
          if (mantissa !== 0) digits += 1;
          exponent -= 1;
        } else if (byte !== 0x30) isCut = true;
        byte = load<u8>(++i);
      }
    }
    if ((byte | 0x20) === 0x65) {
      byte = load<u8>(++i);
      const isDown = byte === 0x2d;
      if (isDown || byte === 0x2b) byte = load<u8>(++i);
      let power: i32 = 0;
      while (byte - 0x30 < 10) {
        if (power < 10000) power = power * 10 + <i32>(byte - 0x30);
        byte = load<u8>(++i);
      }
      exponent += isDown ? -power : power;
    }
    if (i === first) return -1;
    let value: f64 = 0;
    let isHard = false;
    if (exponent < -MOST_EXPONENT || exponent > MOST_EXPONENT) isHard = mantissa !== 0 || isCut;
    else {
      value = scaled(<f64>mantissa, exponent);
      // all values up to the next mantissa round to the same float, or it cannot be told
      if (isCut) isHard = <f32>value !== <f32>scaled(<f64>(mantissa + 1), exponent);
    }
    if (isHard) {
      if (hards === MOST_HARD) return -2;
      const entry = hard + 4 + 12 * <usize>hards;
      store<u32>(entry, <u32>((at - to) / 4));
      store<u32>(entry + 4, <u32>first);
      store<u32>(entry + 8, <u32>(i - first));
      hards += 1;
      store<u32>(hard, hards);
    }
    store<f32>(at, <f32>(isNegative ? -value : value));
    at += 4;
    i = skipBlank(i, last);
    if (i >= last) return i === last ? <i32>((at - to) / 4) : -1;
    if (load<u8>(i) !== 0x2c) return -1;
    i = skipBlank(i + 1, last);
  }
}

// @ts-expect-error: decorator
@inline
function skipBlank(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) <= 0x20) at += 1;
  return at;
}

// @ts-expect-error: decorator
@inline
function scaled(mantissa: f64, exponent: i32): f64 {
  return exponent < 0
    ? mantissa / load<f64>(POWERS + ((<usize>-exponent) << 3))
    : mantissa * load<f64>(POWERS + ((<usize>exponent) << 3));
}

/** True when all eight bytes are digits. */
// @ts-expect-error: decorator
@inline
function isEightDigits(word: u64): bool {
  return ((word & 0xf0f0f0f0f0f0f0f0) | (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) === 0x3333333333333333;
}

/** The number that eight digits are, the first in the lowest byte: pairs, then fours, then all. */
// @ts-expect-error: decorator
@inline
function eightDigits(word: u64): u64 {
  let value = word & 0x0f0f0f0f0f0f0f0f;
  value = (value * 10 + (value >> 8)) & 0x00ff00ff00ff00ff;
  value = (value * 100 + (value >> 16)) & 0x0000ffff0000ffff;
  return (value * 10000 + (value >> 32)) & 0xffffffff;
}
