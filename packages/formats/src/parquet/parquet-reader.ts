import { Buffer, isUtf8 } from 'node:buffer';
import {
  type Dialect,
  type RandomAccess,
  type ReadPosition,
  type RejectCause,
  RejectReason,
  type RowBatch,
  type RowReader,
} from '@batchrock/core';
import { rejectForeignBytes } from '../reading/index.ts';
import { PageBudget } from './page-budget.ts';
import { PageCursor } from './page-cursor.ts';
import type { ParquetFile, RowGroup } from './parquet-file.ts';
import { RowWriter } from './row-writer.ts';
import { SharedBlock } from './shared-block.ts';

export interface ParquetReaderOptions {
  readonly maxRowBytes: number;
  readonly maxExpansion?: number | undefined;
  /** Of the first row that is read. */
  readonly row: number;
  readonly ordinal: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that are read ahead, all columns together, and of one column. */
const AHEAD_BYTES = 32 << 20;
const MOST_PIECE_BYTES = 1 << 20;
const LEAST_PIECE_BYTES = 1 << 12;

/** The rows of a Parquet file, as JSON Lines. */
export class ParquetReader implements RowReader {
  readonly dialect: Dialect;
  readonly columns: readonly string[];
  readonly warnings: readonly string[] = [];
  readonly rowCount: number;
  readonly #file: ParquetFile;
  readonly #access: RandomAccess;
  readonly #cursors: readonly PageCursor[];
  readonly #rows: RowWriter;
  readonly #packed = new SharedBlock();
  readonly #maxRowBytes: number;
  /** The row group at hand and the rows of it that are taken. */
  #group = -1;
  #taken = 0;
  /** Rows of the file and of the dataset before the next one. */
  #row: number;
  #ordinal: number;

  constructor(file: ParquetFile, access: RandomAccess, options: ParquetReaderOptions) {
    const { maxRowBytes, maxExpansion, row, ordinal, signal } = options;
    this.#file = file;
    this.#access = access;
    this.dialect = { format: 'parquet', columns: file.types };
    this.columns = file.columns.map((column) => column.name);
    this.rowCount = file.rows;
    const piece = Math.floor(AHEAD_BYTES / file.leaves.length);
    const pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(MOST_PIECE_BYTES, piece));
    const budget = new PageBudget();
    const cursorOptions = { access, pieceBytes, packed: this.#packed, budget, maxExpansion, signal };
    this.#cursors = file.leaves.map((leaf) => new PageCursor(leaf, cursorOptions));
    this.#rows = new RowWriter(file.columns, this.#cursors, maxRowBytes);
    this.#maxRowBytes = maxRowBytes;
    this.#row = row;
    this.#ordinal = ordinal;
  }

  get position(): ReadPosition {
    return { byte: this.#byteOf(this.#row), line: this.#row + 1, ordinal: this.#ordinal };
  }

  async next(): Promise<RowBatch | undefined> {
    const rows = this.#rows;
    const { batch } = rows;
    rows.begin();
    for (;;) {
      if (this.#taken === this.#rowsOfGroup() && !(await this.#nextGroup())) break;
      const before = batch.count;
      const waiting = rows.fill(this.#rowsOfGroup() - this.#taken);
      this.#taken += batch.count - before;
      // a page of the file is awaited here and nothing else
      if (waiting !== undefined) await waiting.load();
      else if (this.#taken < this.#rowsOfGroup()) break;
    }
    return this.#finish();
  }

  #finish(): RowBatch | undefined {
    const { batch } = this.#rows;
    const { count } = batch;
    if (count === 0) return undefined;
    batch.offset = this.#byteOf(this.#row);
    for (let r = 0; r < count; r++) {
      this.#rows.places[r] = this.#byteOf(this.#row + r) - batch.offset;
      batch.line[r] = this.#row + r + 1;
    }
    const { buffer, byteOffset, length } = batch.bytes;
    rejectForeignBytes(batch, Buffer.from(buffer as ArrayBuffer, byteOffset, length));
    this.#row += count;
    this.#ordinal += count;
    return batch;
  }

  explainReject(row: number): RejectCause {
    const { batch } = this.#rows;
    if (batch.reject[row] === RejectReason.rowTooLong) return { why: `longer than ${this.#maxRowBytes} bytes as JSON` };
    const foreign = this.columns.filter((_, c) => {
      const cell = 3 * (row * batch.width + c);
      return !isUtf8(batch.bytes.subarray(batch.cells[cell], batch.cells[cell + 1]));
    });
    return { why: `bytes that are not UTF-8 in the text of ${foreign.map((name) => JSON.stringify(name)).join(', ')}` };
  }

  close(): Promise<void> {
    for (const cursor of this.#cursors) cursor.close();
    this.#packed.release();
    this.#rows.close();
    return this.#access.close();
  }

  #rowsOfGroup(): number {
    return this.#group < 0 ? 0 : this.#file.groups[this.#group]!.rows;
  }

  /** Opens the next row group that has rows to read; false when there is none. */
  async #nextGroup(): Promise<boolean> {
    const { groups } = this.#file;
    this.#checkEnd();
    let next = this.#group + 1;
    while (next < groups.length && groups[next]!.firstRow + groups[next]!.rows <= this.#next()) next += 1;
    if (next === groups.length) return false;
    this.#group = next;
    this.#taken = 0;
    const chunks = this.#file.chunks(next);
    await Promise.all(
      this.#cursors.map((cursor) => cursor.open(chunks[cursor.leaf.index]!, this.#file.fault(next, cursor.leaf))),
    );
    await this.#pass(this.#next() - groups[next]!.firstRow);
    return true;
  }

  /** The row of the file that comes next. */
  #next(): number {
    return this.#row + this.#rows.batch.count;
  }

  /** Passes the first rows of a group over: where the reader begins in its middle. */
  async #pass(count: number): Promise<void> {
    const rows = this.#rows;
    for (; this.#taken < count; this.#taken++) {
      for (let waiting = rows.pass(); waiting !== undefined; waiting = rows.pass()) await waiting.load();
    }
  }

  /** A column that has more values than its group has rows would be out of step with the others. */
  #checkEnd(): void {
    const left = this.#group < 0 ? undefined : this.#cursors.find((cursor) => cursor.isHeld || !cursor.isAtEnd);
    if (left !== undefined) throw left.fault('more values than rows');
  }

  /** About where in the file a row is: by its share of its group, so that it is the same however the reader came there. */
  #byteOf(row: number): number {
    const { groups } = this.#file;
    const group = groups[this.#group];
    const at = group !== undefined && row >= group.firstRow && row < group.firstRow + group.rows ? group : groupOf(groups, row);
    if (at === undefined) return 0;
    return at.firstByte + Math.floor((at.bytes * (row - at.firstRow)) / Math.max(1, at.rows));
  }
}

function groupOf(groups: readonly RowGroup[], row: number): RowGroup | undefined {
  return groups.find(({ firstRow, rows }) => row < firstRow + rows) ?? groups.at(-1);
}
