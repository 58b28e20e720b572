import type { RowBatch } from '@batchrock/core';

/** Cells in one batch, at most; keeps the offsets of a batch within the processor's cache. */
const MAX_BATCH_CELLS = 16_384;
const MAX_BATCH_ROWS = 4_096;

/** Most columns of a dataset. Beyond it, something is wrong with the file (a whole table on one line, ids as keys). */
export const MAX_COLUMNS = 4_096;

/** Bytes of the longest row when the caller does not say: 16 MiB. */
export const DEFAULT_MAX_ROW_BYTES = 16 << 20;

/** What a batch is made for. */
export interface BatchRoom {
  /** Bytes that rows may come from at once, of which each takes one at least. Default: more than a batch has rows. */
  readonly bytes?: number;
  /** Its arrays are used where they are large enough. */
  readonly old?: RowBatch;
}

/** Rows of `width` cells that a batch takes, out of so many bytes. */
export function batchRows(width: number, bytes = MAX_BATCH_ROWS): number {
  return Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor(MAX_BATCH_CELLS / Math.max(1, width)), bytes));
}

/** An empty batch for rows of `width` cells. */
export function createBatch(width: number, { bytes, old }: BatchRoom = {}): RowBatch {
  const rows = batchRows(width, bytes);
  const cells = 3 * rows * width;
  const fits = old !== undefined && old.cells.length >= cells && old.rowStart.length >= rows;
  return {
    bytes: new Uint8Array(0),
    offset: 0,
    count: 0,
    width,
    cells: fits ? old.cells : new Uint32Array(cells),
    rowStart: fits ? old.rowStart.subarray(0, rows) : new Uint32Array(rows),
    rowEnd: fits ? old.rowEnd.subarray(0, rows) : new Uint32Array(rows),
    line: fits ? old.line.subarray(0, rows) : new Float64Array(rows),
    reject: fits ? old.reject.subarray(0, rows) : new Uint8Array(rows),
  };
}
