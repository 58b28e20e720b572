import { addressOf, type ByteView, byteView, CellKind, releaseBlock, takeBlock } from '@batchrock/core';
import { CountColumn } from './count-column.ts';
import { type ColumnServices, PAGE_END, PAGE_ROWS } from './leaf-column.ts';
import { pageKernel } from './page-kernel.ts';
import type { TextColumn } from './text-column.ts';

/** Numbers of 4 bytes: the cells, whether a page is full, when one is, then each cell. As `kernel/cell-kernel.ts` has them. */
const CELLS = 0;
const HAS_FULL_PAGE = 1;
const PAGE_END_AT = 2;
const PAGE_ROWS_AT = 3;
const HEAD = 4;
const CELL = 4;
/** Begin and end, or a number of 8 bytes; its kind; the state of its column. */
const END = 1;
const KIND = 2;
const STATE = 3;
/** What is no `CellKind`. */
const COUNT = 5;

/**
 * The cells of one row for columns of texts and counts: set each of them, then `put` all. The page kernel puts them in one call,
 * as far as it can; the rest, or all where there is none, the columns do.
 */
export class RowCells {
  readonly #columns: readonly (TextColumn | CountColumn)[];
  readonly #services: ColumnServices;
  #block: Uint8Array;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  /** -1: nothing is for the kernel. */
  readonly #address: number;
  /** Where the text of each cell is. */
  readonly #sources: ByteView[];
  /** All texts of the row are where the kernel can read them. */
  #isShared = true;

  constructor(columns: readonly (TextColumn | CountColumn)[], services: ColumnServices) {
    this.#columns = columns;
    this.#services = services;
    const words = HEAD + CELL * columns.length;
    this.#block = takeBlock(4 * words);
    this.#words = new Int32Array(this.#block.buffer, this.#block.byteOffset, words);
    this.#numbers = new Float64Array(this.#block.buffer, this.#block.byteOffset, words / 2);
    const nothing = byteView(new Uint8Array(0));
    this.#sources = columns.map(() => nothing);
    this.#words[CELLS] = columns.length;
    this.#words[HAS_FULL_PAGE] = 0;
    this.#words[PAGE_END_AT] = PAGE_END;
    this.#words[PAGE_ROWS_AT] = PAGE_ROWS;
    const states = columns.map((column) => column.leaf.state.address);
    states.forEach((address, c) => {
      this.#words[HEAD + CELL * c + STATE] = address;
    });
    this.#address = states.every((address) => address > 0) ? addressOf(this.#block) : -1;
  }

  /** The text `from.bytes[start..end)`. `from` stays as it is until `put`. */
  text(cell: number, from: ByteView, start: number, end: number, kind: CellKind): void {
    const { address } = from;
    const at = HEAD + CELL * cell;
    const words = this.#words;
    if (address < 0) this.#isShared = false;
    const base = address < 0 ? 0 : address;
    words[at] = base + start;
    words[at + END] = base + end;
    words[at + KIND] = kind;
    this.#sources[cell] = from;
  }

  count(cell: number, value: number): void {
    this.#numbers[(HEAD + CELL * cell) / 2] = value;
    this.#words[HEAD + CELL * cell + KIND] = COUNT;
  }

  null(cell: number): void {
    this.#words[HEAD + CELL * cell + KIND] = CellKind.absent;
  }

  /** Puts the row into its columns. */
  put(): void {
    const cells = this.#columns.length;
    const isShared = this.#isShared && this.#address >= 0;
    this.#isShared = true;
    for (let c = 0; c < cells; c++) {
      if (isShared) {
        c = pageKernel().putCells(this.#address, c);
        if (c === cells) break;
      }
      this.#put(c);
    }
    if (this.#words[HAS_FULL_PAGE] === 0) return;
    this.#words[HAS_FULL_PAGE] = 0;
    this.#services.hasFullPage = true;
  }

  release(): void {
    releaseBlock(this.#block);
    this.#block = new Uint8Array(0);
  }

  #put(cell: number): void {
    const column = this.#columns[cell]!;
    const words = this.#words;
    const at = HEAD + CELL * cell;
    const kind = words[at + KIND]!;
    if (column instanceof CountColumn) {
      if (kind === COUNT) column.put(this.#numbers[at / 2]!);
      else column.null();
      return;
    }
    const from = this.#sources[cell]!;
    const base = from.address < 0 ? 0 : from.address;
    column.put(from, words[at]! - base, words[at + END]! - base, kind as CellKind);
  }
}
