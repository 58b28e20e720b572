/** How the bytes of a cell stand in the source. */
export const CellKind = {
  /** The row has no such cell (a JSON object without that key). */
  absent: 0,
  /** UTF-8 text as it is. */
  text: 1,
  /** The inside of a quoted CSV cell in which every `""` means one `"`. */
  quotedText: 2,
  /** The inside of a JSON string: escaped already. */
  jsonString: 3,
  /** A JSON value that is no string: its source text (numbers as they were written). */
  jsonValue: 4,
} as const;
export type CellKind = (typeof CellKind)[keyof typeof CellKind];

/** Why a row cannot be sent. The number stands in a batch; the name in outcomes and messages. */
export const RejectReason = {
  none: 0,
  /** More or fewer cells than the header has. */
  ragged: 1,
  /** Bytes that are not UTF-8. */
  notUtf8: 2,
  /** A quote where none may be. */
  badQuote: 3,
  /** Not a JSON object on one line. */
  badJson: 4,
  /** The record would be larger than the model takes. */
  tooLarge: 5,
  /** The row lacks a column that the prompt uses. */
  missingColumn: 6,
  /** The text to embed is empty. */
  emptyText: 7,
  /** One row larger than the reader's largest row. */
  rowTooLong: 8,
  /** A row that is a record: its `modelInput` is no JSON object. */
  notObject: 9,
  /** A line of an OpenAI batch file that cannot be sent as it is. */
  invalidRequest: 10,
  /** A row of the results of another run, which gave it no answer that could be sent. */
  unanswered: 11,
} as const;
export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason];

/** The stable name of each reason, as it stands in `error_code`. */
export const REJECT_CODES: Readonly<Record<number, string>> = {
  [RejectReason.ragged]: 'ragged_row',
  [RejectReason.notUtf8]: 'not_utf8',
  [RejectReason.badQuote]: 'bad_quote',
  [RejectReason.badJson]: 'bad_json',
  [RejectReason.tooLarge]: 'record_too_large',
  [RejectReason.missingColumn]: 'missing_column',
  [RejectReason.emptyText]: 'empty_text',
  [RejectReason.rowTooLong]: 'row_too_long',
  [RejectReason.notObject]: 'not_an_object',
  [RejectReason.invalidRequest]: 'invalid_request',
  [RejectReason.unanswered]: 'unanswered',
};

/**
 * Some rows, as offsets into one block of bytes: no object and no string is made for a row or a cell. All arrays are
 * reused; they may be longer than what counts.
 */
export interface RowBatch {
  /** The block; valid until the reader is asked for the next batch. */
  bytes: Uint8Array;
  /** The source that all of its rows come from, among those of the dataset; absent: the first. */
  source?: number;
  /** Offset of `bytes[0]` from the start of the source. */
  offset: number;
  /** Rows in this batch. */
  count: number;
  /** Cells a row in `cells`: the number of columns known when the batch was made. */
  width: number;
  /** For cell `c` of row `r`, three numbers from `3 * (r * width + c)`: start, end (exclusive) and `CellKind`. */
  cells: Uint32Array;
  /** The whole row with its line end: `bytes.subarray(rowStart[r], rowEnd[r])`. */
  rowStart: Uint32Array;
  rowEnd: Uint32Array;
  /** Where `bytes` are no copy of the source (Parquet): what to add to `offset` for the place of row `r`, instead of `rowStart`. */
  places?: Float64Array;
  /** 1-based line on which row `r` begins. Parquet: the number of the row in its file. */
  line: Float64Array;
  /** `RejectReason` of row `r`. A rejected row has the cells that can be read, the rest are absent; they may not be UTF-8. */
  reject: Uint8Array;
}
