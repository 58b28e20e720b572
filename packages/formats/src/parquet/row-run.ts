import { addressOf, byteView, type RowBatch, releaseBlock, takeBlock } from '@batchrock/core';
import type { PageCursor } from './page-cursor.ts';
import { pageKernel } from './page-kernel.ts';
import { SPAN_BYTES, textBytes, ValueQueue } from './value-queue.ts';
import type { ValueText } from './value-text.ts';

/** Values that wait for their rows, of each column at most and of all together. */
const MOST_ROWS = 1_024;
const MOST_VALUES = 16_384;

/** See `writeRows` in `kernel/line-kernel.ts`. */
const PLAN_BYTES = 16;
const COLUMN_HEAD = 16;
const SPAN_AT = 8;

/** A column for the kernel. `text` is undefined where the values are text. */
export interface RunColumn {
  readonly key: Uint8Array;
  readonly cursor: PageCursor;
  readonly text: ValueText | undefined;
}

/** Writes runs of rows by the kernel; whoever owns it writes the rows that it stops at. Only where all columns are flat. */
export class RowRun {
  /** Of the columns. */
  readonly queues: readonly ValueQueue[];
  readonly #columns: readonly RunColumn[];
  readonly #block: Uint8Array;
  readonly #plan: number;
  /** Of the cells and of the places of rows, where the kernel writes them. */
  readonly #cells: number;
  readonly #starts: number;
  readonly #ends: number;
  readonly #words: Uint32Array;

  private constructor(columns: readonly RunColumn[], block: Uint8Array, rows: number, planBytes: number) {
    this.#columns = columns;
    this.#block = block;
    this.#plan = block.byteOffset;
    const view = byteView(new Uint8Array(block.buffer));
    this.#words = new Uint32Array(block.buffer);
    this.#cells = this.#plan + planBytes;
    this.#starts = this.#cells + 12 * rows * columns.length;
    this.#ends = this.#starts + 4 * rows;
    const spans = this.#ends + 4 * rows;
    const texts = spans + SPAN_BYTES * rows * columns.length;
    let head = this.#plan + PLAN_BYTES;
    let text = texts;
    this.#words.set([columns.length, columns.reduce((sum, { key }) => sum + key.length, 2)], this.#plan >> 2);
    this.queues = columns.map((column, i) => {
      this.#words.set([column.key.length, column.text === undefined ? 1 : 0], head >> 2);
      view.bytes.set(column.key, head + COLUMN_HEAD);
      const memory = {
        view,
        words: this.#words,
        next: head + SPAN_AT,
        spans: spans + SPAN_BYTES * rows * i,
        text,
        entries: rows,
      };
      head += COLUMN_HEAD + padded(column.key.length);
      if (column.text !== undefined) text += textBytes(rows);
      return new ValueQueue(column.cursor, column.text, memory);
    });
  }

  /** Undefined where there is no kernel, or no room in its memory. */
  static create(columns: readonly RunColumn[]): RowRun | undefined {
    const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / columns.length)));
    const planBytes = columns.reduce((sum, { key }) => sum + COLUMN_HEAD + padded(key.length), PLAN_BYTES);
    const texts = columns.filter(({ text }) => text !== undefined).length * textBytes(rows);
    const block = takeBlock(planBytes + (12 + SPAN_BYTES) * rows * columns.length + 8 * rows + texts);
    return addressOf(block) < 0 ? undefined : new RowRun(columns, block, rows, planBytes);
  }

  /** Gives its memory back. */
  close(): void {
    releaseBlock(this.#block);
  }

  /**
   * Appends rows to a batch whose block is filled up to `length`, up to `most` of them: less when a row might be too long or find
   * no room, and when the values at hand end. A column that is returned has no page at hand. Then, or when `count` of the batch
   * is what it was, the next row is for the caller.
   */
  write(batch: RowBatch, length: number, most: number, maxRowBytes: number): PageCursor | undefined {
    const block = addressOf(batch.bytes);
    if (block < 0) return undefined;
    let ready = most;
    for (let c = 0; c < this.queues.length; c++) {
      const queue = this.queues[c]!;
      if (queue.count === 0) {
        const { cursor } = this.#columns[c]!;
        if (cursor.pageLeft === 0) return cursor;
        queue.fill();
      }
      ready = Math.min(ready, queue.count);
    }
    if (ready === 0) return undefined;
    const rows = pageKernel().writeRows(
      this.#plan,
      ready,
      block,
      block + length,
      block + batch.bytes.length,
      Math.min(maxRowBytes, 0x7fffffff),
      this.#cells,
      this.#starts,
      this.#ends,
    );
    if (rows > 0) this.#accept(batch, rows);
    return undefined;
  }

  #accept(batch: RowBatch, rows: number): void {
    const words = this.#words;
    const { count, width } = batch;
    batch.cells.set(words.subarray(this.#cells >> 2, (this.#cells >> 2) + 3 * rows * width), 3 * count * width);
    batch.rowStart.set(words.subarray(this.#starts >> 2, (this.#starts >> 2) + rows), count);
    batch.rowEnd.set(words.subarray(this.#ends >> 2, (this.#ends >> 2) + rows), count);
    batch.reject.fill(0, count, count + rows);
    batch.count += rows;
    for (const queue of this.queues) queue.count -= rows;
  }
}

function padded(bytes: number): number {
  return (bytes + 15) & ~15;
}
