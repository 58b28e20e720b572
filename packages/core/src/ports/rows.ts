import type { RowBatch } from '../record/index.ts';
import type { ParquetColumn } from './parquet-type.ts';

/** The dialect of a dataset, found by its reader and frozen with the run so that a part can be read again from its middle. */
export type Dialect =
  | {
      readonly format: 'csv';
      readonly delimiter: string;
      readonly header: readonly string[];
      /** Lines end with a lone carriage return; otherwise with LF or CRLF, mixed at will. */
      readonly lineEnd?: 'cr';
    }
  | {
      readonly format: 'jsonl';
      /** A copy of lines of an OpenAI batch file of which some were cut (`cutLine`): those that were one count as one line. */
      readonly isCut?: true;
    }
  /** Rows come as JSON Lines made of the columns, and are kept so: `rowFormat`. The columns say what the values were. */
  | { readonly format: 'parquet'; readonly columns: readonly ParquetColumn[] };

/** The format in which rows of a dialect stand in batches and are kept: those of Parquet are made into JSON Lines. */
export function rowFormat(dialect: Dialect): 'csv' | 'jsonl' {
  return dialect.format === 'csv' ? 'csv' : 'jsonl';
}

/** The columns that a dialect knows before the first row; undefined where rows bring them. */
export function dialectColumns(dialect: Dialect): readonly string[] | undefined {
  switch (dialect.format) {
    case 'csv':
      return dialect.header;
    case 'parquet':
      return dialect.columns.map((column) => column.name);
    default:
      return undefined;
  }
}

/** Where a reader begins when it does not begin at the start: always the first byte of a row. */
export interface ReadPosition {
  /** Which source of a dataset of several, from 0; absent: the first. */
  readonly source?: number;
  /** Bytes from the start of the source, decompressed where it is compressed. 0 is its very start, before any header. */
  readonly byte: number;
  /** 1-based. Parquet: the number of the row in its file, by which it is found again; `byte` says about how far that is. */
  readonly line: number;
  /** The ordinal of the row that begins here, from 0. */
  readonly ordinal: number;
  /** JSON Lines: the columns seen in the rows before, in order of first sight; the reader goes on with them. */
  readonly columns?: readonly string[];
}

/** Why a row cannot be sent. */
export interface RejectCause {
  /** In a few words, with nothing of what stands in the cells, so that it may be logged: `3 cells, the header has 4`. */
  readonly why: string;
  /** What the row has and no column takes, quoted: for the results, where it would be lost without. */
  readonly beyond?: string;
}

/** Rows of one source, a batch at a time. A row that cannot be used is a value in its batch; it does not throw. */
export interface RowReader {
  readonly dialect: Dialect;
  /** CSV: the header. JSON Lines: the top-level keys seen so far, in order of first sight; it grows. */
  readonly columns: readonly string[];
  /** Where the row after the newest batch begins; the end of the source when there is none. Has no `columns`. */
  readonly position: ReadPosition;
  /** What messages call the source of the newest batch, where the dataset has several. */
  readonly sourceName?: string;
  /** Bytes of the dataset as it is stored that are read, where `position` does not tell (several sources, compression). */
  readonly bytesRead?: number;
  /** Rows of the source, all in all, where it says so itself. */
  readonly rowCount?: number;
  /** What the reader had to guess, one sentence each: say it to the user. */
  readonly warnings: readonly string[];
  /** The next rows, or undefined at the end. The batch and its bytes are overwritten by the next call. */
  next(): Promise<RowBatch | undefined>;
  /** Why the reader rejected row `row` of the newest batch. */
  explainReject(row: number): RejectCause;
  close(): Promise<void>;
}
