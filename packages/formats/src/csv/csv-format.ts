import type { Buffer } from 'node:buffer';
import { type InputError, type RejectCause, RejectReason, type RowBatch } from '@batchrock/core';
import { createBatch, type RowFormat, type RowSkipper, type ScanStop } from '../reading/index.ts';
import type { CsvBytes } from './csv-bytes.ts';
import { cellText } from './csv-cell.ts';
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

  explain(row: Buffer, reason: number): RejectCause {
    const width = this.columns.length;
    const scanner = new CsvScanner({ ...this.#bytes, width: width + MOST_EXTRA, maxRowBytes: row.length });
    const batch = createBatch(width + MOST_EXTRA, { bytes: row.length });
    scanner.scan(row, 0, true, batch);
    const found = scanner.cellsFound;
    const extra: string[] = [];
    for (let c = width; c < Math.min(found, width + MOST_EXTRA); c++) extra.push(cellText(row, batch.cells, 3 * c));
    const why =
      reason === RejectReason.ragged
        ? `${found} cell${found === 1 ? '' : 's'}, the header has ${width}`
        : 'a quote inside a cell that is not quoted, or text behind a closing quote; enclose the cell in quotes and double the ones in it';
    return extra.length === 0 ? { why } : { why, beyond: quoteCells(extra, found - width) };
  }
}

/** Cells beyond the header that a message shows, and characters of them. */
const MOST_EXTRA = 16;
const MOST_CHARACTERS = 1_000;

/** Cells that no column takes, for a message: the rows' own bytes would be lost with them. `count`: how many there are. */
function quoteCells(cells: readonly string[], count: number): string {
  const shown: string[] = [];
  let left = MOST_CHARACTERS;
  for (const cell of cells) {
    if (left <= 0) break;
    shown.push(JSON.stringify(cell.length > left ? `${cell.slice(0, left)}…` : cell));
    left -= cell.length;
  }
  const hidden = count - shown.length;
  return shown.join(', ') + (hidden > 0 ? ` and ${hidden} more` : '');
}
