import { Buffer } from 'node:buffer';
import { CellKind, type ReadPosition, RejectReason, type RowBatch, type RowReader } from '@batchrock/core';
import { type ByteWindow, createBatch, rejectForeignBytes } from '../reading/index.ts';
import type { CsvBytes } from './csv-bytes.ts';
import { type CsvDialect, dialectBytes } from './csv-dialect.ts';
import { unterminatedQuote } from './csv-header.ts';
import { CsvRowSkipper } from './csv-row-skipper.ts';
import { CsvScanner } from './csv-scanner.ts';

/** What is known of a CSV file before its first row. */
export interface OpenedCsv {
  readonly dialect: CsvDialect;
  readonly warnings: readonly string[];
  /** Line and ordinal of the row that comes next. */
  readonly line: number;
  readonly ordinal: number;
}

export interface CsvReaderOptions extends OpenedCsv {
  readonly name: string;
  readonly maxRowBytes: number;
}

/** Rows of an opened CSV file; see `openCsv`. */
export class CsvReader implements RowReader {
  readonly dialect: CsvDialect;
  readonly columns: readonly string[];
  readonly warnings: readonly string[];
  readonly #window: ByteWindow;
  readonly #options: CsvReaderOptions;
  readonly #bytes: CsvBytes;
  readonly #scanner: CsvScanner;
  readonly #batch: RowBatch;
  /** A row that stands in for one that is too long. */
  readonly #standIn: Uint8Array;
  #ordinal: number;
  /** The first batch, read ahead to see whether there is one, and where its first row begins. */
  #ahead: { readonly batch: RowBatch; readonly position: ReadPosition } | undefined;

  constructor(window: ByteWindow, options: CsvReaderOptions) {
    this.#window = window;
    this.#options = options;
    this.dialect = options.dialect;
    this.columns = options.dialect.header;
    this.warnings = options.warnings;
    this.#bytes = dialectBytes(options.dialect);
    const width = this.columns.length;
    this.#scanner = new CsvScanner({ ...this.#bytes, width, maxRowBytes: options.maxRowBytes });
    this.#scanner.line = options.line;
    this.#ordinal = options.ordinal;
    this.#batch = createBatch(width);
    const empty = width === 1 ? '""' : options.dialect.delimiter.repeat(width - 1);
    this.#standIn = new TextEncoder().encode(empty + String.fromCharCode(this.#bytes.newline));
  }

  get position(): ReadPosition {
    if (this.#ahead) return this.#ahead.position;
    return { byte: this.#window.offset + this.#window.start, line: this.#scanner.line, ordinal: this.#ordinal };
  }

  /** Reads the first batch ahead; false when there is none. */
  async hasRows(): Promise<boolean> {
    const position = this.position;
    const batch = await this.#read();
    this.#ahead = batch && { batch, position };
    return batch !== undefined;
  }

  async next(): Promise<RowBatch | undefined> {
    const ahead = this.#ahead?.batch;
    this.#ahead = undefined;
    const batch = ahead ?? (await this.#read());
    this.#ordinal += batch?.count ?? 0;
    return batch;
  }

  explainReject(row: number): string {
    switch (this.#batch.reject[row]) {
      case RejectReason.ragged:
        return `${plural(this.#countCells(row), 'cell')}, the header has ${this.columns.length}`;
      case RejectReason.badQuote:
        return 'a quote inside a cell that is not quoted, or text behind a closing quote; enclose the cell in quotes and double the ones in it';
      case RejectReason.notUtf8:
        return 'bytes that are not UTF-8; save the file as UTF-8';
      case RejectReason.rowTooLong:
        return `longer than ${this.#options.maxRowBytes} bytes`;
      default:
        return 'not rejected by the reader';
    }
  }

  close(): Promise<void> {
    return this.#window.close();
  }

  async #read(): Promise<RowBatch | undefined> {
    for (;;) {
      const stop = this.#scan();
      if (this.#batch.count > 0) return this.#batch;
      if (stop === 'unterminated') throw unterminatedQuote(this.#options.name, this.#scanner.openLine);
      if (stop === 'long') return this.#passLong();
      if (this.#window.ended) return undefined;
      if ((await this.#window.fill()) === 'full') return this.#skipLong();
    }
  }

  #scan() {
    const window = this.#window;
    const batch = this.#batch;
    batch.count = 0;
    batch.bytes = window.plain;
    batch.offset = window.offset;
    const bytes = window.bytes.subarray(0, window.end);
    const stop = this.#scanner.scan(bytes, window.start, window.ended, batch);
    window.start = this.#scanner.at;
    rejectForeignBytes(batch, bytes);
    return stop;
  }

  /** The next row is too long and stands whole in the window. */
  #passLong(): RowBatch {
    const { line, at } = this.#scanner;
    this.#scanner.passLong();
    const byte = this.#window.offset + at;
    this.#window.start = this.#scanner.at;
    return this.#standInBatch(byte, line);
  }

  /** The next row is longer than the window can be: reads past it and keeps nothing. */
  async #skipLong(): Promise<RowBatch> {
    const window = this.#window;
    const line = this.#scanner.line;
    const byte = window.offset + window.start;
    const skipper = new CsvRowSkipper(this.#bytes);
    for (;;) {
      const end = skipper.feed(window.rest());
      window.start = end < 0 ? window.end : window.start + end;
      if (end >= 0) break;
      if ((await window.fill()) !== 'ended') continue;
      const openAfter = skipper.openAfterLines;
      if (openAfter !== undefined) throw unterminatedQuote(this.#options.name, line + openAfter);
      break;
    }
    this.#scanner.line = line + 1 + skipper.innerLines;
    return this.#standInBatch(byte, line);
  }

  #standInBatch(byte: number, line: number): RowBatch {
    const batch = this.#batch;
    batch.count = 1;
    batch.bytes = this.#standIn;
    batch.offset = byte;
    batch.rowStart[0] = 0;
    batch.rowEnd[0] = this.#standIn.length;
    batch.line[0] = line;
    batch.reject[0] = RejectReason.rowTooLong;
    for (let c = 0; c < batch.width; c++) batch.cells[3 * c + 2] = CellKind.absent;
    return batch;
  }

  #countCells(row: number): number {
    const batch = this.#batch;
    const start = batch.bytes.byteOffset + batch.rowStart[row]!;
    const bytes = Buffer.from(batch.bytes.buffer, start, batch.rowEnd[row]! - batch.rowStart[row]!);
    const scanner = new CsvScanner({ ...this.#bytes, width: 0, maxRowBytes: bytes.length });
    scanner.scan(bytes, 0, true, createBatch(1));
    return scanner.cellsFound;
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
