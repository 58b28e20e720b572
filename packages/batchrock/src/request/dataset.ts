import {
  checkTemplate,
  type Dialect,
  didYouMean,
  InputError,
  type ReadPosition,
  type RowBatch,
  type RowReader,
  rowFormat,
  type Source,
  type TakenRows,
} from '@batchrock/core';
import { answeredRows } from './answered-rows.ts';
import { type DatasetFiles, type DatasetOptions, openDatasetFiles } from './dataset-files.ts';
import type { CheckedQuestion } from './question.ts';

/** A dataset whose first rows have been looked at. */
export interface Dataset {
  /** As the user gave it. */
  readonly name: string;
  readonly sources: readonly Source[];
  /** As they are stored. */
  readonly bytes: number;
  readonly dialect: Dialect;
  /** CSV: the header. JSON Lines: the keys seen so far. */
  readonly columns: readonly string[];
  /** From the size of the first rows; all of them where they are few. */
  readonly estimatedRows: number;
  /** The estimate is exact. */
  readonly isCounted: boolean;
  /** The rows that are taken, where those are not all of its files. */
  readonly taken?: TakenRows;
  readonly warnings: readonly string[];
  /** From the start, or from the first byte of a row. */
  open(from?: ReadPosition): Promise<RowReader>;
  /** Throws `BR-E0118` when a source is not what it was when it was looked at. */
  checkUnchanged(): Promise<void>;
}

/**
 * Looks at a dataset: what its columns are, and that they are those which the question needs. Throws `BR-E0117`, what its
 * reader finds wrong with the header, `BR-E0106` for unknown columns of the prompt and `BR-E0109` for a missing text column.
 */
export async function lookAtDataset(
  name: string,
  sources: readonly Source[],
  options: DatasetOptions,
  question: CheckedQuestion,
  signal?: AbortSignal,
): Promise<Dataset> {
  const files = await openDatasetFiles(sources, options, signal);
  const bytes = sources.reduce((sum, source) => sum + source.size, 0);
  const first = await lookAtRows(files, question, bytes);
  const { columns } = question;
  return {
    name,
    sources,
    bytes,
    dialect: files.dialect,
    warnings: files.warnings,
    ...first,
    open: async (from) => answeredRows(await files.open(from), columns),
    async checkUnchanged() {
      for (const source of sources) await source.checkUnchanged(signal);
    },
  };
}

/** Rows looked at before their number is estimated from their size. */
const SAMPLE_ROWS = 1000;

/** As much text of compressed files is looked at: what is unpacked ahead of the rows hardly counts in it. */
const SAMPLE_TEXT_BYTES = 8 << 20;

async function lookAtRows(files: DatasetFiles, question: CheckedQuestion, bytes: number) {
  const leastText = files.isCompressed ? SAMPLE_TEXT_BYTES : 0;
  const reader = await files.open();
  try {
    let rows = 0;
    let text = 0;
    let batch: RowBatch | undefined;
    do {
      batch = await reader.next();
      rows += batch?.count ?? 0;
      text += batch ? batch.rowEnd[batch.count - 1]! - batch.rowStart[0]! : 0;
    } while (batch && (rows < SAMPLE_ROWS || text < leastText || lacksColumns(reader, question)));
    if (rows === 0) throw new InputError('BR-E0102', `none of the ${files.sources.length} files has a row`);
    if (reader.columns.length === 0) throw noColumns(files.sources);
    checkColumns(reader.columns, question, reader.dialect);
    const read = reader.bytesRead ?? reader.position.byte;
    const isCounted = batch === undefined || reader.rowCount !== undefined;
    return {
      columns: [...reader.columns],
      estimatedRows: reader.rowCount ?? (batch === undefined ? rows : Math.max(rows, Math.ceil((rows / read) * bytes))),
      isCounted,
    };
  } finally {
    await reader.close();
  }
}

/** The rows of a JSON Lines file may bring columns to the last: it is read on as long as one is missing. */
function lacksColumns(reader: RowReader, question: CheckedQuestion): boolean {
  if (reader.dialect.format !== 'jsonl') return false;
  return question.columns.some((column) => !reader.columns.includes(column));
}

/** Only JSON Lines come this far without a column: the other formats have a header. */
function noColumns(sources: readonly Source[]): InputError {
  const [first] = sources;
  const where = sources.length === 1 ? `${first?.name} has no line` : `${first?.name} and the other files have no line`;
  return new InputError('BR-E0114', `${where} that can be read as a JSON object with names: {"name": "value"}`, {
    hint: 'each line of JSON Lines is one object; for another format give --format csv, tsv or parquet',
  });
}

function checkColumns(columns: readonly string[], question: CheckedQuestion, dialect: Dialect): void {
  if (question.request.given) checkRecords(columns, question, dialect);
  checkTemplate(question.templates, columns);
  const textColumn = question.request.textColumn;
  if (textColumn === undefined || columns.includes(textColumn)) return;
  const guess = didYouMean(textColumn, columns);
  const named = `${JSON.stringify(textColumn)}${guess === undefined ? '' : ` (${guess}?)`}`;
  throw new InputError('BR-E0109', `the dataset has no column ${named}; its columns are ${columns.join(', ')}`, {
    details: { column: textColumn },
  });
}

/** Objects are there in JSON Lines and in Parquet, whose rows become JSON Lines; a cell of CSV is text. */
function checkRecords(columns: readonly string[], question: CheckedQuestion, dialect: Dialect): void {
  if (rowFormat(dialect) !== 'jsonl') {
    throw new InputError('BR-E0117', `records that are ready to be sent are JSON Lines, and this is ${dialect.format}`, {
      hint: 'each line is one record: {"recordId": "name", "modelInput": {}}',
    });
  }
  const missing = question.columns.filter((column) => !columns.includes(column));
  if (missing.length === 0) return;
  const names = missing.map((name) => JSON.stringify(name)).join(', ');
  throw new InputError('BR-E0114', `no row has ${names}; the names in them are ${columns.join(', ')}`, {
    hint: 'each line is one record: {"recordId": "name", "modelInput": {}}',
    details: { columns: [...missing] },
  });
}
