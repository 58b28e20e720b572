/**
 * Cells of a row into the pages of their columns, as Parquet has them: all columns in one call. AssemblyScript, compiled together
 * with `page-kernel.ts`. The plain versions are `TextColumn`, `CountColumn` and what they are made of; both work on the same
 * state, `ColumnState`, and where this stops they go on: at a value that is not in its dictionary, at a page without room.
 *
 * Loads may reach up to 15 bytes past an end. Stores do so only where there is room for it in the page.
 */

import { unescape } from '../../core/kernel/json-text';

/** `CellKind` of `row-batch.ts`, and a count. */
const ABSENT: u32 = 0;
const QUOTED: u32 = 2;
const STRING: u32 = 3;
const VALUE: u32 = 4;
const COUNT: u32 = 5;

/** The head of the cells of a row (`RowCells`), then for each its begin and end, or a number of 8 bytes, its kind and its column's state. */
const CELLS: usize = 0;
const HAS_FULL_PAGE: usize = 4;
const PAGE_END: usize = 8;
const PAGE_ROWS: usize = 12;
const HEAD: usize = 16;
const CELL: usize = 16;
const CELL_KIND: usize = 8;
const CELL_STATE: usize = 12;

/** Fields of `ColumnState`, as `column-state.ts` has them, in bytes. */
const IS_SHARED: usize = 0;
const TARGET: usize = 4;
const LENGTH: usize = 8;
const LIMIT: usize = 12;
const ROWS: usize = 16;
const ENTRIES: usize = 20;
const NULLS: usize = 24;
const MAX_DEFINITION: usize = 28;
const LEVEL: usize = 32;
const LEVEL_COUNT: usize = 36;
const RUNS: usize = 40;
const RUNS_LENGTH: usize = 44;
const RUNS_LIMIT: usize = 48;
const IS_PLAIN: usize = 52;
const MIN_LENGTH: usize = 56;
const MAX_LENGTH: usize = 60;
const MIN_PREFIX: usize = 64;
const MAX_PREFIX: usize = 68;
const MIN_CUT: usize = 72;
const MAX_CUT: usize = 76;
const INDICES: usize = 80;
const INDEX_COUNT: usize = 84;
const LAST: usize = 88;
const TABLE: usize = 92;
const TABLE_MASK: usize = 96;
const STARTS: usize = 100;
const DICTIONARY: usize = 104;
const LOOKED: usize = 116;
const MIN: usize = 128;
const MAX: usize = 192;

/** Bytes of a least or greatest text that are kept. */
const KEPT: usize = 64;
/** A longer value is in no dictionary. */
const LONGEST: usize = 1024;
/** What stores of 16 bytes may need behind a value. */
const OVER: usize = 16;
/** Most bytes of a run of levels. */
const RUN_BYTES: u32 = 6;

/** Puts the cells from `first` on into their columns; the number of the one that is not for the kernel, of all cells at their end. */
export function putCells(row: usize, first: u32): u32 {
  const cells = load<u32>(row + CELLS);
  for (let c = first; c < cells; c++) {
    const cell = row + HEAD + CELL * c;
    const state: usize = load<u32>(cell + CELL_STATE);
    if (!putCell(state, cell)) return c;
    if (load<u32>(state + LENGTH) >= load<u32>(row + PAGE_END) || load<u32>(state + ROWS) >= load<u32>(row + PAGE_ROWS)) {
      store<u32>(row + HAS_FULL_PAGE, 1);
    }
  }
  return cells;
}

/** All of it, or false and nothing. */
function putCell(state: usize, cell: usize): bool {
  if (load<u32>(state + IS_SHARED) == 0) return false;
  const from: usize = load<u32>(cell);
  const end: usize = load<u32>(cell + 4);
  let kind = load<u32>(cell + CELL_KIND);
  // no other value begins with the letter of `null`
  if (kind == VALUE && end > from && load<u8>(from) == 0x6e) kind = ABSENT;
  const maxDefinition = load<u32>(state + MAX_DEFINITION);
  const level: u32 = kind == ABSENT ? 0 : maxDefinition;
  const endsRun = maxDefinition > 0 && level != load<u32>(state + LEVEL);
  if (endsRun && load<u32>(state + RUNS_LENGTH) + RUN_BYTES > load<u32>(state + RUNS_LIMIT)) return false;
  if (kind == COUNT) {
    if (!putNumber(state, load<f64>(cell))) return false;
  } else if (kind != ABSENT && !putText(state, from, end, kind)) return false;
  if (level < maxDefinition) store<u32>(state + NULLS, load<u32>(state + NULLS) + 1);
  if (endsRun) {
    endRun(state);
    store<u32>(state + LEVEL, level);
  }
  if (maxDefinition > 0) store<u32>(state + LEVEL_COUNT, load<u32>(state + LEVEL_COUNT) + 1);
  store<u32>(state + ENTRIES, load<u32>(state + ENTRIES) + 1);
  store<u32>(state + ROWS, load<u32>(state + ROWS) + 1);
  return true;
}

/** `RunLengths.add`, where the level changes. */
function endRun(state: usize): void {
  let rest = load<u32>(state + LEVEL_COUNT) * 2;
  if (rest == 0) return;
  const runs: usize = load<u32>(state + RUNS);
  let at = runs + load<u32>(state + RUNS_LENGTH);
  while (rest >= 0x80) {
    store<u8>(at, <u8>((rest & 0x7f) | 0x80));
    at += 1;
    rest >>= 7;
  }
  store<u8>(at, <u8>rest);
  store<u8>(at + 1, <u8>load<u32>(state + LEVEL));
  store<u32>(state + RUNS_LENGTH, <u32>(at + 2 - runs));
  store<u32>(state + LEVEL_COUNT, 0);
}

/** `CountColumn.put`. */
// @ts-ignore: decorator
@inline
function putNumber(state: usize, value: f64): bool {
  const target: usize = load<u32>(state + TARGET);
  const length: usize = load<u32>(state + LENGTH);
  if (target == 0 || length + 8 > <usize>load<u32>(state + LIMIT)) return false;
  store<i64>(target + length, <i64>value);
  store<u32>(state + LENGTH, <u32>(length + 8));
  if (value < load<f64>(state + MIN)) store<f64>(state + MIN, value);
  if (value > load<f64>(state + MAX)) store<f64>(state + MAX, value);
  return true;
}

/** `TextColumn.put`. */
// @ts-ignore: decorator
@inline
function putText(state: usize, from: usize, end: usize, kind: u32): bool {
  const target: usize = load<u32>(state + TARGET);
  const length: usize = load<u32>(state + LENGTH);
  if (target == 0 || length + 4 + (end - from) + OVER > <usize>load<u32>(state + LIMIT)) return false;
  const at = target + length + 4;
  if (load<u32>(state + IS_PLAIN) != 0) {
    const stop = copyText(from, end, kind, at);
    store<u32>(at - 4, <u32>(stop - at));
    store<u32>(state + LENGTH, <u32>(stop - target));
    see(state, at, stop);
    return true;
  }
  if (kind == QUOTED || kind == STRING) {
    // behind the page's values, where nothing is yet
    end = copyText(from, end, kind, at);
    from = at;
  }
  return putIndex(state, from, end);
}

/** The address behind the copy. */
// @ts-ignore: decorator
@inline
function copyText(from: usize, end: usize, kind: u32, to: usize): usize {
  if (kind == STRING) return unescape(from, end, to);
  if (kind == QUOTED) return undoubled(from, end, to);
  const stop = to + (end - from);
  for (; from < end; from += 16, to += 16) v128.store(to, v128.load(from));
  return stop;
}

/** `copyUndoubled`, with room behind what is written. */
function undoubled(from: usize, end: usize, to: usize): usize {
  const quote = i8x16.splat(0x22);
  while (from < end) {
    const x = v128.load(from);
    v128.store(to, x);
    const quotes = i8x16.bitmask(i8x16.eq(x, quote));
    const plain: usize = quotes == 0 ? 16 : ctz<i32>(quotes) + 1;
    if (from + plain > end) return to + (end - from);
    to += plain;
    // one quote stays, its twin goes
    from += quotes == 0 ? plain : plain + 1;
  }
  return to;
}

/** Notes a value that the dictionary has: `ValueDictionary.indexOf`. */
function putIndex(state: usize, from: usize, end: usize): bool {
  const dictionary: usize = load<u32>(state + DICTIONARY);
  if (dictionary == 0) return false;
  const starts: usize = load<u32>(state + STARTS);
  let index = load<i32>(state + LAST);
  if (index < 0 || !isValue(dictionary + load<u32>(starts + 4 * <usize>index), from, end)) {
    if (end - from > LONGEST) return false;
    let hash: u32 = 0x811c9dc5;
    for (let i = from; i < end; i++) hash = (hash ^ <u32>load<u8>(i)) * 0x01000193;
    hash ^= hash >> 15;
    const table: usize = load<u32>(state + TABLE);
    const mask = load<u32>(state + TABLE_MASK);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      index = <i32>load<u16>(table + 2 * <usize>slot) - 1;
      if (index < 0) return false;
      if (isValue(dictionary + load<u32>(starts + 4 * <usize>index), from, end)) break;
    }
    store<u32>(state + LOOKED, load<u32>(state + LOOKED) + 1);
    store<i32>(state + LAST, index);
  }
  const count: usize = load<u32>(state + INDEX_COUNT);
  store<u16>(<usize>load<u32>(state + INDICES) + 2 * count, <u16>index);
  store<u32>(state + INDEX_COUNT, <u32>count + 1);
  return true;
}

/** True when the entry of a dictionary, a length of 4 bytes and the value, is `[from, end)`. */
// @ts-ignore: decorator
@inline
function isValue(entry: usize, from: usize, end: usize): bool {
  const size = end - from;
  if (<usize>load<u32>(entry) != size) return false;
  return commonBytes(from, entry + 4, size) == size;
}

/** How many of the first `most` bytes are the same. */
// @ts-ignore: decorator
@inline
function commonBytes(a: usize, b: usize, most: usize): usize {
  for (let i: usize = 0; i < most; i += 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
    if (same != 0xffff) {
      const common = i + ctz<i32>(~same);
      return common < most ? common : most;
    }
  }
  return most;
}

/** `TextBounds.see`. */
// @ts-ignore: decorator
@inline
function see(state: usize, from: usize, end: usize): void {
  const prefix = prefixOf(from, end);
  if (prefix <= load<u32>(state + MIN_PREFIX) || load<i32>(state + MIN_LENGTH) < 0) seeLow(state, from, end, prefix);
  if (prefix >= load<u32>(state + MAX_PREFIX) || load<i32>(state + MAX_LENGTH) < 0) seeHigh(state, from, end, prefix);
}

// @ts-ignore: decorator
@inline
function prefixOf(from: usize, end: usize): u32 {
  const prefix = bswap<u32>(load<u32>(from));
  const size = <u32>(end - from);
  if (size >= 4) return prefix;
  return size == 0 ? 0 : prefix & (0xffffffff << (8 * (4 - size)));
}

function seeLow(state: usize, from: usize, end: usize, prefix: u32): void {
  const length = load<i32>(state + MIN_LENGTH);
  if (length >= 0 && compareKept(from, end, state + MIN, length) >= 0) return;
  store<i32>(state + MIN_LENGTH, keep(from, end, state + MIN));
  store<u32>(state + MIN_CUT, end - from > KEPT ? 1 : 0);
  store<u32>(state + MIN_PREFIX, prefix);
}

function seeHigh(state: usize, from: usize, end: usize, prefix: u32): void {
  const length = load<i32>(state + MAX_LENGTH);
  const isCut: u32 = end - from > KEPT ? 1 : 0;
  const order = length < 0 ? 1 : compareKept(from, end, state + MAX, length);
  if (order > 0) {
    store<i32>(state + MAX_LENGTH, keep(from, end, state + MAX));
    store<u32>(state + MAX_CUT, isCut);
    store<u32>(state + MAX_PREFIX, prefix);
  } else if (order == 0 && isCut != 0) store<u32>(state + MAX_CUT, 1);
}

/** Below, at or above 0 as the kept bytes of the text are before, at or behind those that are kept already. */
function compareKept(from: usize, end: usize, kept: usize, length: i32): i32 {
  const size = <i32>(end - from < KEPT ? end - from : KEPT);
  const most = size < length ? size : length;
  const common = <i32>commonBytes(from, kept, most);
  return common < most ? <i32>load<u8>(from + common) - <i32>load<u8>(kept + common) : size - length;
}

/** The number of bytes that are kept. Writes all of their room. */
function keep(from: usize, end: usize, to: usize): i32 {
  const size = end - from < KEPT ? end - from : KEPT;
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
  return <i32>size;
}
