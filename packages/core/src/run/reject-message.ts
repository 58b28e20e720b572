import type { Family } from '../model/index.ts';
import { whyNotTranslated } from '../openai/index.ts';
import type { RejectCause, RowReader } from '../ports/index.ts';
import { parseTemplate, templateColumns } from '../prompt/index.ts';
import { CellKind, MODEL_INPUT_COLUMN, RejectReason, type RowBatch, rowValue, whyNotRequested } from '../record/index.ts';
import type { RunDocument } from './document.ts';

/** What is known of a run, or of one that may begin, where a row is refused. */
export interface RejectContext {
  readonly family: Family;
  readonly source: Pick<RunDocument['source'], 'dialect'>;
  readonly model: Pick<RunDocument['model'], 'traits' | 'limits'>;
  readonly request: RunDocument['request'];
}

/**
 * Why a row is not sent, with its place: `line 12: 3 cells, the header has 4` (Parquet: `row 12`), and the file where there are several. Slow path,
 * one call for a bad row.
 */
export function rejectCause(
  run: RejectContext,
  reader: RowReader,
  batch: RowBatch,
  row: number,
  reason: RejectReason,
): RejectCause {
  const file = reader.sourceName === undefined ? '' : `${reader.sourceName}, `;
  const counted = run.source.dialect.format === 'parquet' ? 'row' : 'line';
  const cause = bareCause(run, reader, batch, row, reason);
  return { ...cause, why: `${file}${counted} ${batch.line[row]}: ${cause.why}` };
}

/** What stands in the results: all of it. */
export function rejectMessage({ why, beyond }: RejectCause): string {
  return beyond === undefined ? why : `${why}; beyond the header: ${beyond}`;
}

/** The same without its place. */
export function bareCause(
  run: RejectContext,
  reader: RowReader,
  batch: RowBatch,
  row: number,
  reason: RejectReason,
): RejectCause {
  switch (reason) {
    case RejectReason.tooLarge:
      return { why: `its record is larger than ${run.model.limits.maxRecordBytes} bytes, the most that is sent` };
    case RejectReason.emptyText:
      return { why: `column ${JSON.stringify(run.request.textColumn)} is empty, and an empty text cannot be embedded` };
    case RejectReason.notObject:
      return { why: `its ${JSON.stringify(MODEL_INPUT_COLUMN)} is no JSON object` };
    case RejectReason.invalidRequest:
      return { why: requestProblems(run, reader, batch, row) };
    case RejectReason.missingColumn:
      return { why: `the row has no ${missingColumns(run, reader, batch, row).join(', ')}` };
    default:
      return reader.explainReject(row);
  }
}

function requestProblems({ family, model, request }: RejectContext, reader: RowReader, batch: RowBatch, row: number): string {
  if (request.openai === undefined) return whyNotRequested({ family, traits: model.traits, request }, reader.columns, batch, row);
  return whyNotTranslated(rowValue(new TextDecoder(), batch, row), {
    family,
    traits: model.traits ?? {},
    onUnsupported: request.openai.onUnsupported,
  });
}

function missingColumns(run: RejectContext, reader: RowReader, batch: RowBatch, row: number): string[] {
  const { prompt, system, textColumn, given } = run.request;
  if (given) return [JSON.stringify(MODEL_INPUT_COLUMN)];
  const templates = [prompt, system].filter((text) => text !== undefined);
  const used = templates.flatMap((text) => templateColumns(parseTemplate(text)));
  const missing = [...new Set(textColumn === undefined ? used : [textColumn])].filter((name) => {
    const column = reader.columns.indexOf(name);
    if (column < 0 || column >= batch.width) return true;
    return batch.cells[3 * (row * batch.width + column) + 2] === CellKind.absent;
  });
  return missing.map((name) => JSON.stringify(name));
}
