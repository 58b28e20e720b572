import { type ByteSource, type Dialect, InputError, type ReadPosition, type RowReader } from '@batchrock/core';
import { openCsv } from './csv/index.ts';
import { openJsonl } from './jsonl/index.ts';

/** A format that rows are read from. */
export type DatasetFormat = Dialect['format'];

/** How a dataset is read, as far as its name tells it. */
export interface DatasetShape {
  readonly format: DatasetFormat;
  /** CSV: set by the name's ending; otherwise the reader finds it. */
  readonly delimiter?: string;
}

const ENDINGS: Readonly<Record<string, DatasetShape>> = {
  csv: { format: 'csv' },
  tsv: { format: 'csv', delimiter: '\t' },
  jsonl: { format: 'jsonl' },
  ndjson: { format: 'jsonl' },
};

/** What the ending of a file's name says. Throws `BR-E0117` for an ending that says nothing. */
export function datasetShape(name: string): DatasetShape {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const shape = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (shape) return shape;
  throw new InputError('BR-E0117', `cannot tell the format of ${name} from its name`, { details: { file: name } });
}

export interface OpenDatasetOptions {
  readonly shape: DatasetShape;
  /** What messages call the source. */
  readonly name: string;
  /** As the first reader of the dataset found it; takes the place of `shape`. */
  readonly dialect?: Dialect;
  readonly from?: ReadPosition;
  readonly maxRowBytes?: number;
}

/** Opens rows of any format; `openCsv` and `openJsonl` say what they throw. */
export function openDataset(source: ByteSource, options: OpenDatasetOptions): Promise<RowReader> {
  const { shape, dialect, ...rest } = options;
  if ((dialect?.format ?? shape.format) === 'jsonl') return openJsonl(source, rest);
  const delimiter = dialect?.format === 'csv' ? dialect.delimiter : shape.delimiter;
  return openCsv(source, {
    ...rest,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(dialect?.format === 'csv' ? { dialect } : {}),
  });
}
