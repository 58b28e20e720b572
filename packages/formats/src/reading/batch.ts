import type { RowBatch } from '@batchrock/core';

/** Cells in one batch, at most; keeps the offsets of a batch within the processor's cache. */
const MAX_BATCH_CELLS = 16_384;
const MAX_BATCH_ROWS = 4_096;

/** Most columns of a dataset. Beyond it, something is wrong with the file (a whole table on one line, ids as keys). */
export const MAX_COLUMNS = 10_000;

/** Bytes of the longest row when the caller does not say: 16 MiB. */
export const DEFAULT_MAX_ROW_BYTES = 16 << 20;

/** Rows of `width` cells that one batch takes. */
export function batchRows(width: number): number {
  return Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor(MAX_BATCH_CELLS / Math.max(1, width))));
}

/** An empty batch for rows of `width` cells. */
export function createBatch(width: number): RowBatch {
  const rows = batchRows(width);
  return {
    bytes: new Uint8Array(0),
    offset: 0,
    count: 0,
    width,
    cells: new Uint32Array(3 * rows * width),
    rowStart: new Uint32Array(rows),
    rowEnd: new Uint32Array(rows),
    line: new Float64Array(rows),
    reject: new Uint8Array(rows),
  };
}
