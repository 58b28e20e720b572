import { RECORD_ID_LENGTH } from './ids.ts';
import type { RejectReason, RowBatch } from './row-batch.ts';

/** A block of fixed capacity that records are appended to. */
export interface OutputBlock {
  bytes: Uint8Array;
  /** Bytes written so far. */
  length: number;
}

/** The beginning of every record, up to its id. */
export const RECORD_HEAD: Uint8Array = new TextEncoder().encode('{"recordId":"');

/** Offset in a record of what stands behind its id: equal from there on are records that ask for the same. */
export const REQUEST_AT: number = RECORD_HEAD.length + RECORD_ID_LENGTH;

/** What `encode` returns when the record does not fit into what is left of the block: flush it, then encode the row again. */
export const NEEDS_SPACE = -1;

/** How many records may be appended, and how many bytes of them. */
export interface EncodeLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Makes records of rows, on bytes. One is made for each run; it is not to be shared between two readers. */
export interface RecordEncoder {
  /**
   * Appends one line `{"recordId":"…","modelInput":{…}}` with its line feed. On anything but `RejectReason.none` nothing is
   * written. `tooLarge`: the line is longer than `maxRecordBytes`, whatever the block. `NEEDS_SPACE` cannot happen on an
   * empty block of at least `maxRecordBytes`.
   */
  encode(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE;
  /**
   * Appends the records of the rows from `row` on, byte for byte as `encode` would, and returns how many: it may stop at any
   * row, and stops before one that is rejected, does not fit or would break a limit. Quicker than row after row; 0 says that
   * the next row is to be given to `encode`.
   */
  encodeRun(batch: RowBatch, row: number, ordinal: number, out: OutputBlock, limits: EncodeLimits): number;
}
