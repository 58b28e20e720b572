import { type Dialect, InputError, openRowChain, type ReadPosition, type RowReader, type Source } from '@batchrock/core';
import {
  type CompressionName,
  checkSameColumns,
  checkSameDialect,
  type DatasetShape,
  datasetShape,
  type FormatName,
  openSource,
} from '@batchrock/formats';

/** How the files of a dataset are read. */
export interface DatasetOptions {
  /** Default: by each file's name. */
  readonly format?: FormatName;
  readonly delimiter?: string;
  /** Default: by each file's name. */
  readonly compression?: CompressionName;
  /** Compressed files: how many times as large one may become. */
  readonly maxExpansion?: number;
  /** A copy in which lines of an OpenAI batch file were cut: rows stand on the lines that they were cut from. */
  readonly isCut?: boolean;
}

/** Files that are read as one. */
export interface DatasetFiles {
  readonly sources: readonly Source[];
  /** Of the first file, and so of all of them. */
  readonly dialect: Dialect;
  /** What was found out about the first file that its user should know. */
  readonly warnings: readonly string[];
  readonly isCompressed: boolean;
  /** From the start, or from the first byte of a row. */
  open(from?: ReadPosition): Promise<RowReader>;
}

/** Headers that are looked at side by side. */
const LOOKS_AT_ONCE = 8;

/**
 * Looks at how each file begins. Throws `BR-E0117` for a name that says no format, what its reader finds wrong with the
 * beginning, and `BR-E0122` for a file that has another format or other columns than the first.
 */
export async function openDatasetFiles(
  sources: readonly Source[],
  options: DatasetOptions,
  signal?: AbortSignal,
): Promise<DatasetFiles> {
  const shapes = sources.map((source) => shapeOf(source.name, options));
  checkFormats(sources, shapes);
  const { maxExpansion } = options;
  const common = { signal, ...(maxExpansion === undefined ? {} : { maxExpansion }) };
  const mayBeEmpty = sources.length > 1;
  const look = async (i: number): Promise<Pick<RowReader, 'dialect' | 'warnings'>> => {
    const reader = await openSource(sources[i]!, { ...common, shape: shapes[i]!, mayBeEmpty });
    await reader.close();
    return reader;
  };
  // later readers are given the dialect, and have nothing left to find out
  const { dialect, warnings } = await look(0);
  await eachOf(sources.length, async (i) => {
    if (i > 0) checkSame((await look(i)).dialect, dialect, sources[i]!.name);
  });
  const openOne = (i: number, from: ReadPosition | undefined): Promise<RowReader> =>
    openSource(sources[i]!, {
      ...common,
      shape: shapes[i]!,
      mayBeEmpty,
      dialect,
      isFollowed: i + 1 < sources.length,
      ...(from === undefined ? {} : { from }),
    });
  return {
    sources,
    dialect,
    warnings,
    isCompressed: shapes.some((shape) => shape.compression !== undefined),
    open: (from) =>
      sources.length === 1
        ? openOne(0, from)
        : openRowChain({
            names: sources.map((source) => source.name),
            sizes: sources.map((source) => source.size),
            from,
            open: (at) => openOne(at.source ?? 0, at),
          }),
  };
}

function shapeOf(name: string, options: DatasetOptions): DatasetShape {
  const { format, delimiter, compression, isCut } = options;
  return {
    ...datasetShape(name, format),
    ...(isCut && { isCut }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(compression === undefined ? {} : { compression }),
  };
}

function checkFormats(sources: readonly Source[], shapes: readonly DatasetShape[]): void {
  const other = shapes.findIndex((shape) => shape.format !== shapes[0]!.format);
  if (other < 0) return;
  const { name } = sources[other]!;
  throw new InputError('BR-E0122', `${name} is ${shapes[other]!.format}, and ${sources[0]!.name} is ${shapes[0]!.format}`, {
    details: { file: name },
    hint: 'files of one dataset have one format; --format says which, whatever their names are',
  });
}

function checkSame(dialect: Dialect, first: Dialect, name: string): void {
  if (dialect.format === 'csv' && first.format === 'csv') checkSameDialect(dialect, first, name);
  if (dialect.format === 'parquet' && first.format === 'parquet') checkSameColumns(dialect, first, name);
}

/** Does work for each index below `count`, a few at once. */
async function eachOf(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(LOOKS_AT_ONCE, count) }, worker));
}
