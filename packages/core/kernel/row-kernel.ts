/**
 * The way in: rows of CSV to the offsets of their cells, and cells to records. AssemblyScript, compiled together with
 * `byte-kernel.ts`; no static data, so that both may share one memory. Each function has a plain version beside it in
 * TypeScript (`CsvScanner`, `JsonlRowParser`, `ByteRecordEncoder`) that says what it has to do and does whatever these leave:
 * they stop at the first row that is not plain sailing, and never write half of one.
 *
 * Loads may reach up to 15 bytes past an end. Stores may do so only where the caller has left room for it: behind records.
 */

import { putEscaped } from './json-text';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

/** `CellKind` of `row-batch.ts`. */
const KIND_ABSENT: u32 = 0;
const KIND_TEXT: u32 = 1;
const KIND_QUOTED: u32 = 2;
const KIND_STRING: u32 = 3;
const KIND_VALUE: u32 = 4;

/** Bytes of a cell in a batch: start, end, kind. */
const CELL: usize = 12;

/** Copies at least `len` bytes, 16 at a time. Writes up to 15 bytes more. */
// @ts-ignore: decorator
@inline
function copyOver(from: usize, len: usize, to: usize): void {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < len);
}

/** Adds one to the seven digits of base 36 at `at`. */
// @ts-ignore: decorator
@inline
function countUp(at: usize): void {
  let i = at + 6;
  while (true) {
    const digit: u32 = load<u8>(i);
    if (digit == 0x7a) {
      store<u8>(i, 0x30);
      if (i == at) return;
      i -= 1;
      continue;
    }
    store<u8>(i, <u8>(digit == 0x39 ? 0x61 : digit + 1));
    return;
  }
}

/**
 * The plan of a record: the number of its holes and the bytes of a record without its cells, 4 bytes each; whether an empty
 * cell ends the run, 4 bytes; then for each literal its length and, of the hole behind it, the offset of the cell in a row, 4
 * bytes each, and its bytes, padded to a multiple of 16. The first literal begins with the record's id, as in every record.
 */
const PLAN_HOLES: usize = 0;
const PLAN_FIXED: usize = 4;
const PLAN_NEEDS_TEXT: usize = 8;
const PLAN_LITERALS: usize = 16;
const LITERAL_HEAD: usize = 8;
/** Of the ordinal's digits, in the first literal. */
const ORDINAL_AT: usize = 15;

/** After `encodeRows`: how many there are. */
let encodedRows: u32 = 0;

export function rowsEncoded(): u32 {
  return encodedRows;
}

/**
 * Writes the records of up to `count` rows to `to`: `cells` and `rejects` are those of the first one. Stops before a row that
 * is rejected, lacks a cell or might not fit before `end`, below `maxRecordBytes` or into `maxBytes` of all records. The
 * address behind the last record; up to 15 bytes behind that are written too. The plan has the id of the row behind it then.
 */
export function encodeRows(
  plan: usize,
  bytes: usize,
  cells: usize,
  rejects: usize,
  rowCells: usize,
  count: u32,
  to: usize,
  end: usize,
  maxRecordBytes: usize,
  maxBytes: usize,
): usize {
  const holes = load<u32>(plan + PLAN_HOLES);
  const fixed: usize = load<u32>(plan + PLAN_FIXED);
  const needsText = load<u32>(plan + PLAN_NEEDS_TEXT) != 0;
  const first = plan + PLAN_LITERALS;
  const begin = to;
  let row: u32 = 0;
  for (; row < count; row++) {
    if (load<u8>(rejects + row) != 0) break;
    let at = first;
    let source: u64 = 0;
    let whole = true;
    for (let h: u32 = 0; h < holes; h++) {
      const cell = cells + load<u32>(at + 4);
      at += LITERAL_HEAD + ((<usize>load<u32>(at) + 15) & ~15);
      const start: usize = load<u32>(cell);
      const length = <usize>load<u32>(cell + 4) - start;
      const kind = load<u32>(cell + 8);
      if (kind == KIND_ABSENT) whole = false;
      if (needsText && (length == 0 || (kind == KIND_VALUE && load<u8>(bytes + start) == 0x6e))) whole = false;
      source += length;
    }
    const worst = <u64>fixed + 6 * source;
    if (!whole || worst > maxRecordBytes || worst > end - to) break;
    const record = to;
    at = first;
    for (let h: u32 = 0; ; h++) {
      const length: usize = load<u32>(at);
      copyOver(at + LITERAL_HEAD, length, to);
      to += length;
      if (h == holes) break;
      const cell = cells + load<u32>(at + 4);
      at += LITERAL_HEAD + ((length + 15) & ~15);
      const from = bytes + load<u32>(cell);
      const until = bytes + load<u32>(cell + 4);
      const kind = load<u32>(cell + 8);
      if (kind == KIND_STRING) {
        if (from < until) copyOver(from, until - from, to);
        to += until - from;
      } else {
        to = putEscaped(from, until, kind == KIND_QUOTED, to);
      }
    }
    if (to - begin > maxBytes) {
      to = record;
      break;
    }
    countUp(first + LITERAL_HEAD + ORDINAL_AT);
    cells += rowCells;
  }
  encodedRows = row;
  return to;
}

/** After a scan: the place behind the last row, and the lines that the rows take. */
let placeBehind: u32 = 0;
let linesPassed: u32 = 0;

export function scannedTo(): u32 {
  return placeBehind;
}

export function scannedLines(): u32 {
  return linesPassed;
}

/** Line ends inside the quoted cells of the newest row. */
let innerLines: u32 = 0;

/** Finds the cells of the row at `at`; the address behind it, 0 where `scanCsvRows` has to stop. */
// @ts-ignore: decorator
@inline
function csvRow(bytes: usize, at: usize, end: usize, delimiterByte: u32, newlineByte: u32, width: u32, cell: usize): usize {
  const quote = i8x16.splat(0x22);
  const newline = i8x16.splat(<i8>newlineByte);
  const delimiter = i8x16.splat(<i8>delimiterByte);
  let inner: u32 = 0;
  for (let c: u32 = 1; c <= width; c++) {
    if (at >= end) return 0;
    let start = at;
    let behind: usize;
    let kind = KIND_TEXT;
    if (load<u8>(at) == QUOTE) {
      start = at + 1;
      at = start;
      while (true) {
        const x = v128.load(at);
        const quotes = i8x16.bitmask(i8x16.eq(x, quote));
        const newlines = i8x16.bitmask(i8x16.eq(x, newline));
        if (quotes == 0) {
          inner += popcnt<u32>(newlines);
          at += 16;
          if (at >= end) return 0;
          continue;
        }
        const place = ctz<i32>(quotes);
        inner += popcnt<u32>(newlines & ((1 << place) - 1));
        at += place;
        if (at + 1 >= end) return 0;
        if (load<u8>(at + 1) != QUOTE) break;
        kind = KIND_QUOTED;
        at += 2;
      }
      behind = at;
      at += 1;
    } else {
      while (true) {
        const x = v128.load(at);
        const ends = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, delimiter), i8x16.eq(x, newline)), i8x16.eq(x, quote)));
        if (ends != 0) {
          at += ctz<i32>(ends);
          break;
        }
        at += 16;
        if (at >= end) return 0;
      }
      if (at >= end) return 0;
      behind = at;
      if (newlineByte == LINE_FEED && at > start && load<u8>(at) == LINE_FEED && load<u8>(at - 1) == CARRIAGE_RETURN) {
        behind = at - 1;
      }
    }
    store<u32>(cell, <u32>(start - bytes));
    store<u32>(cell + 4, <u32>(behind - bytes));
    store<u32>(cell + 8, kind);
    cell += CELL;
    const byte: u32 = load<u8>(at);
    if (byte == delimiterByte) {
      at += 1;
      continue;
    }
    if (c != width) return 0;
    innerLines = inner;
    if (byte == newlineByte) return at + 1;
    // a quote in a plain cell ends up here too
    const isPair = byte == CARRIAGE_RETURN && newlineByte == LINE_FEED && at + 1 < end && load<u8>(at + 1) == LINE_FEED;
    return isPair ? at + 2 : 0;
  }
  return 0;
}

/**
 * Finds up to `capacity` rows of `width` cells in the bytes `[start, stop)` of the block at `bytes`; the number found. `spans`:
 * three numbers a cell. `rows`: for each row its start, its end and the line ends before it since `start`. All numbers have 4
 * bytes. Stops before a row that has another number of cells, a quote where none may be, no end, or more than `maxRowBytes`.
 */
export function scanCsvRows(
  bytes: usize,
  start: u32,
  stop: u32,
  delimiter: u32,
  newline: u32,
  width: u32,
  maxRowBytes: u32,
  capacity: u32,
  spans: usize,
  rows: usize,
): u32 {
  const end = bytes + stop;
  let at = bytes + start;
  let lines: u32 = 0;
  let found: u32 = 0;
  while (found < capacity) {
    const behind = csvRow(bytes, at, end, delimiter, newline, width, spans);
    if (behind == 0 || behind - at > maxRowBytes) break;
    store<u32>(rows, <u32>(at - bytes));
    store<u32>(rows + 4, <u32>(behind - bytes));
    store<u32>(rows + 8, lines);
    rows += 12;
    spans += <usize>width * CELL;
    lines += 1 + innerLines;
    found += 1;
    at = behind;
  }
  placeBehind = <u32>(at - bytes);
  linesPassed = lines;
  return found;
}

/** Arrays and objects within each other, at most; deeper ones are left to JavaScript, which has its own limit. */
const MAX_DEPTH: i32 = 64;

/** The first byte from `at` that is no space, tab or carriage return. A line feed ends the row. */
// @ts-ignore: decorator
@inline
function skipBlanks(at: usize): usize {
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte != 0x20 && byte != 0x09 && byte != CARRIAGE_RETURN) return at;
    at += 1;
  }
}

function isHexByte(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

const HIGH_HALF: u32 = 1;
const LOW_HALF: u32 = 2;

/** Which half of a character the escape `\udXXX` at `at` stands for; 0 for any other six bytes. */
function surrogateAt(at: usize): u32 {
  if (load<u16>(at) != 0x755c || (<u32>load<u8>(at + 2) | 0x20) != 0x64) return 0;
  const digit: u32 = load<u8>(at + 3);
  if (digit < 0x38 || !isHexByte(digit) || !isHexByte(load<u8>(at + 4)) || !isHexByte(load<u8>(at + 5))) return 0;
  return digit < 0x40 || (digit | 0x20) < 0x63 ? HIGH_HALF : LOW_HALF;
}

/** The quote that closes the string whose inside begins at `at`; 0 when it is no JSON string or does not end before `end`. */
function stringEnd(at: usize, end: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  while (at < end) {
    const x = v128.load(at);
    const special = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, quote), i8x16.eq(x, backslash)), i8x16.lt_u(x, space)));
    if (special == 0) {
      at += 16;
      continue;
    }
    at += ctz<i32>(special);
    if (at >= end) return 0;
    const byte: u32 = load<u8>(at);
    if (byte == QUOTE) return at;
    if (byte != BACKSLASH || at + 6 > end) return 0;
    const letter: u32 = load<u8>(at + 1);
    if (letter == 0x75) {
      for (let i = at + 2; i < at + 6; i++) if (!isHexByte(load<u8>(i))) return 0;
      const half = surrogateAt(at);
      at += 6;
      if (half == 0) continue;
      // both halves of a character, or the row is not for the kernel
      if (half == LOW_HALF || at + 6 > end || surrogateAt(at) != LOW_HALF) return 0;
      at += 6;
    } else if (
      letter == QUOTE || letter == BACKSLASH || letter == 0x2f || letter == 0x62 ||
      letter == 0x66 || letter == 0x6e || letter == 0x72 || letter == 0x74
    ) {
      at += 2;
    } else {
      return 0;
    }
  }
  return 0;
}

/** The end of one or more digits; 0 when there is none. Stops by itself at the end of the line. */
function digitsEnd(at: usize): usize {
  const first = at;
  while (<u32>load<u8>(at) - 0x30 < 10) at += 1;
  return at == first ? 0 : at;
}

function numberEnd(at: usize): usize {
  if (load<u8>(at) == 0x2d) at += 1;
  if (load<u8>(at) == 0x30) at += 1;
  else {
    at = digitsEnd(at);
    if (at == 0) return 0;
  }
  if (load<u8>(at) == 0x2e) {
    at = digitsEnd(at + 1);
    if (at == 0) return 0;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at += 1;
    if (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d) at += 1;
    at = digitsEnd(at);
  }
  return at;
}

/** The end of the JSON value that begins at `at`; 0 when it is none, is too deep or is not whole. `end`: of all bytes. */
function valueEnd(at: usize, end: usize, depth: i32): usize {
  if (at >= end) return 0;
  const byte: u32 = load<u8>(at);
  if (byte == QUOTE) {
    const close = stringEnd(at + 1, end);
    return close == 0 ? 0 : close + 1;
  }
  if (byte == 0x7b || byte == 0x5b) return depth == MAX_DEPTH ? 0 : containerEnd(at, end, depth, byte == 0x7b);
  if (byte == 0x74) return load<u32>(at) == 0x65757274 ? at + 4 : 0;
  if (byte == 0x66) return load<u32>(at + 1) == 0x65736c61 ? at + 5 : 0;
  if (byte == 0x6e) return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
  return numberEnd(at);
}

function containerEnd(at: usize, end: usize, depth: i32, isObject: bool): usize {
  const close: u32 = isObject ? 0x7d : 0x5d;
  at = skipBlanks(at + 1);
  if (at < end && load<u8>(at) == close) return at + 1;
  while (at < end) {
    if (isObject) {
      if (load<u8>(at) != QUOTE) return 0;
      at = stringEnd(at + 1, end);
      if (at == 0) return 0;
      at = skipBlanks(at + 1);
      if (load<u8>(at) != 0x3a) return 0;
      at = skipBlanks(at + 1);
    }
    at = valueEnd(at, end, depth + 1);
    if (at == 0 || at >= end) return 0;
    at = skipBlanks(at);
    const byte: u32 = load<u8>(at);
    if (byte == close) return at < end ? at + 1 : 0;
    if (byte != 0x2c) return 0;
    at = skipBlanks(at + 1);
  }
  return 0;
}

/** True when the `length` bytes at `at` are those at `key`, which are padded to 16. */
// @ts-ignore: decorator
@inline
function isKey(at: usize, key: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(at + i), v128.load(key + i)))) return false;
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(at + i), v128.load(key + i)));
  const mask = (1 << <i32>(length - i)) - 1;
  return (same & mask) == mask;
}

/**
 * The columns of JSON Lines: their number and the number of the newest row, 4 bytes each; then for each the length of its key,
 * the number of the row that had it last, its column, 4 bytes each, 4 bytes of nothing, and the key as `JSON.stringify`
 * writes it, padded to a multiple of 16.
 */
const KEYS_COUNT: usize = 0;
const KEYS_ROW: usize = 4;
const KEYS_FIRST: usize = 16;
const KEY_HEAD: usize = 16;
/** Keys that are looked at for one that is not the next: rows that have all of them in another order are left alone. */
const MOST_TRIES: u32 = 32;

/** Finds the cells of the row at `at`, the `number`th that `keys` has seen; the address behind it, 0 where a scan has to stop. */
// @ts-ignore: decorator
@inline
function jsonRow(bytes: usize, at: usize, end: usize, keys: usize, number: u32, spans: usize): usize {
  const width = load<u32>(keys + KEYS_COUNT);
  const firstKey = keys + KEYS_FIRST;
  for (let c: u32 = 0; c < width; c++) store<u32>(spans + c * CELL + 8, KIND_ABSENT);
  at = skipBlanks(at);
  if (at >= end || load<u8>(at) != 0x7b) return 0;
  at = skipBlanks(at + 1);
  if (load<u8>(at) == 0x7d) {
    at += 1;
  } else {
    let key = firstKey;
    let next: u32 = 0;
    while (true) {
      if (at >= end || load<u8>(at) != QUOTE) return 0;
      at += 1;
      let tries: u32 = 0;
      let length: usize = 0;
      while (true) {
        if (next == width) {
          key = firstKey;
          next = 0;
        }
        if (tries == width || tries == MOST_TRIES) return 0;
        length = load<u32>(key);
        if (isKey(at, key + KEY_HEAD, length) && load<u8>(at + length) == QUOTE) break;
        key += KEY_HEAD + ((length + 15) & ~15);
        next += 1;
        tries += 1;
      }
      if (load<u32>(key + 4) == number) return 0;
      store<u32>(key + 4, number);
      const cell = spans + load<u32>(key + 8) * CELL;
      key += KEY_HEAD + ((length + 15) & ~15);
      next += 1;
      at = skipBlanks(at + length + 1);
      if (load<u8>(at) != 0x3a) return 0;
      at = skipBlanks(at + 1);
      const value = at;
      if (at < end && load<u8>(at) == QUOTE) {
        at = stringEnd(at + 1, end);
        if (at == 0) return 0;
        store<u32>(cell, <u32>(value + 1 - bytes));
        store<u32>(cell + 4, <u32>(at - bytes));
        store<u32>(cell + 8, KIND_STRING);
        at += 1;
      } else {
        at = valueEnd(at, end, 1);
        if (at == 0) return 0;
        store<u32>(cell, <u32>(value - bytes));
        store<u32>(cell + 4, <u32>(at - bytes));
        store<u32>(cell + 8, KIND_VALUE);
      }
      at = skipBlanks(at);
      const byte: u32 = load<u8>(at);
      at += 1;
      if (byte == 0x7d) break;
      if (byte != 0x2c) return 0;
      at = skipBlanks(at);
    }
  }
  at = skipBlanks(at);
  return at < end && load<u8>(at) == LINE_FEED ? at + 1 : 0;
}

/**
 * Finds up to `capacity` rows of JSON Lines in the bytes `[start, stop)` of the block at `bytes`; the number found. Everything
 * else as in `scanCsvRows`, but a row has as many spans as there are keys. Stops before a row that is no JSON object on one
 * line, has a key twice or one that is not among `keys`, has no line feed behind it, or is longer than `maxRowBytes`.
 */
export function scanJsonRows(
  bytes: usize,
  start: u32,
  stop: u32,
  keys: usize,
  maxRowBytes: u32,
  capacity: u32,
  spans: usize,
  rows: usize,
): u32 {
  const end = bytes + stop;
  const rowSpans = <usize>load<u32>(keys + KEYS_COUNT) * CELL;
  let number = load<u32>(keys + KEYS_ROW);
  let found: u32 = 0;
  let at = bytes + start;
  while (found < capacity) {
    number += 1;
    const behind = jsonRow(bytes, at, end, keys, number, spans);
    if (behind == 0 || behind - at > maxRowBytes) break;
    store<u32>(rows, <u32>(at - bytes));
    store<u32>(rows + 4, <u32>(behind - bytes));
    store<u32>(rows + 8, found);
    rows += 12;
    spans += rowSpans;
    found += 1;
    at = behind;
  }
  store<u32>(keys + KEYS_ROW, number);
  placeBehind = <u32>(at - bytes);
  linesPassed = found;
  return found;
}
