import { Buffer, isUtf8 } from 'node:buffer';
import { CellKind, type RowBatch } from '@batchrock/core';

/**
 * A rejected row whose bytes are not all UTF-8, as a batch of its own in which they are: what is no character becomes
 * U+FFFD, everything else stays. Undefined when there is nothing to mend. Slow path, one call for a bad row.
 */
export function mendedRow(batch: RowBatch, row: number): RowBatch | undefined {
  const block = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
  const raw = block.subarray(batch.rowStart[row], batch.rowEnd[row]);
  if (isUtf8(raw)) return undefined;
  const whole = mended(raw);
  const pieces = [whole];
  const cells = new Uint32Array(3 * batch.width);
  let length = whole.length;
  for (let c = 0; c < batch.width; c++) {
    const from = 3 * (row * batch.width + c);
    const kind = batch.cells[from + 2]!;
    cells[3 * c + 2] = kind;
    if (kind === CellKind.absent) continue;
    const cell = mended(block.subarray(batch.cells[from], batch.cells[from + 1]));
    pieces.push(cell);
    cells[3 * c] = length;
    length += cell.length;
    cells[3 * c + 1] = length;
  }
  return {
    ...batch,
    bytes: new Uint8Array(Buffer.concat(pieces)),
    count: 1,
    cells,
    rowStart: Uint32Array.of(0),
    rowEnd: Uint32Array.of(whole.length),
    line: Float64Array.of(batch.line[row]!),
    reject: Uint8Array.of(batch.reject[row]!),
  };
}

/** Cells end at ASCII, so a cell on its own decodes as it does within its row. */
function mended(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'), 'utf8');
}
