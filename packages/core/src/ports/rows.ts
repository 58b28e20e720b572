import type { RowBatch } from '../record/index.ts';

/** The dialect of a dataset, found by its reader and frozen with the run so that a part can be read again from its middle. */
export type Dialect =
  | {
      readonly format: 'csv';
      readonly delimiter: string;
      readonly header: readonly string[];
      /** Lines end with a lone carriage return; otherwise with LF or CRLF, mixed at will. */
      readonly lineEnd?: 'cr';
    }
  | { readonly format: 'jsonl' };

/** Where a reader begins when it does not begin at the start: always the first byte of a row. */
export interface ReadPosition {
  /** Bytes from the start of the source. */
  readonly byte: number;
  /** 1-based. */
  readonly line: number;
  /** The ordinal of the row that begins here, from 0. */
  readonly ordinal: number;
  /** JSON Lines: the columns seen in the rows before, in order of first sight; the reader goes on with them. */
  readonly columns?: readonly string[];
}

/** Rows of one source, a batch at a time. A row that cannot be used is a value in its batch; it does not throw. */
export interface RowReader {
  readonly dialect: Dialect;
  /** CSV: the header. JSON Lines: the top-level keys seen so far, in order of first sight; it grows. */
  readonly columns: readonly string[];
  /** Where the row after the newest batch begins; the end of the source when there is none. Has no `columns`. */
  readonly position: ReadPosition;
  /** What the reader had to guess, one sentence each: say it to the user. */
  readonly warnings: readonly string[];
  /** The next rows, or undefined at the end. The batch and its bytes are overwritten by the next call. */
  next(): Promise<RowBatch | undefined>;
  /** Why the reader rejected row `row` of the newest batch, in a few words: `3 cells, the header has 4`. */
  explainReject(row: number): string;
  close(): Promise<void>;
}
