import { type ByteSource, type CallOptions, type Dialect, InputError, type RowReader, type Source } from '@batchrock/core';
import { decompress, skipBytes } from './compression/index.ts';
import { type OpenDatasetOptions, openDataset } from './dataset-format.ts';
import { openParquet, type ParquetOptions } from './parquet/index.ts';
import { withFinalLineEnd } from './reading/index.ts';

export interface OpenSourceOptions extends Omit<OpenDatasetOptions, 'name'>, CallOptions {
  /** Rows of another source follow, and are kept in one piece with these. Needs `dialect`. */
  readonly isFollowed?: boolean;
  /** How many times as large compressed text, or a large page of Parquet, may become. */
  readonly maxExpansion?: number;
}

/**
 * Opens the rows of one file of a dataset, at its start or at the first byte of a row. Compressed text is read from its start
 * whatever the position is, at about 400 MB/s (gzip) and 900 MB/s (zstd) of text.
 */
export async function openSource(source: Source, options: OpenSourceOptions): Promise<RowReader> {
  const { isFollowed, maxExpansion, signal, ...rest } = options;
  if (rest.shape.format === 'parquet') return openParquet(await source.openAccess(signal), parquetOptions(source, options));
  const bytes = await openText(source, options);
  const end = isFollowed && options.dialect ? lineEnd(options.dialect) : undefined;
  return openDataset(end === undefined ? bytes : withFinalLineEnd(bytes, end), { ...rest, name: source.name });
}

function parquetOptions({ name }: Source, options: OpenSourceOptions): ParquetOptions {
  const { from, maxRowBytes, maxExpansion, mayBeEmpty, signal } = options;
  return {
    name,
    ...(from && { from }),
    ...(maxRowBytes !== undefined && { maxRowBytes }),
    ...(maxExpansion !== undefined && { maxExpansion }),
    ...(mayBeEmpty !== undefined && { mayBeEmpty }),
    ...(signal && { signal }),
  };
}

async function openText(source: Source, { shape, from, maxExpansion, signal }: OpenSourceOptions): Promise<ByteSource> {
  const start = from?.byte ?? 0;
  if (shape.compression === undefined) return source.open(start, signal);
  const options = { name: source.name, ...(maxExpansion === undefined ? {} : { maxExpansion }) };
  const bytes = decompress(await source.open(0, signal), shape.compression, options);
  try {
    if ((await skipBytes(bytes, start)) === start) return bytes;
  } catch (error) {
    await bytes.close();
    throw error;
  }
  await bytes.close();
  throw new InputError('BR-E0118', `${source.name} is shorter than it was`, { details: { file: source.name } });
}

function lineEnd(dialect: Dialect): number {
  return dialect.format === 'csv' && dialect.lineEnd === 'cr' ? 0x0d : 0x0a;
}
