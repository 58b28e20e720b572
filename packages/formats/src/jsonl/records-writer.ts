import {
  BlockWriter,
  type ByteView,
  byteView,
  CellKind,
  copyBytes,
  invariant,
  MODEL_INPUT_COLUMN,
  type ObjectInfo,
  type ObjectSink,
  type OutcomeSpans,
  ownView,
  RejectReason,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type ResultWriter,
  type RowBatch,
} from '@batchrock/core';
import { putLiteral, utf8 } from '../writing/bytes.ts';
import { copyUnescaped } from '../writing/json-text.ts';
import { mendedRow } from '../writing/mended-row.ts';
import { outcomeBytes } from '../writing/outcome-bytes.ts';

const RECORD_ID = utf8('{"recordId":');
const MODEL_INPUT = utf8(',"modelInput":');
const MODEL_OUTPUT = utf8(',"modelOutput":');
const ERROR_CODE = utf8(',"error":{"errorCode":');
const ERROR_MESSAGE = utf8(',"errorMessage":"');
const END_OF_ERROR = utf8('"}');
const END_OF_RECORD = utf8('}\n');
const PENDING = utf8(',"error":{"errorCode":"pending","errorMessage":"not sent, or not answered yet"}');
/** Bytes of all that is the same in every record, at most: the literals, quotes, and an id of ours. */
const FIXED_BYTES = 256;
/** A code of more digits is no number that a reader of JSON would give back as it was. */
const MOST_CODE_DIGITS = 9;
const QUOTE = 0x22;

/**
 * Results in the shape of the service's own batch output, JSON Lines in input order: `recordId` as it was given, or ours where none
 * was, `modelInput` byte for byte, and `modelOutput` byte for byte or an `error` with `errorCode` (a number where it is one) and
 * `errorMessage`. Rows that were never sent are there too, without what could not be read of them. For runs whose rows are
 * records (`RunDocument.request.given`).
 */
export function createRecordsWriter(sink: ObjectSink): ResultWriter {
  return new RecordsWriter(sink);
}

class RecordsWriter implements ResultWriter {
  readonly #out: BlockWriter;
  #target: ByteView;
  /** The block of the rows at hand. */
  #rows: ByteView = byteView(new Uint8Array(0));
  /** Where the outcomes at hand are. */
  #outcomes: ByteView | undefined;
  /** Columns; -1 where the dataset has none such. */
  #recordId = -1;
  #modelInput = -1;
  #needed = 0;

  constructor(sink: ObjectSink) {
    this.#out = new BlockWriter(sink);
    this.#target = byteView(this.#out.bytes);
  }

  begin({ columns, given }: ResultTable): void {
    invariant(given === true, 'the rows of this run are no records, so their results cannot be written as such');
    this.#recordId = columns.indexOf('recordId');
    this.#modelInput = columns.indexOf(MODEL_INPUT_COLUMN);
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    const mended = batch.reject[row] === RejectReason.none ? undefined : mendedRow(batch, row);
    return mended === undefined ? this.#write(batch, row, result) : this.#write(mended, 0, result);
  }

  #write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (this.#outcomes !== result.outcome.text) this.#outcomes = ownView(result.outcome.text);
    this.#needed = FIXED_BYTES + batch.rowEnd[row]! - batch.rowStart[row]! + outcomeBytes(result);
    if (!this.#out.hasRoom(this.#needed)) return false;
    if (this.#rows.bytes !== batch.bytes) this.#rows = byteView(batch.bytes);
    const out = this.#target.bytes;
    let at = putLiteral(out, this.#out.length, RECORD_ID);
    at = this.#id(batch, row, result, at);
    const input = cellOf(batch, row, this.#modelInput);
    if (input >= 0) at = this.#value(batch, input, putLiteral(out, at, MODEL_INPUT));
    at = this.#result(result, at);
    this.#out.length = putLiteral(out, at, END_OF_RECORD);
    return true;
  }

  async drain(): Promise<void> {
    await this.#out.drain(this.#needed);
    if (this.#target.bytes !== this.#out.bytes) this.#target = byteView(this.#out.bytes);
  }

  finish(): Promise<ObjectInfo> {
    return this.#out.commit();
  }

  abort(): Promise<void> {
    return this.#out.abort();
  }

  /** The id that the row came with; `null` is none. */
  #id(batch: RowBatch, row: number, result: ResultRow, at: number): number {
    const cell = cellOf(batch, row, this.#recordId);
    if (cell >= 0 && !isNull(batch, cell)) return this.#value(batch, cell, at);
    const out = this.#target.bytes;
    out[at] = QUOTE;
    const end = putLiteral(out, at + 1, result.recordId);
    out[end] = QUOTE;
    return end + 1;
  }

  /** A cell as it stood in its row. */
  #value(batch: RowBatch, cell: number, at: number): number {
    const { cells } = batch;
    const isString = cells[cell + 2] === CellKind.jsonString;
    if (isString) this.#target.bytes[at++] = QUOTE;
    const end = copyBytes(this.#rows, cells[cell]!, cells[cell + 1]!, this.#target, at);
    if (!isString) return end;
    this.#target.bytes[end] = QUOTE;
    return end + 1;
  }

  #result({ status, outcome }: ResultRow, at: number): number {
    switch (status) {
      case ResultStatus.succeeded:
        return this.#answer(outcome, putLiteral(this.#target.bytes, at, MODEL_OUTPUT));
      case ResultStatus.failed:
      case ResultStatus.rejected:
        return this.#error(outcome, putLiteral(this.#target.bytes, at, ERROR_CODE));
      default:
        return putLiteral(this.#target.bytes, at, PENDING);
    }
  }

  /** The outcome has it as the text of a JSON string. */
  #answer({ text, valueStart, valueEnd }: OutcomeSpans, at: number): number {
    return copyUnescaped(text, valueStart + 1, valueEnd - 1, this.#target, at);
  }

  #error({ text, codeStart, codeEnd, messageStart, messageEnd }: OutcomeSpans, at: number): number {
    const target = this.#target;
    const isNumber = isWholeNumber(text.bytes, codeStart, codeEnd);
    if (!isNumber) target.bytes[at++] = QUOTE;
    at = copyBytes(text, codeStart, codeEnd, target, at);
    if (!isNumber) target.bytes[at++] = QUOTE;
    at = putLiteral(target.bytes, at, ERROR_MESSAGE);
    at = copyBytes(text, messageStart, messageEnd, target, at);
    return putLiteral(target.bytes, at, END_OF_ERROR);
  }
}

/** Where a cell stands among the numbers of a batch; -1 when the row has none in that column. */
function cellOf({ cells, width }: RowBatch, row: number, column: number): number {
  if (column < 0 || column >= width) return -1;
  const cell = 3 * (row * width + column);
  return cells[cell + 2] === CellKind.absent ? -1 : cell;
}

function isNull({ bytes, cells }: RowBatch, cell: number): boolean {
  return cells[cell + 2] === CellKind.jsonValue && bytes[cells[cell]!] === 0x6e;
}

/** True for plain digits. */
function isWholeNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 1 || length > MOST_CODE_DIGITS || (length > 1 && bytes[start] === 0x30)) return false;
  for (let i = start; i < end; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false;
  return true;
}
