import type { Place } from '../job/index.ts';
import type { RowBatch } from '../record/index.ts';

/** Where a row of a batch begins; `ordinal` is its own. */
export function placeOf(batch: RowBatch, row: number, ordinal: number): Place {
  const source = batch.source === undefined ? {} : { source: batch.source };
  return { ...source, byte: batch.offset + (batch.places ?? batch.rowStart)[row]!, line: batch.line[row]!, ordinal };
}
