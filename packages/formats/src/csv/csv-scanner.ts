import type { Buffer } from 'node:buffer';
import { CellKind, RejectReason, type RowBatch, type ScannedRows, scanCsvRows } from '@batchrock/core';
import type { ScanStop } from '../reading/index.ts';
import { CARRIAGE_RETURN, type CsvBytes, LINE_FEED, QUOTE } from './csv-bytes.ts';

/** How one row came out; offsets are in the scanner's fields. */
type RowResult = 'row' | 'blank' | 'bytes' | 'broken';

/** The cell in which a row breaks off: the cells before it, its first byte, and the byte that may not stand there. */
interface BrokenCell {
  readonly count: number;
  readonly start: number;
  readonly at: number;
  /** Nothing follows the bytes in hand. */
  readonly last: boolean;
}

export interface CsvScannerOptions extends CsvBytes {
  readonly width: number;
  readonly maxRowBytes: number;
}

/**
 * Finds rows and cells in a block of bytes and makes nothing of them but offsets. Inside quotes it jumps from quote to
 * quote, and it looks for each line end only once, so long cells cost next to nothing. Rows in which all is as it should be
 * are found by the kernel where there is one; this is for the others, and says what the kernel has to do.
 *
 * A row that is not whole is scanned again from its first byte when more bytes are there; nothing else is remembered.
 */
export class CsvScanner {
  /** 1-based line of the next row. */
  line = 1;
  /** After `scan`: the first byte that is not consumed. */
  at = 0;
  /** After `broken`: the line on which the quote was opened. */
  openLine = 0;
  /** After `long`: the byte after the row that begins at `at`. */
  rowEnd = 0;
  /** Cells of the newest row, those beyond the header too. */
  cellsFound = 0;
  readonly #options: CsvScannerOptions;
  readonly #delimiter: number;
  readonly #newline: number;
  readonly #width: number;
  readonly #maxRowBytes: number;
  readonly #found: ScannedRows = { at: 0, lines: 0 };
  /** The first newline at or behind the place that is being looked at; the end where there is none. */
  #nextNewline = 0;
  /** Line ends inside the quoted cells of the row in hand. */
  #innerLines = 0;
  #reject: RejectReason = RejectReason.none;

  constructor(options: CsvScannerOptions) {
    this.#options = options;
    this.#delimiter = options.delimiter;
    this.#newline = options.newline;
    this.#width = options.width;
    this.#maxRowBytes = options.maxRowBytes;
  }

  /** Appends the whole rows of `bytes` from `from` to the batch. `last`: nothing follows these bytes. */
  scan(bytes: Buffer, from: number, last: boolean, batch: RowBatch): ScanStop {
    const capacity = batch.rowStart.length;
    this.at = from;
    this.#nextNewline = from - 1;
    while (this.at < bytes.length) {
      if (batch.count === capacity) return 'batch';
      const from = { block: bytes, start: this.at, end: bytes.length };
      if (scanCsvRows(this.#options, from, this.line, batch, this.#found) > 0) {
        this.at = this.#found.at;
        this.line += this.#found.lines;
        continue;
      }
      const result = this.#row(bytes, this.at, last, batch.cells, 3 * batch.count * this.#width);
      if (result === 'bytes' || result === 'broken') return result;
      if (result === 'row') {
        if (this.rowEnd - this.at > this.#maxRowBytes) return 'long';
        const row = batch.count++;
        batch.rowStart[row] = this.at;
        batch.rowEnd[row] = this.rowEnd;
        batch.line[row] = this.line;
        batch.reject[row] = this.#reject;
      }
      this.at = this.rowEnd;
      this.line += 1 + this.#innerLines;
    }
    return 'bytes';
  }

  /** Goes past the row that `scan` stopped at with `long`. */
  passLong(): void {
    this.at = this.rowEnd;
    this.line += 1 + this.#innerLines;
  }

  #row(bytes: Buffer, start: number, last: boolean, cells: Uint32Array, base: number): RowResult {
    const delimiter = this.#delimiter;
    const width = this.#width;
    const end = bytes.length;
    this.#innerLines = 0;
    this.#reject = RejectReason.none;
    let at = start;
    let count = 0;
    for (;;) {
      let kind: CellKind = CellKind.text;
      let cellStart = at;
      let cellEnd = at;
      if (at < end && bytes[at] === QUOTE) {
        cellStart = at + 1;
        let from = cellStart;
        for (;;) {
          cellEnd = bytes.indexOf(QUOTE, from);
          if (cellEnd < 0) return last ? this.#unterminated(bytes, at) : 'bytes';
          if (cellEnd + 1 === end || bytes[cellEnd + 1] !== QUOTE) break;
          kind = CellKind.quotedText;
          from = cellEnd + 2;
        }
        this.#countLines(bytes, cellStart, cellEnd);
        at = cellEnd + 1;
      } else {
        const newline = this.#newlineFrom(bytes, at);
        while (at < newline && bytes[at] !== delimiter) {
          if (bytes[at] === QUOTE) return this.#badQuote(bytes, { count, start: cellStart, at, last }, cells, base);
          at++;
        }
        cellEnd = at;
        if (at === newline && at < end && this.#newline === LINE_FEED && at > cellStart && bytes[at - 1] === CARRIAGE_RETURN) {
          cellEnd = at - 1;
        }
      }
      if (count < width) {
        putCell(cells, base + 3 * count, cellStart, cellEnd, kind);
      }
      count++;
      if (at < end && bytes[at] === delimiter) {
        at++;
        continue;
      }
      const rowEnd = this.#afterLineEnd(bytes, at, last);
      if (rowEnd === -1) return 'bytes';
      // the cell is quoted, and its quotes belong to what is kept of it
      if (rowEnd === -2) return this.#badQuote(bytes, { count: count - 1, start: cellStart - 1, at, last }, cells, base);
      this.rowEnd = rowEnd;
      this.cellsFound = count;
      if (count === width) return 'row';
      if (count === 1 && cellStart === start && cellEnd === start) return 'blank';
      this.#reject = RejectReason.ragged;
      for (let c = count; c < width; c++) cells[base + 3 * c + 2] = CellKind.absent;
      return 'row';
    }
  }

  /** The byte after the line end at `at`; -1 when more bytes are needed, -2 when something else stands there. */
  #afterLineEnd(bytes: Buffer, at: number, last: boolean): number {
    const end = bytes.length;
    if (at === end) return last ? end : -1;
    if (bytes[at] === this.#newline) return at + 1;
    if (this.#newline !== LINE_FEED || bytes[at] !== CARRIAGE_RETURN) return -2;
    if (at + 1 === end) return last ? -2 : -1;
    return bytes[at + 1] === LINE_FEED ? at + 2 : -2;
  }

  /**
   * A quote where none may be: the row ends with its line, whatever quotes may follow. The cells before it stay; from the
   * broken one on, the line is split at its delimiters and each cell kept as it stands.
   */
  #badQuote(bytes: Buffer, broken: BrokenCell, cells: Uint32Array, base: number): RowResult {
    const newline = this.#newlineFrom(bytes, broken.at);
    if (newline === bytes.length && !broken.last) return 'bytes';
    this.rowEnd = Math.min(newline + 1, bytes.length);
    this.#reject = RejectReason.badQuote;
    const hasReturn = this.#newline === LINE_FEED && newline > broken.at && bytes[newline - 1] === CARRIAGE_RETURN;
    const end = hasReturn ? newline - 1 : newline;
    let { count, start, at } = broken;
    for (; at <= end; at++) {
      if (at < end && bytes[at] !== this.#delimiter) continue;
      if (count < this.#width) putCell(cells, base + 3 * count, start, at, CellKind.text);
      count++;
      start = at + 1;
    }
    this.cellsFound = count;
    for (let c = count; c < this.#width; c++) cells[base + 3 * c + 2] = CellKind.absent;
    return 'row';
  }

  #unterminated(bytes: Buffer, at: number): RowResult {
    this.#countLines(bytes, at, at);
    this.openLine = this.line + this.#innerLines;
    return 'broken';
  }

  #newlineFrom(bytes: Buffer, at: number): number {
    if (this.#nextNewline < at) {
      const found = bytes.indexOf(this.#newline, at);
      this.#nextNewline = found < 0 ? bytes.length : found;
    }
    return this.#nextNewline;
  }

  /** Counts the newlines in [from, to). */
  #countLines(bytes: Buffer, from: number, to: number): void {
    let newline = this.#newlineFrom(bytes, from);
    while (newline < to) {
      this.#innerLines++;
      newline = this.#newlineFrom(bytes, newline + 1);
    }
  }
}

function putCell(cells: Uint32Array, at: number, start: number, end: number, kind: CellKind): void {
  cells[at] = start;
  cells[at + 1] = end;
  cells[at + 2] = kind;
}
