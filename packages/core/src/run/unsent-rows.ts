import { InputError } from '../errors/index.ts';
import type { Family } from '../model/index.ts';
import type { RowReader } from '../ports/index.ts';
import { REJECT_CODES, type RejectReason, type RowBatch, recordId } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import type { UnsentRow } from './part-draft.ts';
import { rejectCause, rejectMessage } from './reject-message.ts';

/** The row asks for what the one of ordinal `of` asks for. */
export function duplicateRow({ recordPrefix }: RunDocument, ordinal: number, of: number): UnsentRow {
  return { id: recordId(recordPrefix, ordinal), status: 'duplicate', of: recordId(recordPrefix, of) };
}

/** A row of a batch that cannot be sent. */
export interface RefusedRow {
  readonly batch: RowBatch;
  /** In the batch. */
  readonly row: number;
  /** In the dataset. */
  readonly ordinal: number;
  readonly reason: RejectReason;
}

/** What is said of a row that cannot be sent. Throws `BR-E0113` where the run is strict. */
export function rejectedRow(
  { document, family, reader }: { readonly document: RunDocument; readonly family: Family; readonly reader: RowReader },
  { batch, row, ordinal, reason }: RefusedRow,
): UnsentRow {
  const line = batch.line[row]!;
  const cause = rejectCause({ ...document, family }, reader, batch, row, reason);
  if (document.strict) {
    // an error is logged, and what stands in cells is not
    const file = reader.sourceName ?? document.source.name;
    const where = reader.sourceName === undefined ? `${file}, ${cause.why}` : cause.why;
    throw new InputError('BR-E0113', where, { details: { file, line } });
  }
  const id = recordId(document.recordPrefix, ordinal);
  return { id, status: 'rejected', code: REJECT_CODES[reason]!, message: rejectMessage(cause), line };
}
