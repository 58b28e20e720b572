/**
 * The byte kernel: the hottest loops of the way back, sixteen bytes at a time. AssemblyScript, compiled by
 * `npm run kernel` to `src/record/kernel-code.ts`. All positions are addresses in the one memory that JavaScript gives it.
 * Each function has a plain version in `src/record` that says what it has to do, and tests that compare the two on random
 * bytes. Loads may reach up to 15 bytes past an end, which the memory has; stores never do.
 */

import { unescape } from './json-text';
import { arrayEnd, packVector } from './vector-kernel';

export { unescape };

/** The kinds of holes in a template: see `line-template.ts`. */
const HOLE_STRING: u32 = 0;
const HOLE_NUMBER: u32 = 1;
const HOLE_ID: u32 = 2;
const HOLE_TEXT: u32 = 3;
const HOLE_STOP: u32 = 4;
const HOLE_INPUT: u32 = 5;
const HOLE_OUTPUT: u32 = 6;
const HOLE_VECTOR: u32 = 7;
const HOLE_NUMBERS: u32 = 8;

/** Where the fields of a line are put: see `kernel-spans.ts`. */
const ID_START: usize = 0;
const ID_END: usize = 4;
const VALUE_START: usize = 8;
const VALUE_END: usize = 12;
const STOP_START: usize = 16;
const STOP_END: usize = 20;
const INPUT_TOKENS: usize = 24;
const OUTPUT_TOKENS: usize = 32;
const ORDINAL: usize = 40;
const IS_VECTOR: usize = 48;
/** Addresses that JavaScript puts there: where a packed vector goes, and where the room for it ends. */
const SCRATCH: usize = 52;
const SCRATCH_END: usize = 56;

/** Where the literals of an outcome line stand, and how long they are: see `kernel-spans.ts`. */
const LIT_HEAD: usize = 0;
const LIT_RESPONSE: usize = 16;
const LIT_STOP: usize = 64;
const LIT_IN: usize = 80;
const LIT_OUT: usize = 96;
const LIT_EMBEDDING: usize = 112;
const LEN_HEAD: usize = 7;
const LEN_RESPONSE: usize = 34;
const LEN_STOP: usize = 9;
const LEN_IN: usize = 6;
const LEN_OUT: usize = 7;
const LEN_EMBEDDING: usize = 35;

/** Copies up to `len` bytes; the areas do not overlap. Quicker than `memory.copy` below some thousand bytes. */
// @ts-expect-error: decorator
@inline
function put(from: usize, len: usize, to: usize): usize {
  if (len >= 16) {
    if (len > 2048) {
      memory.copy(to, from, len);
      return to + len;
    }
    const last = len - 16;
    for (let i: usize = 0; i < last; i += 16) v128.store(to + i, v128.load(from + i));
    v128.store(to + last, v128.load(from + last));
  } else if (len >= 8) {
    store<u64>(to, load<u64>(from));
    store<u64>(to + len - 8, load<u64>(from + len - 8));
  } else if (len >= 4) {
    store<u32>(to, load<u32>(from));
    store<u32>(to + len - 4, load<u32>(from + len - 4));
  } else {
    for (let i: usize = 0; i < len; i++) store<u8>(to + i, load<u8>(from + i));
  }
  return to + len;
}

/** Copies `[from, end)`; the address behind the copy. */
export function copy(from: usize, end: usize, to: usize): usize {
  return put(from, end - from, to);
}

/** The first byte from `at` on that is a quote, a backslash or a control byte; `end` when there is none. */
// @ts-expect-error: decorator
@inline
function skipPlain(at: usize, end: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  while (at < end) {
    const x = v128.load(at);
    const special = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, quote), i8x16.eq(x, backslash)), i8x16.lt_u(x, space)));
    if (special !== 0) {
      at += ctz<i32>(special);
      return at < end ? at : end;
    }
    at += 16;
  }
  return end;
}

/** The closing quote of a string whose inside begins at `at`; 0 when it does not end before `end` or an LF. */
// @ts-expect-error: decorator
@inline
function skipString(at: usize, end: usize): usize {
  while (true) {
    at = skipPlain(at, end);
    if (at >= end) return 0;
    const byte = load<u8>(at);
    if (byte === 0x22) return at;
    if (byte === 0x5c) {
      if (at + 1 >= end || load<u8>(at + 1) === 0x0a) return 0;
      at += 2;
    } else if (byte === 0x0a) return 0;
    else at += 1;
  }
}

/** Like `skipString`, but 0 also for what may not stand in a JSON string: escapes that are none, control bytes, no UTF-8. */
// @ts-expect-error: decorator
@inline
function skipSound(start: usize, end: usize): usize {
  let at = start;
  while (true) {
    at = skipPlain(at, end);
    if (at >= end) return 0;
    const byte = load<u8>(at);
    if (byte === 0x22) return isUtf8(start, at) ? at : 0;
    if (byte !== 0x5c) return 0;
    const length = escapeLength(at, end);
    if (length === 0) return 0;
    at += length;
  }
}

function isHex(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

function escapeLength(at: usize, end: usize): usize {
  if (at + 1 >= end) return 0;
  const letter: u32 = load<u8>(at + 1);
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return 2;
    case 0x75:
      if (at + 6 > end) return 0;
      for (let i = at + 2; i < at + 6; i++) if (!isHex(load<u8>(i))) return 0;
      return 6;
    default:
      return 0;
  }
}

/** True when `[at, end)` is UTF-8 (RFC 3629). */
function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    const high = i8x16.bitmask(v128.load(at));
    if (high === 0) {
      at += 16;
      continue;
    }
    at += ctz<i32>(high);
    // characters that are not ASCII stand side by side
    while (at < end) {
      const first: u32 = load<u8>(at);
      if (first < 0x80) break;
      const length: usize = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
      if (first < 0xc2 || first > 0xf4 || at + length > end) return false;
      const second: u32 = load<u8>(at + 1);
      const low: u32 = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      const top: u32 = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      if (second < low || second > top) return false;
      for (let i: usize = 2; i < length; i++) if ((load<u8>(at + i) & 0xc0) !== 0x80) return false;
      at += length;
    }
  }
  return true;
}

/** True when `length` bytes at `at` and at `literal` are the same. */
// @ts-expect-error: decorator
@inline
function stands(at: usize, literal: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(at + i), v128.load(literal + i)))) return false;
  }
  const rest = length - i;
  if (rest === 0) return true;
  const same = i8x16.bitmask(i8x16.eq(v128.load(at + i), v128.load(literal + i)));
  const mask = (1 << <i32>rest) - 1;
  return (same & mask) === mask;
}

/** What `readDigits` read. */
let digitsValue: u64 = 0;

/** Up to 15 digits without leading zeros, put into `digitsValue`; the address behind them, 0 when there are none such. */
// @ts-expect-error: decorator
@inline
function readDigits(at: usize, end: usize): usize {
  let i = at;
  let value: u64 = 0;
  while (i < end) {
    const digit: u32 = <u32>load<u8>(i) - 0x30;
    if (digit > 9) break;
    if (i - at === 15) return 0;
    value = value * 10 + digit;
    i += 1;
  }
  if (i === at || (i - at > 1 && load<u8>(at) === 0x30)) return 0;
  digitsValue = value;
  return i;
}

/** The address behind the array at `at`; 0 when it has a byte in it that no number has. */
export function skipNumbers(at: usize, end: usize): usize {
  if (at >= end || load<u8>(at) !== 0x5b) return 0;
  const comma = i8x16.splat(0x2b);
  const nine = i8x16.splat(0x39);
  const slash = i8x16.splat(0x2f);
  const lower = i8x16.splat(0x20);
  const e = i8x16.splat(0x65);
  for (let i = at + 1; i < end; i += 16) {
    const x = v128.load(i);
    // `+` to `9` without the slash, and either e
    const isPlain = v128.andnot(v128.and(i8x16.ge_u(x, comma), i8x16.le_u(x, nine)), i8x16.eq(x, slash));
    const isNumber = v128.or(isPlain, i8x16.eq(v128.or(x, lower), e));
    const other = i8x16.bitmask(isNumber) ^ 0xffff;
    if (other === 0) continue;
    const stop = i + ctz<i32>(other);
    return stop < end && load<u8>(stop) === 0x5d ? stop + 1 : 0;
  }
  return 0;
}

/** Where room for packed vectors ends. */
let packLimit: usize = 0;

/**
 * Compares the line at `at` with a template and fills `spans`; the address behind the line, 0 when it has another shape or
 * goes past `end`. A template: the number of its holes, then the kind of the hole behind it and the length of each constant,
 * 4 bytes each, and the constant, padded to a multiple of 16 bytes.
 */
export function matchLine(template: usize, at: usize, end: usize, spans: usize): usize {
  packLimit = load<u32>(spans + SCRATCH_END);
  const holes = load<u32>(template);
  let next = template + 16;
  store<u32>(spans + STOP_START, 0);
  store<f64>(spans + INPUT_TOKENS, -1);
  store<f64>(spans + OUTPUT_TOKENS, -1);
  store<u32>(spans + IS_VECTOR, 0);
  for (let h: u32 = 0; h < holes; h++) {
    const kind = load<u32>(next);
    const length: usize = load<u32>(next + 4);
    if (at + length > end || !stands(at, next + 16, length)) return 0;
    at += length;
    next += 16 + ((length + 15) & ~15);
    let after: usize = 0;
    if (kind === HOLE_STRING) {
      after = skipString(at, end);
    } else if (kind === HOLE_ID) {
      after = skipString(at, end);
      store<u32>(spans + ID_START, <u32>at);
      store<u32>(spans + ID_END, <u32>after);
    } else if (kind === HOLE_TEXT) {
      after = skipSound(at, end);
      store<u32>(spans + VALUE_START, <u32>(at - 1));
      store<u32>(spans + VALUE_END, <u32>(after + 1));
    } else if (kind === HOLE_STOP) {
      after = skipSound(at, end);
      for (let i = at; i < after; i++) if (load<u8>(i) === 0x5c) return 0;
      store<u32>(spans + STOP_START, <u32>at);
      store<u32>(spans + STOP_END, <u32>after);
    } else if (kind === HOLE_VECTOR) {
      const packed: usize = load<u32>(spans + SCRATCH);
      const packedEnd = packVector(at, end, packed + 1, packLimit);
      if (packedEnd === 0) return 0;
      store<u8>(packed, 0x22);
      store<u8>(packedEnd, 0x22);
      store<u32>(spans + IS_VECTOR, 1);
      store<u32>(spans + VALUE_START, <u32>packed);
      store<u32>(spans + VALUE_END, <u32>(packedEnd + 1));
      after = arrayEnd();
    } else if (kind === HOLE_NUMBERS) {
      after = skipNumbers(at, end);
    } else {
      after = readDigits(at, end);
      if (kind === HOLE_INPUT) store<f64>(spans + INPUT_TOKENS, <f64>digitsValue);
      else if (kind === HOLE_OUTPUT) store<f64>(spans + OUTPUT_TOKENS, <f64>digitsValue);
    }
    if (after === 0) return 0;
    at = after;
  }
  const length: usize = load<u32>(next + 4);
  if (at + length > end || !stands(at, next + 16, length)) return 0;
  return at + length;
}

/** Writes a whole number below 10^15; the address behind it. */
function putInteger(to: usize, value: f64): usize {
  let rest = <u64>value;
  let length: usize = 1;
  for (let more = rest; more >= 10; more /= 10) length += 1;
  for (let i = to + length - 1; i >= to; i--) {
    store<u8>(i, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  }
  return to + length;
}

/** Writes the outcome line of a matched line; the address behind it. */
export function outcomeLine(spans: usize, literals: usize, to: usize): usize {
  to = put(literals + LIT_HEAD, LEN_HEAD, to);
  to = put(load<u32>(spans + ID_START), 11, to);
  to =
    load<u32>(spans + IS_VECTOR) === 0
      ? put(literals + LIT_RESPONSE, LEN_RESPONSE, to)
      : put(literals + LIT_EMBEDDING, LEN_EMBEDDING, to);
  const value: usize = load<u32>(spans + VALUE_START);
  const length = <usize>load<u32>(spans + VALUE_END) - value;
  // a vector may have been packed where it is to stand
  to = value === to ? to + length : put(value, length, to);
  to = put(literals + LIT_STOP, LEN_STOP, to);
  const stop: usize = load<u32>(spans + STOP_START);
  if (stop !== 0) to = put(stop, <usize>load<u32>(spans + STOP_END) - stop, to);
  store<u8>(to, 0x22);
  to += 1;
  const input = load<f64>(spans + INPUT_TOKENS);
  if (input >= 0) to = putInteger(put(literals + LIT_IN, LEN_IN, to), input);
  const output = load<f64>(spans + OUTPUT_TOKENS);
  if (output >= 0) to = putInteger(put(literals + LIT_OUT, LEN_OUT, to), output);
  store<u16>(to, 0x0a7d);
  return to + 2;
}

/** Of what `collectLines` says of each line: see `kernel-lines.ts`. */
const TAKEN_BYTES: usize = 40;
const TAKEN_ORDINAL: usize = 0;
const TAKEN_INPUT: usize = 8;
const TAKEN_OUTPUT: usize = 16;
const TAKEN_START: usize = 24;
const TAKEN_LENGTH: usize = 28;
const TAKEN_STOP: usize = 32;
const TAKEN_STOP_LENGTH: usize = 36;
/** The first ordinal that is padding: 36^7 - 36^2. */
const FIRST_SENTINEL: u64 = 78_364_162_800;
/** The last two characters of the id of a record. */
const NO_SUB: u16 = 0x3030;
/** Most bytes of an outcome line beside its value and its stop reason. */
const MOST_FIXED: usize = LEN_HEAD + 11 + LEN_EMBEDDING + LEN_STOP + LEN_IN + 15 + LEN_OUT + 15 + 3;

let linesTaken: usize = 0;

/** How many lines `collectLines` took. */
export function linesCollected(): usize {
  return linesTaken;
}

/**
 * Writes outcome lines at `to` of the lines from `at` on, one after the other, and what each of them is into `table`, until
 * one has not the shape of the template, is no record of the run whose `prefix` it has, does not end before `end`, or until
 * `limit` or `tableEnd` is reached. The address of the line that was not taken.
 */
export function collectLines(
  template: usize,
  at: usize,
  end: usize,
  spans: usize,
  literals: usize,
  prefix: u32,
  to: usize,
  limit: usize,
  table: usize,
  tableEnd: usize,
): usize {
  const scratch = load<u32>(spans + SCRATCH);
  const scratchEnd = load<u32>(spans + SCRATCH_END);
  linesTaken = 0;
  for (; table + TAKEN_BYTES <= tableEnd && to + MOST_FIXED < limit; table += TAKEN_BYTES) {
    // the quote before a packed vector stands behind what is before every vector
    store<u32>(spans + SCRATCH, <u32>(to + LEN_HEAD + 11 + LEN_EMBEDDING));
    store<u32>(spans + SCRATCH_END, <u32>limit);
    const lineEnd = matchLine(template, at, end, spans);
    if (lineEnd === 0 || lineEnd >= end || load<u8>(lineEnd) !== 0x0a) break;
    const id: usize = load<u32>(spans + ID_START);
    if (<usize>load<u32>(spans + ID_END) - id !== 11) break;
    if (<u32>load<u16>(id) !== prefix || load<u16>(id + 9) !== NO_SUB) break;
    const ordinal = ordinalAt(id);
    if (ordinal >= FIRST_SENTINEL) break;
    const stop: usize = load<u32>(spans + STOP_START);
    const stopLength = stop === 0 ? 0 : <usize>load<u32>(spans + STOP_END) - stop;
    const value = <usize>load<u32>(spans + VALUE_END) - load<u32>(spans + VALUE_START);
    if (to + MOST_FIXED + value + stopLength > limit) break;
    const next = outcomeLine(spans, literals, to);
    store<f64>(table + TAKEN_ORDINAL, <f64>ordinal);
    store<f64>(table + TAKEN_INPUT, load<f64>(spans + INPUT_TOKENS));
    store<f64>(table + TAKEN_OUTPUT, load<f64>(spans + OUTPUT_TOKENS));
    store<u32>(table + TAKEN_START, <u32>to);
    store<u32>(table + TAKEN_LENGTH, <u32>(next - to));
    store<u32>(table + TAKEN_STOP, <u32>stop);
    store<u32>(table + TAKEN_STOP_LENGTH, <u32>stopLength);
    linesTaken += 1;
    to = next;
    at = lineEnd + 1;
  }
  store<u32>(spans + SCRATCH, scratch);
  store<u32>(spans + SCRATCH_END, scratchEnd);
  return at;
}

/** The ordinal in the id at `id`; more than any ordinal for what is no id. */
// @ts-expect-error: decorator
@inline
function ordinalAt(id: usize): u64 {
  let ordinal: u64 = 0;
  let wrong: u32 = digit36(id) | digit36(id + 1);
  for (let i = id + 2; i < id + 9; i++) {
    const digit = digit36(i);
    wrong |= digit;
    ordinal = ordinal * 36 + digit;
  }
  return wrong >= 128 ? u64.MAX_VALUE : ordinal;
}

/** The value of a digit of base 36; above 35 for every other byte. */
// @ts-expect-error: decorator
@inline
function digit36(at: usize): u32 {
  const byte: u32 = load<u8>(at);
  const digit = byte - 0x30;
  if (digit < 10) return digit;
  const letter = byte - 0x61;
  return letter < 26 ? letter + 10 : 255;
}

/**
 * Reads the outcome line of a success with a text or a packed vector at `at` and fills `spans`; the address of its LF. 0 when it is any other
 * line or does not end before `end`.
 */
export function readSucceeded(at: usize, end: usize, spans: usize, literals: usize): usize {
  if (at + LEN_HEAD + 11 + LEN_RESPONSE > end) return 0;
  if (!stands(at, literals + LIT_HEAD, LEN_HEAD)) return 0;
  const id = at + LEN_HEAD;
  const ordinal = ordinalAt(id);
  if (ordinal === u64.MAX_VALUE || (digit36(id + 9) | digit36(id + 10)) >= 128) return 0;
  store<f64>(spans + ORDINAL, <f64>ordinal);
  let i = id + 11;
  if (stands(i, literals + LIT_RESPONSE, LEN_RESPONSE)) {
    store<u32>(spans + IS_VECTOR, 0);
    i += LEN_RESPONSE;
  } else if (stands(i, literals + LIT_EMBEDDING, LEN_EMBEDDING)) {
    store<u32>(spans + IS_VECTOR, 1);
    i += LEN_EMBEDDING;
  } else return 0;
  if (i >= end || load<u8>(i) !== 0x22) return 0;
  store<u32>(spans + VALUE_START, <u32>i);
  i = skipString(i + 1, end);
  if (i === 0) return 0;
  i += 1;
  store<u32>(spans + VALUE_END, <u32>i);
  if (i + LEN_STOP > end || !stands(i, literals + LIT_STOP, LEN_STOP)) return 0;
  i += LEN_STOP;
  store<u32>(spans + STOP_START, <u32>i);
  i = skipString(i, end);
  if (i === 0) return 0;
  store<u32>(spans + STOP_END, <u32>i);
  i += 1;
  store<f64>(spans + INPUT_TOKENS, -1);
  store<f64>(spans + OUTPUT_TOKENS, -1);
  if (i + LEN_IN < end && stands(i, literals + LIT_IN, LEN_IN)) {
    i = readDigits(i + LEN_IN, end);
    if (i === 0) return 0;
    store<f64>(spans + INPUT_TOKENS, <f64>digitsValue);
  }
  if (i + LEN_OUT < end && stands(i, literals + LIT_OUT, LEN_OUT)) {
    i = readDigits(i + LEN_OUT, end);
    if (i === 0) return 0;
    store<f64>(spans + OUTPUT_TOKENS, <f64>digitsValue);
  }
  return i + 2 <= end && load<u16>(i) === 0x0a7d ? i + 1 : 0;
}

// @ts-expect-error: decorator
@inline
function hexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

/** Writes one byte as the inside of a JSON string; the address behind it. */
function escapeByte(byte: u32, to: usize): usize {
  if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) {
    store<u8>(to, <u8>byte);
    return to + 1;
  }
  store<u8>(to, 0x5c);
  let letter: u32 = 0;
  switch (byte) {
    case 0x22:
    case 0x5c:
      letter = byte;
      break;
    case 0x08:
      letter = 0x62;
      break;
    case 0x09:
      letter = 0x74;
      break;
    case 0x0a:
      letter = 0x6e;
      break;
    case 0x0c:
      letter = 0x66;
      break;
    case 0x0d:
      letter = 0x72;
      break;
    default:
  }
  if (letter !== 0) {
    store<u8>(to + 1, <u8>letter);
    return to + 2;
  }
  store<u32>(to + 1, 0x30303075);
  store<u8>(to + 4, hexDigit(byte >> 4));
  store<u8>(to + 5, hexDigit(byte & 15));
  return to + 6;
}

/** `writeEscaped` of `escape-json.ts`. */
export function escape(from: usize, end: usize, doubled: bool, to: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  while (from + 16 <= end) {
    const x = v128.load(from);
    const special = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, quote), i8x16.eq(x, backslash)), i8x16.lt_u(x, space)));
    // there is room for six times as much
    v128.store(to, x);
    if (special === 0) {
      from += 16;
      to += 16;
      continue;
    }
    const plain = <usize>ctz<i32>(special);
    const byte: u32 = load<u8>(from + plain);
    to = escapeByte(byte, to + plain);
    from += plain + 1;
    if (doubled && byte === 0x22) from += 1;
  }
  while (from < end) {
    const byte: u32 = load<u8>(from);
    to = escapeByte(byte, to);
    from += 1;
    if (doubled && byte === 0x22) from += 1;
  }
  return to;
}

/** Writes a literal and the text `[from, end)` as a JSON string behind it; the address behind that. */
export function jsonCell(literal: usize, length: usize, from: usize, end: usize, doubled: bool, to: usize): usize {
  to = put(literal, length, to);
  store<u8>(to, 0x22);
  to = escape(from, end, doubled, to + 1);
  store<u8>(to, 0x22);
  return to + 1;
}

// @ts-ignore: decorator
@inline
function putCount(to: usize, value: f64): usize {
  if (value >= 0) return putInteger(to, value);
  store<u32>(to, 0x6c6c756e);
  return to + 4;
}

// @ts-ignore: decorator
@inline
function putLiteral(table: usize, index: usize, to: usize): usize {
  return put(load<u32>(table + 8 * index), load<u32>(table + 8 * index + 4), to);
}

/**
 * Writes an answer into a row of JSON Lines: the literals of `table`, address and length each, with the value, the stop reason
 * and the two counts between them; the address behind the last literal.
 */
export function jsonAnswer(
  table: usize,
  value: usize,
  valueEnd: usize,
  stop: usize,
  stopEnd: usize,
  input: f64,
  output: f64,
  to: usize,
): usize {
  to = put(value, valueEnd - value, putLiteral(table, 0, to));
  to = put(stop, stopEnd - stop, putLiteral(table, 1, to));
  to = putCount(putLiteral(table, 2, to), input);
  to = putCount(putLiteral(table, 3, to), output);
  return putLiteral(table, 4, to);
}

/**
 * Makes a CSV cell of the plain text in `[at + 1, end)`, where the byte at `at` is left free for a quote: quoted when it has
 * to be. The address behind the cell.
 */
function quoteCell(at: usize, end: usize, delimiter: u32): usize {
  const start = at + 1;
  const quote = i8x16.splat(0x22);
  const comma = i8x16.splat(<i8>delimiter);
  const lf = i8x16.splat(0x0a);
  const cr = i8x16.splat(0x0d);
  let quotes: usize = 0;
  let needs: u32 = end > start && (load<u8>(start) === 0x20 || load<u8>(end - 1) === 0x20) ? 1 : 0;
  for (let i = start; i < end; i += 16) {
    const x = v128.load(i);
    const mask: u32 = end - i >= 16 ? 0xffff : (1 << <u32>(end - i)) - 1;
    quotes += popcnt<u32>(i8x16.bitmask(i8x16.eq(x, quote)) & mask);
    needs |= i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, comma), i8x16.eq(x, lf)), i8x16.eq(x, cr))) & mask;
  }
  if (quotes === 0 && needs === 0) {
    // downwards by one byte: what is read has not been written yet
    let i = start;
    for (; i + 16 <= end; i += 16) v128.store(i - 1, v128.load(i));
    for (; i < end; i++) store<u8>(i - 1, load<u8>(i));
    return end - 1;
  }
  store<u8>(at, 0x22);
  const grown = end + quotes;
  let to = grown;
  let from = end;
  while (to !== from) {
    from -= 1;
    to -= 1;
    const byte = load<u8>(from);
    store<u8>(to, byte);
    if (byte === 0x22) {
      to -= 1;
      store<u8>(to, 0x22);
    }
  }
  store<u8>(grown, 0x22);
  return grown + 1;
}

/**
 * Writes the text of the JSON string whose inside is `[from, end)` as a CSV cell; the address behind it. There is room for
 * two bytes more than twice as much.
 */
export function csvCell(from: usize, end: usize, delimiter: u32, to: usize): usize {
  const plain = plainCell(from, end, delimiter, to);
  return plain !== 0 ? plain : quoteCell(to, unescape(from, end, to + 1), delimiter);
}

/** Copies what is a cell as it stands: no escape, no delimiter, no space at an end. 0 for anything else. */
function plainCell(from: usize, end: usize, delimiter: u32, to: usize): usize {
  if (from === end) return to;
  if (load<u8>(from) === 0x20 || load<u8>(end - 1) === 0x20) return 0;
  // quotes, line ends and control bytes are escaped, and so have a backslash
  const backslash = i8x16.splat(0x5c);
  const comma = i8x16.splat(<i8>delimiter);
  for (; from + 16 <= end; from += 16, to += 16) {
    const x = v128.load(from);
    if (v128.any_true(v128.or(i8x16.eq(x, backslash), i8x16.eq(x, comma)))) return 0;
    v128.store(to, x);
  }
  const x = v128.load(from);
  const special = i8x16.bitmask(v128.or(i8x16.eq(x, backslash), i8x16.eq(x, comma)));
  if ((special & ((1 << <u32>(end - from)) - 1)) !== 0) return 0;
  return put(from, end - from, to);
}

/**
 * Writes an answer behind a row of CSV: a delimiter and its cell, the literal (the cells up to the stop reason and the
 * delimiter before that), the stop reason, and the two counts, a delimiter before and behind each; the address behind the last
 * delimiter. A count below 0 is an empty cell.
 */
export function csvAnswer(
  value: usize,
  valueEnd: usize,
  literal: usize,
  length: usize,
  stop: usize,
  stopEnd: usize,
  input: f64,
  output: f64,
  delimiter: u32,
  to: usize,
): usize {
  store<u8>(to, delimiter);
  to = csvCell(value, valueEnd, delimiter, to + 1);
  to = put(literal, length, to);
  to = csvCell(stop, stopEnd, delimiter, to);
  store<u8>(to, delimiter);
  to += 1;
  if (input >= 0) to = putInteger(to, input);
  store<u8>(to, delimiter);
  to += 1;
  if (output >= 0) to = putInteger(to, output);
  store<u8>(to, delimiter);
  return to + 1;
}
