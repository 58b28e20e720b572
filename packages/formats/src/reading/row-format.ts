import type { Buffer } from 'node:buffer';
import type { Dialect, InputError, RejectCause, RowBatch } from '@batchrock/core';

/** Why a scan stopped. */
export type ScanStop =
  /** The batch is full. */
  | 'batch'
  /** The rest of the bytes is no whole row. */
  | 'bytes'
  /** The next row is longer than `maxRowBytes` and stands whole in the bytes; `passLong` goes past it. */
  | 'long'
  /** The next row has columns that were not known; the batch is to be as wide as `columns` now. */
  | 'wider'
  /** The source ends where it must not; `broken` says how. */
  | 'broken';

/** Finds the end of one row over as many blocks as it takes, keeping none of it. */
export interface RowSkipper {
  /** Line ends within the row so far. */
  readonly innerLines: number;
  /** The byte after the row's end, or -1 when it is not among these bytes. */
  feed(bytes: Buffer): number;
  /** The source ended: the error when it must not end here. `line` is the row's first. */
  broken(line: number): InputError | undefined;
}

/** What a format knows about its rows; `BlockReader` does the rest. */
export interface RowFormat {
  readonly dialect: Dialect;
  /** May grow while rows are scanned. */
  readonly columns: readonly string[];
  /** An empty row with its line end; stands in for a row that is too long. */
  readonly standIn: Uint8Array;
  /** 1-based line of the next row. */
  line: number;
  /** After `scan` and `passLong`: the first byte that is not consumed. */
  readonly at: number;
  /** Appends the whole rows of `bytes` from `from` to the batch. `last`: nothing follows these bytes. */
  scan(bytes: Buffer, from: number, last: boolean, batch: RowBatch): ScanStop;
  passLong(): void;
  skipper(): RowSkipper;
  broken(): InputError;
  /** Why the row that consists of these bytes was rejected. */
  explain(row: Buffer, reason: number): RejectCause;
}
