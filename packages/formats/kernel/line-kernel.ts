/**
 * Rows of Parquet as lines of JSON: spans of values first, a column at a time, then lines out of the spans, a row at a time.
 * AssemblyScript, compiled together with `page-kernel.ts`. All positions are addresses; a span is where a value begins and where
 * it ends, 4 bytes each, both 0 for null. The plain versions beside these are `PrefixedValues`, `ValueText` and `RowWriter`.
 *
 * Loads may reach up to 15 bytes past an end; stores do so only where the caller has left room for it.
 */

import { putEscaped } from '../../core/kernel/json-text';

const QUOTE: u32 = 0x22;
const NULL: u32 = 0x6c6c756e;
const NULL_BYTES: usize = 4;
/** `}` and a line feed. */
const ROW_END: u16 = 0x0a7d;
/** Most bytes that one byte of text becomes. */
const MAX_ESCAPED: usize = 6;
/** What stores of 16 bytes may need behind a row. */
const OVER: usize = 16;

/** `CellKind` of `row-batch.ts`. */
const KIND_STRING: u32 = 3;
const KIND_VALUE: u32 = 4;

/**
 * Finds `count` values of the encoding PLAIN, each with its length before it, in `[at, end)`; the address behind the last one, 0
 * when they are not all there.
 */
export function prefixedSpans(at: usize, end: usize, count: u32, spans: usize): usize {
  for (let i: u32 = 0; i < count; i++) {
    if (end - at < 4) return 0;
    const length: usize = load<u32>(at);
    at += 4;
    if (length > end - at) return 0;
    store<u32>(spans, <u32>at);
    at += length;
    store<u32>(spans + 4, <u32>at);
    spans += 8;
  }
  return at;
}

/** Writes the `count` whole numbers of 32 or 64 bits at `at` as text to `to`, one behind the other, of up to 20 bytes each. */
export function wholeSpans(at: usize, count: u32, width: u32, signed: bool, spans: usize, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(spans, <u32>to);
    let value: u64 = width == 8 ? load<u64>(at) : signed ? <u64>(<i64>load<i32>(at)) : <u64>load<u32>(at);
    if (signed && <i64>value < 0) {
      store<u8>(to, 0x2d);
      to += 1;
      value = 0 - value;
    }
    let behind = to + 1;
    for (let rest = value; rest >= 10; rest /= 10) behind += 1;
    let digit = behind;
    do {
      digit -= 1;
      const next = value / 10;
      store<u8>(digit, <u8>(0x30 + (value - 10 * next)));
      value = next;
    } while (digit > to);
    to = behind;
    store<u32>(spans + 4, <u32>to);
    spans += 8;
    at += width;
  }
}

/** Copies at least `length` bytes, 16 at a time. Writes up to 15 bytes more. */
// @ts-ignore: decorator
@inline
function copyOver(from: usize, length: usize, to: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/**
 * The columns of a row: their number and the bytes of all keys, commas and braces, 4 bytes each, and 8 of nothing; then for each
 * the length of its key with what stands before and behind it, whether its values are text, the address of its next span, 4 bytes
 * each, 4 of nothing, and the key, padded to a multiple of 16.
 */
const PLAN_FIXED: usize = 4;
const PLAN_COLUMNS: usize = 16;
const COLUMN_HEAD: usize = 16;

/**
 * Writes up to `count` rows to `[to, end)` of the block at `block`; the number written. `cells`: three numbers a cell, `starts`
 * and `ends`: one a row, all of 4 bytes and from the block's first byte on. Stops before a row that might be longer than
 * `maxRowBytes` or than what is left. The plan has the spans behind the last row then.
 */
export function writeRows(
  plan: usize,
  count: u32,
  block: usize,
  to: usize,
  end: usize,
  maxRowBytes: usize,
  cells: usize,
  starts: usize,
  ends: usize,
): u32 {
  const columns = load<u32>(plan);
  const fixed: usize = load<u32>(plan + PLAN_FIXED);
  const first = plan + PLAN_COLUMNS;
  let row: u32 = 0;
  for (; row < count; row++) {
    let column = first;
    let most = <u64>(fixed + OVER);
    for (let c: u32 = 0; c < columns; c++) {
      const span: usize = load<u32>(column + 8);
      const length = <u64>(load<u32>(span + 4) - load<u32>(span));
      most += MAX_ESCAPED * length + NULL_BYTES;
      column += COLUMN_HEAD + ((<usize>load<u32>(column) + 15) & ~15);
    }
    if (most > end - to || most > maxRowBytes) break;
    store<u32>(starts, <u32>(to - block));
    column = first;
    for (let c: u32 = 0; c < columns; c++) {
      const key: usize = load<u32>(column);
      const span: usize = load<u32>(column + 8);
      const from: usize = load<u32>(span);
      const until: usize = load<u32>(span + 4);
      store<u32>(column + 8, <u32>(span + 8));
      copyOver(column + COLUMN_HEAD, key, to);
      to += key;
      if (from == 0) {
        store<u32>(to, NULL);
        store<u32>(cells, <u32>(to - block));
        to += NULL_BYTES;
        store<u32>(cells + 4, <u32>(to - block));
        store<u32>(cells + 8, KIND_VALUE);
      } else if (load<u32>(column + 4) != 0) {
        store<u8>(to, <u8>QUOTE);
        to += 1;
        store<u32>(cells, <u32>(to - block));
        to = putEscaped(from, until, false, to);
        store<u32>(cells + 4, <u32>(to - block));
        store<u32>(cells + 8, KIND_STRING);
        store<u8>(to, <u8>QUOTE);
        to += 1;
      } else {
        // text of ours: `"2026-11-21"`, `1.50`
        const isQuoted: u32 = u32(load<u8>(from) == QUOTE);
        copyOver(from, until - from, to);
        store<u32>(cells, <u32>(to - block) + isQuoted);
        to += until - from;
        store<u32>(cells + 4, <u32>(to - block) - isQuoted);
        store<u32>(cells + 8, KIND_VALUE - isQuoted);
      }
      cells += 12;
      column += COLUMN_HEAD + ((key + 15) & ~15);
    }
    store<u16>(to, ROW_END);
    to += 2;
    store<u32>(ends, <u32>(to - block));
    starts += 4;
    ends += 4;
  }
  return row;
}
