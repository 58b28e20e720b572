import { type ByteSource, type Dialect, InputError, type ReadPosition, type RowReader } from '@batchrock/core';
import type { CompressionName } from './compression/index.ts';
import { openCsv } from './csv/index.ts';
import { openJsonl } from './jsonl/index.ts';

/** A format that rows are read from. */
export type DatasetFormat = Dialect['format'];

/** A format by the name that users give it: `tsv` is CSV between tabs. */
export type FormatName = 'csv' | 'tsv' | 'jsonl' | 'parquet';

/** How a file of a dataset is read, as far as its name tells it. */
export interface DatasetShape {
  readonly format: DatasetFormat;
  /** CSV: set by the name's ending; otherwise the reader finds it. */
  readonly delimiter?: string;
  /** The text is compressed. */
  readonly compression?: CompressionName;
  /** JSON Lines: a copy in which lines of an OpenAI batch file were cut. */
  readonly isCut?: boolean;
}

const SHAPES: Readonly<Record<FormatName, DatasetShape>> = {
  csv: { format: 'csv' },
  tsv: { format: 'csv', delimiter: '\t' },
  jsonl: { format: 'jsonl' },
  parquet: { format: 'parquet' },
};

const ENDINGS: Readonly<Record<string, FormatName>> = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

const COMPRESSIONS: Readonly<Record<string, CompressionName>> = { gz: 'gzip', zst: 'zstd' };

/**
 * What the endings of a file's name say: `reviews.csv.gz` is compressed CSV. A format that is given takes the place of the
 * name's. Throws `BR-E0117` where neither says it, `BR-E0114` for compressed Parquet.
 */
export function datasetShape(name: string, format?: FormatName): DatasetShape {
  const last = ending(name);
  const compression = last !== undefined && Object.hasOwn(COMPRESSIONS, last) ? COMPRESSIONS[last] : undefined;
  const inner = compression === undefined ? last : ending(name.slice(0, -last!.length - 1));
  const found = format ?? (inner !== undefined && Object.hasOwn(ENDINGS, inner) ? ENDINGS[inner] : undefined);
  if (found === undefined) {
    throw new InputError('BR-E0117', `cannot tell the format of ${name} from its name`, { details: { file: name } });
  }
  if (found === 'parquet' && compression !== undefined) {
    throw new InputError('BR-E0114', `${name} is a compressed Parquet file, which cannot be read from any place of it`, {
      details: { file: name },
      hint: 'unpack it first; the pages of Parquet files are compressed already',
    });
  }
  return compression === undefined ? SHAPES[found] : { ...SHAPES[found], compression };
}

/** What stands behind the last dot of a name, in lower case. */
function ending(name: string): string | undefined {
  return /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
}

export interface OpenDatasetOptions {
  readonly shape: DatasetShape;
  /** What messages call the source. */
  readonly name: string;
  /** As the first reader of the dataset found it; takes the place of `shape`. */
  readonly dialect?: Dialect;
  readonly from?: ReadPosition;
  readonly maxRowBytes?: number;
  /** A source without rows is no error. */
  readonly mayBeEmpty?: boolean;
  /** Read on while rows are looked at; default false. A read under way has to end when the source is closed. */
  readonly readsAhead?: boolean;
}

/**
 * Opens rows of text in any format, uncompressed; `openCsv` and `openJsonl` say what they throw. Rows of Parquet that were kept
 * are JSON Lines; its files are opened by `openParquet`.
 */
export function openDataset(source: ByteSource, options: OpenDatasetOptions): Promise<RowReader> {
  const { shape, dialect, ...rest } = options;
  const { format } = dialect ?? shape;
  if (format !== 'csv') {
    const isCut = dialect?.format === 'jsonl' ? dialect.isCut : shape.isCut;
    return openJsonl(source, { ...rest, ...(isCut && { isCut }) });
  }
  const delimiter = dialect?.format === 'csv' ? dialect.delimiter : shape.delimiter;
  return openCsv(source, {
    ...rest,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(dialect?.format === 'csv' ? { dialect } : {}),
  });
}
