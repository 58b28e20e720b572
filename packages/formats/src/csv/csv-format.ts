import type { Buffer } from 'node:buffer';
import { type InputError, RejectReason, type RowBatch } from '@batchrock/core';
import { createBatch, type RowFormat, type RowSkipper, type ScanStop } from '../reading/index.ts';
import type { CsvBytes } from './csv-bytes.ts';
import { type CsvDialect, dialectBytes } from './csv-dialect.ts';
import { unterminatedQuote } from './csv-header.ts';
import { CsvRowSkipper } from './csv-row-skipper.ts';
import { CsvScanner } from './csv-scanner.ts';

export interface CsvFormatOptions {
  readonly dialect: CsvDialect;
  /** 1-based line of the first row. */
  readonly line: number;
  readonly maxRowBytes: number;
  /** What messages call the source. */
  readonly name: string;
}

/** The rows of a CSV file below its header. */
export class CsvFormat implements RowFormat {
  readonly dialect: CsvDialect;
  readonly columns: readonly string[];
  readonly standIn: Uint8Array;
  readonly #name: string;
  readonly #bytes: CsvBytes;
  readonly #scanner: CsvScanner;

  constructor(options: CsvFormatOptions) {
    const { dialect, line, maxRowBytes, name } = options;
    this.dialect = dialect;
    this.columns = dialect.header;
    this.#name = name;
    this.#bytes = dialectBytes(dialect);
    this.#scanner = new CsvScanner({ ...this.#bytes, width: this.columns.length, maxRowBytes });
    this.#scanner.line = line;
    const empty = this.columns.length === 1 ? '""' : dialect.delimiter.repeat(this.columns.length - 1);
    this.standIn = new TextEncoder().encode(empty + String.fromCharCode(this.#bytes.newline));
  }

  get at(): number {
    return this.#scanner.at;
  }

  get line(): number {
    return this.#scanner.line;
  }

  set line(line: number) {
    this.#scanner.line = line;
  }

  scan(bytes: Buffer, from: number, last: boolean, batch: RowBatch): ScanStop {
    return this.#scanner.scan(bytes, from, last, batch);
  }

  passLong(): void {
    this.#scanner.passLong();
  }

  skipper(): RowSkipper {
    const skipper = new CsvRowSkipper(this.#bytes);
    return {
      get innerLines() {
        return skipper.innerLines;
      },
      feed: (bytes) => skipper.feed(bytes),
      broken: (line) => {
        const openAfter = skipper.openAfterLines;
        return openAfter === undefined ? undefined : unterminatedQuote(this.#name, line + openAfter);
      },
    };
  }

  broken(): InputError {
    return unterminatedQuote(this.#name, this.#scanner.openLine);
  }

  explain(row: Buffer, reason: number): string {
    if (reason !== RejectReason.ragged) {
      return 'a quote inside a cell that is not quoted, or text behind a closing quote; enclose the cell in quotes and double the ones in it';
    }
    const scanner = new CsvScanner({ ...this.#bytes, width: 0, maxRowBytes: row.length });
    scanner.scan(row, 0, true, createBatch(1));
    const cells = scanner.cellsFound;
    return `${cells} cell${cells === 1 ? '' : 's'}, the header has ${this.columns.length}`;
  }
}
