import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkTemplate, type Dialect, InputError, type ReadPosition, type RowReader } from '@batchrock/core';
import { type DatasetShape, datasetShape, openDataset } from '@batchrock/formats';
import { loadDigest, openFileSource, storageError, systemErrorCode } from '../node/index.ts';
import type { CheckedQuestion } from './question.ts';

/** How a dataset is read. */
export interface DatasetOptions {
  readonly inputFormat?: 'csv' | 'jsonl';
  readonly delimiter?: string;
}

/** A file whose first rows have been looked at. */
export interface Dataset {
  /** As the user gave it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly dialect: Dialect;
  /** CSV: the header. JSON Lines: the keys seen so far. */
  readonly columns: readonly string[];
  /** From the size of the first rows. */
  readonly estimatedRows: number;
  readonly warnings: readonly string[];
  /** From the start, or from the first byte of a row. */
  open(from?: ReadPosition): Promise<RowReader>;
  /** Throws `BR-E0118` when the file is not what it was when it was looked at. */
  checkUnchanged(): Promise<void>;
}

/**
 * Looks at a dataset: that it is there, what its columns are, and that they are those which the question needs. Throws
 * `BR-E0101`, `BR-E0117`, what its reader finds wrong with the header, `BR-E0106` for unknown columns of the prompt and
 * `BR-E0109` for a missing text column.
 */
export async function lookAtDataset(
  name: string,
  path: string,
  options: DatasetOptions,
  question: CheckedQuestion,
): Promise<Dataset> {
  const before = await fileFacts(path, name);
  const shape = shapeOf(name, options);
  const open = async (dialect: Dialect | undefined, from?: ReadPosition): Promise<RowReader> =>
    openDataset(await openFileSource(path, from?.byte ?? 0), {
      shape,
      name,
      ...(dialect === undefined ? {} : { dialect }),
      ...(from === undefined ? {} : { from }),
    });
  const first = await lookAtRows(await open(undefined), question, before.bytes);
  return {
    name,
    path,
    bytes: before.bytes,
    ...first,
    open: (from) => open(from === undefined ? undefined : first.dialect, from),
    async checkUnchanged() {
      const now = await fileFacts(path, name);
      if (now.bytes === before.bytes && now.modified === before.modified) return;
      throw new InputError('BR-E0118', `${name} changed while it was read`, {
        hint: 'give the same command again when nothing writes to the file any more',
        details: { file: name },
      });
    },
  };
}

/** XXH128 of a file, in lower-case hexadecimal. */
export async function hashFile(path: string, onProgress?: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  const source = await openFileSource(path);
  const digest = (await loadDigest()).start();
  const block = new Uint8Array(4 << 20);
  let bytes = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const length = await source.readInto(block);
      if (length === 0) return digest.hex();
      digest.update(block.subarray(0, length));
      bytes += length;
      onProgress?.(bytes);
    }
  } finally {
    await source.close();
  }
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

async function fileFacts(path: string, name: string): Promise<{ bytes: number; modified: bigint }> {
  try {
    const facts = await stat(resolve(path), { bigint: true });
    if (facts.isFile()) return { bytes: Number(facts.size), modified: facts.mtimeNs };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw storageError(error, `read ${name}`);
    throw new InputError('BR-E0101', `no such file: ${name}`, { cause: error, details: { file: name } });
  }
  throw new InputError('BR-E0101', `${name} is no file`, {
    details: { file: name },
    hint: 'give a file; a pipe goes in through standard input: batchrock run - < file',
  });
}
