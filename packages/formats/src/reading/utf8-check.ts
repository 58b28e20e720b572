import { type Buffer, isUtf8 } from 'node:buffer';
import { CellKind, RejectReason, type RowBatch } from '@batchrock/core';

/**
 * Rejects the rows of a batch whose bytes are not UTF-8. One native call for the whole batch when all is well; a batch that
 * fails is halved until the rows are found.
 */
export function rejectForeignBytes(batch: RowBatch, bytes: Buffer): void {
  checkRows(batch, bytes, 0, batch.count);
}

function checkRows(batch: RowBatch, bytes: Buffer, from: number, to: number): void {
  if (from >= to || isUtf8(bytes.subarray(batch.rowStart[from], batch.rowEnd[to - 1]))) return;
  if (to - from > 1) {
    const middle = (from + to) >>> 1;
    checkRows(batch, bytes, from, middle);
    checkRows(batch, bytes, middle, to);
    return;
  }
  if (batch.reject[from] === RejectReason.none) batch.reject[from] = RejectReason.notUtf8;
}

/** Columns with foreign bytes that a message names. */
const MOST_NAMED = 8;

/**
 * Which columns of a row are not UTF-8, and the first byte of each that is not: `column "city" is not UTF-8 (byte 0xe9 at
 * offset 17 of the file)`. Undefined when all of the row is UTF-8. Slow path, one call for a bad row.
 */
export function describeForeignBytes(
  batch: RowBatch,
  bytes: Buffer,
  row: number,
  columns: readonly string[],
): string | undefined {
  const start = batch.rowStart[row]!;
  const end = batch.rowEnd[row]!;
  if (isUtf8(bytes.subarray(start, end))) return undefined;
  const place = (at: number): string => {
    const hex = bytes[at]!.toString(16).padStart(2, '0');
    return `byte 0x${hex} at offset ${batch.offset + at} of the file`;
  };
  const found: string[] = [];
  for (let c = 0; c < batch.width; c++) {
    const cell = 3 * (row * batch.width + c);
    if (batch.cells[cell + 2] === CellKind.absent) continue;
    const at = firstForeignByte(bytes, batch.cells[cell]!, batch.cells[cell + 1]!);
    if (at >= 0) found.push(`column ${JSON.stringify(columns[c])} is not UTF-8 (${place(at)})`);
  }
  if (found.length === 0) return `the row is not UTF-8 (${place(firstForeignByte(bytes, start, end))})`;
  const hidden = found.length - MOST_NAMED;
  return found.slice(0, MOST_NAMED).join(', ') + (hidden > 0 ? ` and ${hidden} columns more` : '');
}

/** The first byte of `bytes[start..end)` that begins no UTF-8 character; -1 when there is none. */
function firstForeignByte(bytes: Buffer, start: number, end: number): number {
  if (isUtf8(bytes.subarray(start, end))) return -1;
  for (let at = start; at < end; ) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (at + length > end || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return -1;
}
