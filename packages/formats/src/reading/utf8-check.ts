import { type Buffer, isUtf8 } from 'node:buffer';
import { RejectReason, type RowBatch } from '@batchrock/core';

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
