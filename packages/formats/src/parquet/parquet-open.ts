import { InputError, type RandomAccess, type ReadPosition, type RowReader } from '@batchrock/core';
import { DEFAULT_MAX_ROW_BYTES } from '../reading/index.ts';
import { readParquetFile } from './parquet-file.ts';
import { ParquetReader } from './parquet-reader.ts';

export interface ParquetOptions {
  /** What messages call the source; default `the dataset`. */
  readonly name?: string;
  /** Longest row as JSON; a longer one is rejected. Default 16 MiB. */
  readonly maxRowBytes?: number;
  /** A page above 8 MiB may become so many times as large. Default 500. */
  readonly maxExpansion?: number;
  /** Begin here: `line` is the number of the row in the file. */
  readonly from?: ReadPosition;
  /** A file without rows is no error. */
  readonly mayBeEmpty?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Rows of a Parquet file, each as one line of JSON whose keys are the columns. Memory is bounded by a few pages of each column,
 * whatever the size of the row groups; bytes are read by ranges, at the end first.
 *
 * Throws `InputError`, with file, row group and column: `BR-E0114` what is damaged, hostile or of a kind that is not read (also
 * from `next`), `BR-E0123` a page that claims to grow too much, `BR-E0103` column names, `BR-E0102` no rows. A bad row is rejected in its batch: `notUtf8`, `rowTooLong` (an
 * empty object stands in for it). Closes `access` when it throws.
 */
export async function openParquet(access: RandomAccess, options: ParquetOptions = {}): Promise<RowReader> {
  const { name = 'the dataset', maxRowBytes = DEFAULT_MAX_ROW_BYTES, maxExpansion, from, signal } = options;
  try {
    const file = await readParquetFile(access, name, signal);
    if (file.rows === 0 && !options.mayBeEmpty)
      throw new InputError('BR-E0102', `${name} has no rows`, { details: { file: name } });
    const row = from === undefined ? 0 : from.line - 1;
    return new ParquetReader(file, access, { maxRowBytes, maxExpansion, row, ordinal: from?.ordinal ?? 0, signal });
  } catch (error) {
    await access.close();
    throw error;
  }
}
