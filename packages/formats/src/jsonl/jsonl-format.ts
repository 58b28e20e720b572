import type { Buffer } from 'node:buffer';
import {
  CellKind,
  type Dialect,
  InvariantError,
  JsonKeys,
  type RejectCause,
  RejectReason,
  type RowBatch,
  type ScannedRows,
} from '@batchrock/core';
import type { RowFormat, RowSkipper, ScanStop } from '../reading/index.ts';
import { skipSpace } from './json-scanner.ts';
import { JsonlColumns } from './jsonl-columns.ts';
import { JsonlRowParser } from './jsonl-row-parser.ts';

const LINE_FEED = 0x0a;
/** Keys that the kernel is told anew, at most, for each row that was read without it. */
const KEYS_PER_ROW = 8;

export interface JsonlFormatOptions {
  /** The keys seen before the first row. */
  readonly columns: readonly string[];
  /** 1-based line of the first row. */
  readonly line: number;
  readonly maxRowBytes: number;
  /** What messages call the source. */
  readonly name: string;
}

/** The rows of a JSON Lines file. */
export class JsonlFormat implements RowFormat {
  readonly dialect: Dialect = { format: 'jsonl' };
  readonly standIn: Uint8Array = new TextEncoder().encode('{}\n');
  line: number;
  at = 0;
  readonly #columns: JsonlColumns;
  readonly #parser: JsonlRowParser;
  readonly #maxRowBytes: number;
  readonly #name: string;
  readonly #found: ScannedRows = { at: 0, lines: 0 };
  /** Of all columns; made anew when there are more. */
  #keys = new JsonKeys([]);
  #keysOf = 0;
  #rowsWithoutKernel = 0;
  #rowEnd = 0;

  constructor(options: JsonlFormatOptions) {
    this.line = options.line;
    this.#columns = new JsonlColumns(options.columns);
    this.#parser = new JsonlRowParser(this.#columns);
    this.#maxRowBytes = options.maxRowBytes;
    this.#name = options.name;
  }

  get columns(): readonly string[] {
    return this.#columns.names;
  }

  scan(bytes: Buffer, from: number, last: boolean, batch: RowBatch): ScanStop {
    const capacity = batch.rowStart.length;
    this.at = from;
    while (this.at < bytes.length) {
      if (batch.count === capacity) return 'batch';
      if (this.#scanByKernel(bytes, batch)) continue;
      const newline = bytes.indexOf(LINE_FEED, this.at);
      if (newline < 0 && !last) return 'bytes';
      const lineEnd = newline < 0 ? bytes.length : newline;
      this.#rowEnd = newline < 0 ? lineEnd : newline + 1;
      if (this.#rowEnd - this.at > this.#maxRowBytes) return 'long';
      if (skipSpace(bytes, this.at, lineEnd) < lineEnd && !this.#row(bytes, lineEnd, batch)) return 'wider';
      this.passLong();
    }
    return 'bytes';
  }

  /** The rows that the kernel finds; false when the next one is not for it. */
  #scanByKernel(bytes: Buffer, batch: RowBatch): boolean {
    const { names } = this.#columns;
    if (this.#keysOf !== names.length) {
      // rows that bring keys one by one must not pay for all of them each time
      if (this.#rowsWithoutKernel++ * KEYS_PER_ROW < names.length) return false;
      this.#rowsWithoutKernel = 0;
      this.#keys = new JsonKeys(names);
      this.#keysOf = names.length;
    }
    if (this.#keys.width !== batch.width) return false;
    const from = { block: bytes, start: this.at, end: bytes.length };
    if (this.#keys.scan(from, this.#maxRowBytes, this.line, batch, this.#found) === 0) return false;
    this.at = this.#found.at;
    this.line += this.#found.lines;
    return true;
  }

  passLong(): void {
    this.at = this.#rowEnd;
    this.line++;
  }

  skipper(): RowSkipper {
    return {
      innerLines: 0,
      feed: (bytes) => bytes.indexOf(LINE_FEED) + 1 || -1,
      broken: () => undefined,
    };
  }

  broken(): never {
    throw new InvariantError('a JSON Lines file may end anywhere');
  }

  explain(row: Buffer): RejectCause {
    this.#parser.parse(row, 0, row.length, new Uint32Array(0), 0, 0);
    return { why: this.#parser.fault };
  }

  /** Appends the line at `at`; false when the batch is too narrow for it. */
  #row(bytes: Buffer, lineEnd: number, batch: RowBatch): boolean {
    const row = batch.count;
    const base = 3 * row * batch.width;
    const parsed = this.#parser.parse(bytes, this.at, lineEnd, batch.cells, base, batch.width);
    if (parsed === 'newKeys') {
      this.#columns.add(this.#parser.newKeys, this.#name, this.line);
      return false;
    }
    batch.reject[row] = parsed === 'bad' ? RejectReason.badJson : RejectReason.none;
    if (parsed === 'bad') for (let c = 0; c < batch.width; c++) batch.cells[base + 3 * c + 2] = CellKind.absent;
    batch.rowStart[row] = this.at;
    batch.rowEnd[row] = this.#rowEnd;
    batch.line[row] = this.line;
    batch.count++;
    return true;
  }
}
