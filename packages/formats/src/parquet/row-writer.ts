import { type ByteView, byteView, CellKind, RejectReason, type RowBatch, releaseBlock, takeBlock } from '@batchrock/core';
import { createBatch } from '../reading/index.ts';
import type { TreeColumn } from './column-tree.ts';
import { NestedText } from './nested-text.ts';
import type { PageCursor } from './page-cursor.ts';
import { RowRun } from './row-run.ts';
import type { ValueReader } from './value-reader.ts';
import { BASE64, ESCAPED, READY, SHORT_TEXT, type ValueText, valueText } from './value-text.ts';

/** Bytes of a block of rows: small enough for the processor's cache. */
const BLOCK_BYTES = 1 << 18;

/** Larger blocks are not taken from the kernel's memory. */
const MAX_SHARED_BYTES = 4 << 20;

const QUOTE = 0x22;
const STAND_IN = new TextEncoder().encode('{}\n');
const NULL_BYTES = 4;

/** A column of plain values: its entry is that of its cursor, or of its queue where that has some. */
interface FlatColumn {
  readonly key: Uint8Array;
  readonly cursor: PageCursor;
  readonly text: ValueText;
  readonly isText: boolean;
  readonly nested: undefined;
  /** The value at hand; undefined for null. */
  value: ValueReader | undefined;
  /** How it becomes JSON. */
  valueText: ValueText;
}
interface NestedColumn {
  readonly key: Uint8Array;
  readonly nested: NestedText;
}
type Column = FlatColumn | NestedColumn;

/**
 * Makes rows of JSON Lines out of columns: the same keys in the same order in each row, nothing of what the values are is lost
 * but their types. Text goes from the page to the row as bytes.
 */
export class RowWriter {
  batch: RowBatch;
  readonly places: Float64Array;
  readonly #columns: readonly Column[];
  readonly #maxRowBytes: number;
  /** Keys, commas and braces of a row. */
  readonly #fixed: number;
  #block: ByteView = byteView(takeBlock(BLOCK_BYTES));
  #length = 0;
  /** The column whose next entry is to be taken; the number of columns, when the row at hand waits to be written. */
  #column = 0;
  /** Most bytes of the row at hand, as far as it is taken. */
  #needed = 0;
  /** Of which nested columns have: together they may have no more than a row may. */
  #nestedBytes = 0;
  /** The row at hand would be too long. */
  #isLong = false;
  #run: RowRun | undefined;

  constructor(columns: readonly TreeColumn[], cursors: readonly PageCursor[], maxRowBytes: number) {
    const utf8 = new TextEncoder();
    this.#columns = columns.map(({ name, node }, i) => {
      const key = utf8.encode(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
      if (node.kind !== 'value') return { key, nested: new NestedText(node, cursors) };
      const cursor = cursors[node.leaf.index]!;
      const text = valueText(node.leaf, (what) => cursor.fault(what));
      return { key, cursor, text, isText: text === ESCAPED, nested: undefined, value: undefined, valueText: text };
    });
    this.#maxRowBytes = maxRowBytes;
    this.#fixed = this.#columns.reduce((sum, { key }) => sum + key.length, 2);
    this.batch = createBatch(columns.length);
    this.places = new Float64Array(this.batch.rowStart.length);
    this.batch.places = this.places;
    this.#run = rowRun(this.#columns);
  }

  /** Begins a batch. The rows of the one before are void. */
  begin(): void {
    this.batch.count = 0;
    this.batch.bytes = this.#block.bytes;
    this.#length = 0;
  }

  /** Gives its memory back. */
  close(): void {
    releaseBlock(this.#block.bytes);
    this.#run?.close();
    this.#run = undefined;
    this.#block = byteView(new Uint8Array(0));
    this.#length = 0;
  }

  /**
   * Takes rows from the columns and writes them, up to `rows` of them. A column that is returned has no page at hand: load its
   * next one and call again. Otherwise all of them are written, or as many as the batch has room for.
   */
  fill(rows: number): PageCursor | undefined {
    const { batch } = this;
    const end = Math.min(batch.rowStart.length, batch.count + rows);
    while (batch.count < end) {
      if (this.#column === 0 && this.#run !== undefined) {
        const { count } = batch;
        const waiting = this.#run.write(batch, this.#length, end - count, this.#maxRowBytes);
        if (waiting !== undefined) return waiting;
        if (batch.count > count) {
          this.#length = batch.rowEnd[batch.count - 1]!;
          continue;
        }
      }
      const waiting = this.#take();
      if (waiting !== undefined) return waiting;
      if (!this.#write()) return undefined;
    }
    return undefined;
  }

  /** Passes the next row over; as `fill`. */
  pass(): PageCursor | undefined {
    const waiting = this.#take();
    if (waiting === undefined) this.#column = 0;
    return waiting;
  }

  /** Takes what is left of the row at hand; it stays at hand until it is written. */
  #take(): PageCursor | undefined {
    const columns = this.#columns;
    if (this.#column === 0) {
      this.#needed = this.#fixed;
      this.#isLong = false;
      this.#nestedBytes = 0;
    }
    for (; this.#column < columns.length; this.#column++) {
      const column = columns[this.#column]!;
      if (column.nested !== undefined) {
        const waiting = column.nested.advance(this.#maxRowBytes - this.#nestedBytes);
        if (waiting !== undefined) return waiting;
        if (column.nested.text.isFull) this.#isLong = true;
        this.#needed += column.nested.text.length;
        this.#nestedBytes += column.nested.text.length;
      } else {
        if (!this.#takeValue(column)) return column.cursor;
        this.#needed += column.value === undefined ? NULL_BYTES : column.valueText.bound(column.value);
      }
    }
    return undefined;
  }

  /** Takes the next value of a flat column; false where it has none at hand. */
  #takeValue(column: FlatColumn): boolean {
    const queue = this.#run?.queues[this.#column];
    if (queue !== undefined && queue.count > 0) {
      queue.next();
      column.value = queue.isNull ? undefined : queue;
      column.valueText = column.isText ? ESCAPED : READY;
      return true;
    }
    const { cursor } = column;
    if (cursor.pageLeft === 0) return false;
    cursor.next();
    column.value = cursor.isNull ? undefined : cursor.values;
    column.valueText = column.text;
    return true;
  }

  /** Writes the row that is taken; false, and nothing written, when the batch has no room for it. */
  #write(): boolean {
    let isLong = this.#isLong;
    if (isLong || this.#needed > this.#block.bytes.length - this.#length) {
      const room = isLong ? STAND_IN.length : this.#measure();
      // what is beyond the limit whatever the short values are gets no room
      isLong ||= room - SHORT_TEXT * this.#columns.length > this.#maxRowBytes;
      if (!this.#makeRoom(isLong ? STAND_IN.length : room)) return false;
    }
    const { batch } = this;
    const start = this.#length;
    const row = batch.count++;
    const end = isLong ? start : this.#row(row);
    isLong ||= end - start > this.#maxRowBytes;
    this.#length = isLong ? this.#standIn(row) : end;
    batch.rowStart[row] = start;
    batch.rowEnd[row] = this.#length;
    batch.reject[row] = isLong ? RejectReason.rowTooLong : RejectReason.none;
    this.#column = 0;
    return true;
  }

  /** Bytes of the row at hand, or a few more. */
  #measure(): number {
    let length = this.#fixed;
    for (const column of this.#columns) {
      if (column.nested !== undefined) length += column.nested.text.length;
      else length += column.value === undefined ? NULL_BYTES : column.valueText.measure(column.value);
    }
    return length;
  }

  #makeRoom(needed: number): boolean {
    if (needed <= this.#block.bytes.length - this.#length) return true;
    if (this.batch.count > 0) return false;
    releaseBlock(this.#block.bytes);
    this.#block = byteView(needed > MAX_SHARED_BYTES ? new Uint8Array(needed) : takeBlock(needed));
    this.batch.bytes = this.#block.bytes;
    return true;
  }

  #row(row: number): number {
    const { cells, width } = this.batch;
    const out = this.#block.bytes;
    let at = this.#length;
    for (let c = 0, cell = 3 * row * width; c < width; c++, cell += 3) {
      const column = this.#columns[c]!;
      const { key } = column;
      for (let i = 0; i < key.length; i++) out[at++] = key[i]!;
      const end = this.#value(column, at);
      const isText = out[at] === QUOTE;
      cells[cell] = isText ? at + 1 : at;
      cells[cell + 1] = isText ? end - 1 : end;
      cells[cell + 2] = isText ? CellKind.jsonString : CellKind.jsonValue;
      at = end;
    }
    out[at] = 0x7d;
    out[at + 1] = 0x0a;
    return at + 2;
  }

  #value(column: Column, at: number): number {
    const out = this.#block.bytes;
    if (column.nested !== undefined) {
      const { view, length } = column.nested.text;
      out.set(view.bytes.subarray(0, length), at);
      return at + length;
    }
    if (column.value !== undefined) return column.valueText.write(column.value, this.#block, at);
    out[at] = 0x6e;
    out[at + 1] = 0x75;
    out[at + 2] = 0x6c;
    out[at + 3] = 0x6c;
    return at + NULL_BYTES;
  }

  #standIn(row: number): number {
    const { cells, width } = this.batch;
    for (let c = 0; c < width; c++) cells[3 * (row * width + c) + 2] = CellKind.absent;
    this.#block.bytes.set(STAND_IN, this.#length);
    return this.#length + STAND_IN.length;
  }
}

/** Undefined where rows have to be written one by one. */
function rowRun(columns: readonly Column[]): RowRun | undefined {
  const flat = columns.filter((column) => column.nested === undefined);
  if (flat.length < columns.length || flat.some(({ text }) => text === BASE64)) return undefined;
  return RowRun.create(flat.map(({ key, cursor, text, isText }) => ({ key, cursor, text: isText ? undefined : text })));
}
