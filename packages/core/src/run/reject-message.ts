import type { RowReader } from '../ports/index.ts';
import { parseTemplate, templateColumns } from '../prompt/index.ts';
import { CellKind, RejectReason, type RowBatch } from '../record/index.ts';
import type { RunDocument } from './document.ts';

/**
 * Why a row is not sent, with its place: `line 12: 3 cells, the header has 4` (Parquet: `row 12`), and the file where there are several. Slow path,
 * one call for a bad row.
 */
export function rejectMessage(
  document: RunDocument,
  reader: RowReader,
  batch: RowBatch,
  row: number,
  reason: RejectReason,
): string {
  const file = reader.sourceName === undefined ? '' : `${reader.sourceName}, `;
  const counted = document.source.dialect.format === 'parquet' ? 'row' : 'line';
  return `${file}${counted} ${batch.line[row]}: ${why(document, reader, batch, row, reason)}`;
}

function why(document: RunDocument, reader: RowReader, batch: RowBatch, row: number, reason: RejectReason): string {
  switch (reason) {
    case RejectReason.tooLarge:
      return `its record is larger than ${document.model.limits.maxRecordBytes} bytes, the most that is sent`;
    case RejectReason.emptyText:
      return `column ${JSON.stringify(document.request.textColumn)} is empty, and an empty text cannot be embedded`;
    case RejectReason.missingColumn:
      return `the row has no ${missingColumns(document, reader, batch, row).join(', ')}`;
    default:
      return reader.explainReject(row);
  }
}

function missingColumns(document: RunDocument, reader: RowReader, batch: RowBatch, row: number): string[] {
  const { prompt, system, textColumn } = document.request;
  const templates = [prompt, system].filter((text) => text !== undefined);
  const used = templates.flatMap((text) => templateColumns(parseTemplate(text)));
  const missing = [...new Set(textColumn === undefined ? used : [textColumn])].filter((name) => {
    const column = reader.columns.indexOf(name);
    if (column < 0 || column >= batch.width) return true;
    return batch.cells[3 * (row * batch.width + column) + 2] === CellKind.absent;
  });
  return missing.map((name) => JSON.stringify(name));
}
