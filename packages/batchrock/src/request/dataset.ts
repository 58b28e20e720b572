import { checkTemplate, type Dialect, InputError, type ReadPosition, type RowReader, type Source } from '@batchrock/core';
import { type DatasetShape, datasetShape, openDataset } from '@batchrock/formats';
import type { CheckedQuestion } from './question.ts';

/** How a dataset is read. */
export interface DatasetOptions {
  readonly inputFormat?: 'csv' | 'jsonl';
  readonly delimiter?: string;
}

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
  /** From the size of the first rows. */
  readonly estimatedRows: number;
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
  const source = onlySource(name, sources);
  const shape = shapeOf(source.name, options);
  const open = async (dialect: Dialect | undefined, from?: ReadPosition): Promise<RowReader> =>
    openDataset(await source.open(from?.byte ?? 0, signal), {
      shape,
      name: source.name,
      ...(dialect === undefined ? {} : { dialect }),
      ...(from === undefined ? {} : { from }),
    });
  const first = await lookAtRows(await open(undefined), question, source.size);
  return {
    name,
    sources,
    bytes: source.size,
    ...first,
    open: (from) => open(from === undefined ? undefined : first.dialect, from),
    checkUnchanged: () => source.checkUnchanged(signal),
  };
}

function onlySource(name: string, sources: readonly Source[]): Source {
  const [source, another] = sources;
  if (source !== undefined && another === undefined) return source;
  throw new InputError('BR-E0120', `${name} means ${sources.length} files, and one is read`, { details: { value: name } });
}

/** Rows looked at before their number is estimated from their size. */
const SAMPLE_ROWS = 1000;

async function lookAtRows(reader: RowReader, question: CheckedQuestion, bytes: number) {
  try {
    const start = reader.position;
    let batch = await reader.next();
    let rows = batch?.count ?? 0;
    while (batch && (rows < SAMPLE_ROWS || lacksColumns(reader, question))) {
      batch = await reader.next();
      rows += batch?.count ?? 0;
    }
    checkColumns(reader.columns, question);
    const perRow = (reader.position.byte - start.byte) / Math.max(1, rows);
    const rest = bytes - reader.position.byte;
    return {
      dialect: reader.dialect,
      columns: [...reader.columns],
      estimatedRows: rows + (batch && perRow > 0 ? Math.ceil(rest / perRow) : 0),
      warnings: reader.warnings,
    };
  } finally {
    await reader.close();
  }
}

/** The rows of a JSON Lines file may bring columns to the last: it is read on as long as one is missing. */
function lacksColumns(reader: RowReader, question: CheckedQuestion): boolean {
  if (reader.dialect.format === 'csv') return false;
  return question.columns.some((column) => !reader.columns.includes(column));
}

function checkColumns(columns: readonly string[], question: CheckedQuestion): void {
  checkTemplate(question.templates, columns);
  const textColumn = question.request.textColumn;
  if (textColumn === undefined || columns.includes(textColumn)) return;
  throw new InputError(
    'BR-E0109',
    `the dataset has no column ${JSON.stringify(textColumn)}; its columns are ${columns.join(', ')}`,
    {
      details: { column: textColumn },
    },
  );
}

function shapeOf(name: string, options: DatasetOptions): DatasetShape {
  const shape = options.inputFormat === undefined ? datasetShape(name) : { format: options.inputFormat };
  return options.delimiter === undefined ? shape : { ...shape, delimiter: options.delimiter };
}
