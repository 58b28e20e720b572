import {
  BlockWriter,
  type ByteView,
  byteView,
  CellKind,
  copyBytes,
  hasKeptAnswer,
  LiteralBlock,
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
  writeCsvAnswer,
  writeCsvCell,
  writeVector,
} from '@batchrock/core';
import { MAX_INTEGER_BYTES, putInteger, putLiteral, utf8 } from '../writing/bytes.ts';
import { fieldBytes, fieldText } from '../writing/field-text.ts';
import { writeUnescaped } from '../writing/json-text.ts';
import { mendedRow } from '../writing/mended-row.ts';
import { outcomeBytes } from '../writing/outcome-bytes.ts';
import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './csv-bytes.ts';
import { delimiterByte } from './csv-dialect.ts';
import { isFormulaLike, isNoFormula } from './formula.ts';

export interface CsvWriterOptions {
  /** One ASCII character. Default: that of the input when it is CSV, else a comma. */
  readonly delimiter?: string;
  /**
   * Put `'` before answers, codes, messages and stop reasons that a spreadsheet might run as a formula. Default true. Input
   * columns stay as they were.
   */
  readonly safe?: boolean;
}

const STATUS = ['succeeded', 'failed', 'rejected', 'pending'].map(utf8);
const APOSTROPHE = 0x27;
const JSON_NULL = utf8('null');

/**
 * Results as CSV (RFC 4180, UTF-8). A row of CSV with the same delimiter is copied as it came, byte for byte, with our cells
 * after its own; lines end as the input's first row does. From JSON Lines, strings become text, null and absent keys empty
 * cells, all other values their JSON text. An embedding is JSON text. A rejected row keeps its place and the cells that can
 * be read, with U+FFFD for bytes that are not UTF-8; every line has as many cells as the header.
 */
export function createCsvWriter(sink: ObjectSink, options: CsvWriterOptions = {}): ResultWriter {
  return new CsvWriter(sink, options);
}

class CsvWriter implements ResultWriter {
  readonly #options: CsvWriterOptions;
  readonly #out: BlockWriter;
  /** The block of the rows at hand. */
  #rows: ByteView = byteView(new Uint8Array(0));
  /** Where the outcomes at hand are. */
  #outcomes: ByteView | undefined;
  readonly #safe: boolean;
  #target: ByteView;
  #table: ResultTable | undefined;
  #delimiter = 0x2c;
  /** Rows may be copied as they came. */
  #isSameDialect = false;
  #lineEnd: Uint8Array = new Uint8Array(0);
  /** What stands between an answer and its stop reason. */
  #between: LiteralBlock = new LiteralBlock([]);
  #needed = 0;

  constructor(sink: ObjectSink, options: CsvWriterOptions) {
    this.#options = options;
    this.#safe = options.safe ?? true;
    this.#out = new BlockWriter(sink);
    this.#target = byteView(this.#out.bytes);
  }

  begin(table: ResultTable): void {
    this.#table = table;
    const own = table.dialect.format === 'csv' ? table.dialect.delimiter : ',';
    this.#delimiter = delimiterByte(this.#options.delimiter ?? own);
    this.#isSameDialect = table.dialect.format === 'csv' && this.#delimiter === delimiterByte(own);
    this.#between = new LiteralBlock([utf8(['', 'succeeded', '', '', ''].join(String.fromCharCode(this.#delimiter)))]);
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    const mended = batch.reject[row] === RejectReason.none ? undefined : mendedRow(batch, row);
    return mended === undefined ? this.#write(batch, row, result) : this.#write(mended, 0, result);
  }

  #write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (this.#outcomes !== result.outcome.text) this.#outcomes = ownView(result.outcome.text);
    const isFirst = this.#lineEnd.length === 0;
    if (isFirst) this.#lineEnd = this.#lineEndOf(batch, row);
    const header = isFirst && this.#out.written + this.#out.length === 0 ? this.#header() : undefined;
    const rowBytes = batch.rowEnd[row]! - batch.rowStart[row]!;
    // every byte of a text may be a quote that is doubled
    this.#needed =
      128 +
      2 * MAX_INTEGER_BYTES +
      3 * this.#table!.columns.length +
      2 * (rowBytes + outcomeBytes(result) + fieldBytes(result.fields)) +
      4 * (this.#table!.fields?.length ?? 0) +
      (header?.length ?? 0);
    if (!this.#out.hasRoom(this.#needed)) {
      if (isFirst) this.#lineEnd = new Uint8Array(0);
      return false;
    }
    let at = this.#out.length;
    if (header !== undefined) at = putLiteral(this.#target.bytes, at, header);
    at = this.#input(batch, row, at);
    at = this.#result(result, at);
    if (this.#table!.fields !== undefined) at = this.#fields(result, at);
    this.#out.length = putLiteral(this.#target.bytes, at, this.#lineEnd);
    return true;
  }

  async drain(): Promise<void> {
    await this.#out.drain(this.#needed);
    if (this.#target.bytes !== this.#out.bytes) this.#target = byteView(this.#out.bytes);
  }

  async finish(): Promise<ObjectInfo> {
    if (this.#lineEnd.length === 0) await this.#emptyFile();
    this.#between.release();
    return this.#out.commit();
  }

  abort(): Promise<void> {
    this.#between.release();
    return this.#out.abort();
  }

  async #emptyFile(): Promise<void> {
    this.#lineEnd = Uint8Array.of(LINE_FEED);
    const header = this.#header();
    if (!this.#out.hasRoom(header.length)) await this.#out.drain(header.length);
    this.#out.append(header, 0, header.length);
  }

  #lineEndOf(batch: RowBatch, row: number): Uint8Array {
    const { dialect } = this.#table!;
    if (dialect.format !== 'csv') return Uint8Array.of(LINE_FEED);
    if (dialect.lineEnd === 'cr') return Uint8Array.of(CARRIAGE_RETURN);
    const end = batch.rowEnd[row]!;
    const isCrLf = batch.bytes[end - 1] === LINE_FEED && batch.bytes[end - 2] === CARRIAGE_RETURN;
    return isCrLf ? Uint8Array.of(CARRIAGE_RETURN, LINE_FEED) : Uint8Array.of(LINE_FEED);
  }

  #header(): Uint8Array {
    const { columns, names, fields = [] } = this.#table!;
    const ours = [
      names.answer,
      names.status,
      names.errorCode,
      names.errorMessage,
      names.stopReason,
      names.inputTokens,
      names.outputTokens,
      names.recordId,
      ...fields.map((field) => field.name),
    ];
    const delimiter = String.fromCharCode(this.#delimiter);
    const cell = (name: string) =>
      name === '' || /[\s"]/.test(name) || name.includes(delimiter) ? `"${name.replaceAll('"', '""')}"` : name;
    return utf8([...columns, ...ours].map(cell).join(delimiter) + String.fromCharCode(...this.#lineEnd));
  }

  #input(batch: RowBatch, row: number, at: number): number {
    if (this.#isSameDialect && batch.reject[row] === RejectReason.none) return this.#copyRow(batch, row, at);
    const width = this.#table!.columns.length;
    for (let c = 0; c < width; c++) {
      if (c > 0) this.#target.bytes[at++] = this.#delimiter;
      // a column of JSON Lines that no row has shown yet is not in the batch
      if (c < batch.width) at = this.#cell(batch, 3 * (row * batch.width + c), at);
    }
    return at;
  }

  #copyRow(batch: RowBatch, row: number, at: number): number {
    const { bytes } = batch;
    let end = batch.rowEnd[row]!;
    const last = bytes[end - 1];
    if (end > batch.rowStart[row]! && last === (this.#isLoneCr() ? CARRIAGE_RETURN : LINE_FEED)) {
      end -= 1;
      if (last === LINE_FEED && end > batch.rowStart[row]! && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
    }
    if (this.#rows.bytes !== bytes) this.#rows = byteView(bytes);
    return copyBytes(this.#rows, batch.rowStart[row]!, end, this.#target, at);
  }

  #isLoneCr(): boolean {
    const { dialect } = this.#table!;
    return dialect.format === 'csv' && dialect.lineEnd === 'cr';
  }

  #cell(batch: RowBatch, cell: number, at: number): number {
    const { bytes, cells } = batch;
    const start = cells[cell]!;
    const end = cells[cell + 1]!;
    const out = this.#target.bytes;
    switch (cells[cell + 2]) {
      case CellKind.text:
        return this.#quoted(at, copyInto(out, at + 1, bytes, start, end), false);
      case CellKind.quotedText:
        // quotes are doubled already
        out[at] = QUOTE;
        at = copyInto(out, at + 1, bytes, start, end);
        out[at] = QUOTE;
        return at + 1;
      case CellKind.jsonString:
        return this.#quoted(at, writeUnescaped(bytes, start, end, out, at + 1), false);
      case CellKind.jsonValue:
        return isNull(bytes, start, end) ? at : this.#quoted(at, copyInto(out, at + 1, bytes, start, end), false);
      default:
        return at;
    }
  }

  #result(result: ResultRow, at: number): number {
    const out = this.#target.bytes;
    const { status, outcome } = result;
    const isAnswer = status === ResultStatus.succeeded;
    const isError = status === ResultStatus.failed || status === ResultStatus.rejected;
    const after = isAnswer ? this.#answer(outcome, at) : -1;
    if (after >= 0) return putLiteral(out, after, result.recordId);
    out[at] = this.#delimiter;
    at += 1;
    const hasText = isAnswer || (status === ResultStatus.failed && hasKeptAnswer(outcome));
    if (isAnswer && outcome.isEmbedding) {
      at = this.#quoted(at, writeVector(outcome.text, outcome.valueStart, outcome.valueEnd, this.#target, at + 1), false);
    } else if (hasText) {
      at = this.#ours(outcome, outcome.valueStart + 1, outcome.valueEnd - 1, at);
    }
    out[at] = this.#delimiter;
    at = putLiteral(out, at + 1, STATUS[status]!);
    at = this.#text(isError, result, outcome.codeStart, outcome.codeEnd, at);
    at = this.#text(isError, result, outcome.messageStart, outcome.messageEnd, at);
    at = this.#text(hasText, result, outcome.stopStart, outcome.stopEnd, at);
    at = this.#count(hasText, outcome.inputTokens, at);
    at = this.#count(hasText, outcome.outputTokens, at);
    out[at] = this.#delimiter;
    return putLiteral(out, at + 1, result.recordId);
  }

  /** The fields of an answer, behind all other cells; of a row without one they are empty. */
  #fields({ status, fields }: ResultRow, at: number): number {
    const out = this.#target.bytes;
    const values = status === ResultStatus.succeeded ? fields : undefined;
    for (let i = 0; i < this.#table!.fields!.length; i++) {
      out[at++] = this.#delimiter;
      const json = values?.[i];
      const text = fieldText(json);
      if (text === undefined || text === '') continue;
      const bytes = utf8(text);
      out.set(bytes, at + 1);
      // a number is none of a spreadsheet's formulas, whatever its sign
      at = this.#quoted(at, at + 1 + bytes.length, this.#safe && json!.startsWith('"'));
    }
    return at;
  }

  /** A text answer and all but the record id, in one call of the kernel; -1, and nothing written, where that cannot be. */
  #answer(outcome: OutcomeSpans, at: number): number {
    const { bytes, valueStart, stopStart, isEmbedding } = outcome;
    const isPlain = !isEmbedding && (!this.#safe || (isNoFormula(bytes[valueStart + 1]!) && isNoFormula(bytes[stopStart]!)));
    return isPlain ? writeCsvAnswer(outcome, this.#between.views[0]!, this.#delimiter, this.#target, at) : -1;
  }

  #text(applies: boolean, result: ResultRow, start: number, end: number, at: number): number {
    this.#target.bytes[at] = this.#delimiter;
    return applies ? this.#ours(result.outcome, start, end, at + 1) : at + 1;
  }

  /** One of our cells, from the inside of a JSON string. */
  #ours({ bytes, text }: OutcomeSpans, start: number, end: number, at: number): number {
    const isPlain = !this.#safe || isNoFormula(bytes[start]!);
    const after = isPlain ? writeCsvCell(text, start, end, this.#delimiter, this.#target, at) : -1;
    if (after >= 0) return after;
    return this.#quoted(at, writeUnescaped(bytes, start, end, this.#target.bytes, at + 1), this.#safe);
  }

  #count(applies: boolean, value: number, at: number): number {
    this.#target.bytes[at] = this.#delimiter;
    return applies && value >= 0 ? putInteger(this.#target.bytes, at + 1, value) : at + 1;
  }

  /**
   * Makes a cell of the plain text that stands in `out[at + 1 .. end)`, where `at` is left free for a quote: quoted when it
   * has to be. The offset after the cell.
   */
  #quoted(at: number, end: number, safe: boolean): number {
    const out = this.#target.bytes;
    const start = at + 1;
    const isFormula = safe && isFormulaLike(out, start, end);
    let quotes = 0;
    // a formula's cell is quoted too, so that the mark is part of its text everywhere
    let needs = isFormula || (end > start && (out[start] === 0x20 || out[end - 1] === 0x20));
    for (let i = start; i < end; i++) {
      const byte = out[i]!;
      if (byte === QUOTE) quotes += 1;
      else if (byte === this.#delimiter || byte === LINE_FEED || byte === CARRIAGE_RETURN) needs = true;
    }
    if (quotes === 0 && !needs) {
      out.copyWithin(at, start, end);
      return end - 1;
    }
    out[at] = QUOTE;
    const grown = end + quotes + (isFormula ? 1 : 0);
    let to = grown;
    for (let from = end - 1; to !== from + 1 && from >= start; from--) {
      out[--to] = out[from]!;
      if (out[from] === QUOTE) out[--to] = QUOTE;
    }
    if (isFormula) out[start] = APOSTROPHE;
    out[grown] = QUOTE;
    return grown + 1;
  }
}

function copyInto(out: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  out.set(bytes.subarray(start, end), at);
  return at + end - start;
}

function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === JSON_NULL.length && JSON_NULL.every((byte, i) => bytes[start + i] === byte);
}
