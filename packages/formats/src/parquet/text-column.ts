import { type ByteView, CellKind, copyBytes, releaseBlock, takeBlock } from '@batchrock/core';
import { copyUndoubled } from '../writing/csv-text.ts';
import { copyUnescaped } from '../writing/json-text.ts';
import { Field, fieldAddress } from './column-state.ts';
import { Encoding, Physical } from './file-layout.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn, PAGE_ROWS } from './leaf-column.ts';
import { indexBytes, putIndices } from './run-lengths.ts';
import { TextBounds } from './text-bounds.ts';
import { ValueDictionary } from './value-dictionary.ts';

/**
 * A column of texts (BYTE_ARRAY), copied from bytes to the page. Every row group begins with a dictionary; where that does not
 * pay, the rest of the group is plain.
 */
export class TextColumn {
  readonly leaf: LeafColumn;
  readonly #maxDefinition: number;
  readonly #words: Int32Array;
  readonly #dictionary: ValueDictionary;
  /** Of the page; its values are only these while it has a dictionary. */
  readonly #indices: Uint16Array;
  readonly #bounds: TextBounds;
  #indexBlock: Uint8Array;
  /** A page of this row group refers to the dictionary. */
  #isReferredTo = false;

  constructor(path: readonly string[], isNullable: boolean, services: ColumnServices) {
    this.#maxDefinition = isNullable ? 1 : 0;
    this.leaf = new LeafColumn(
      { path, physical: Physical.byteArray, maxDefinition: this.#maxDefinition, maxRepetition: 0 },
      services,
    );
    const { state } = this.leaf;
    const { words } = state;
    this.#words = words;
    this.#dictionary = new ValueDictionary(words);
    this.#bounds = new TextBounds(state);
    this.#indexBlock = takeBlock(2 * PAGE_ROWS);
    this.#indices = new Uint16Array(this.#indexBlock.buffer, this.#indexBlock.byteOffset, PAGE_ROWS);
    words[Field.indices] = fieldAddress(this.#indexBlock);
    const addresses = [Field.indices, Field.starts, Field.table];
    words[Field.isShared] = addresses.every((field) => words[field]! > 0) ? 1 : 0;
  }

  /** Copies the text of a cell, `from.bytes[start..end)`; an absent cell and the JSON value `null` are null. */
  put(from: ByteView, start: number, end: number, kind: CellKind): void {
    const { leaf } = this;
    if (kind === CellKind.absent || (kind === CellKind.jsonValue && isNull(from.bytes, start, end))) {
      leaf.entries(1, 0);
      leaf.endRow();
      return;
    }
    if (this.#isPlain || !this.#putIndex(from, start, end, kind)) {
      const at = leaf.length + 4;
      leaf.reserve(4 + end - start);
      const { target } = leaf;
      const stop = copyText(from, start, end, kind, target, at);
      target.view.setUint32(leaf.length, stop - at, true);
      leaf.length = stop;
      this.#bounds.see(target.bytes, at, stop);
    }
    leaf.entries(1, this.#maxDefinition);
    leaf.endRow();
  }

  release(): void {
    releaseBlock(this.#indexBlock);
    this.#indexBlock = new Uint8Array(0);
    this.#dictionary.release();
    this.leaf.release();
  }

  get #isPlain(): boolean {
    return this.#words[Field.isPlain] === 1;
  }

  /** Ends the page. */
  closePage(): void {
    if (!this.#isPlain && !this.leaf.isPageEmpty) {
      const count = this.#words[Field.indexCount]!;
      this.leaf.reserve(indexBytes(count));
      const { target, length } = this.leaf;
      this.leaf.length = putIndices(target.bytes, length, this.#indices, count, Math.max(1, this.#dictionary.count));
      this.#isReferredTo = true;
      this.#words[Field.indexCount] = 0;
    }
    this.leaf.closePage(this.#isPlain ? Encoding.plain : Encoding.rleDictionary);
  }

  closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    const closed = this.leaf.closeChunk(Encoding.plain, {
      bounds: this.#bounds.take(),
      dictionary: { bytes: this.#dictionary.bytes.subarray(0, this.#dictionary.length), values: this.#dictionary.count },
    });
    this.#dictionary.clear();
    this.#words[Field.isPlain] = 0;
    this.#isReferredTo = false;
    return closed;
  }

  /** Notes the value by its index; false when the dictionary does not pay: the column is plain from here on. */
  #putIndex(from: ByteView, start: number, end: number, kind: CellKind): boolean {
    const known = this.#dictionary.count;
    const index = this.#indexOf(from, start, end, kind);
    if (index < 0) {
      this.#leaveDictionary();
      return false;
    }
    const words = this.#words;
    const count = words[Field.indexCount]!;
    const dictionary = this.#dictionary;
    if (dictionary.count > known) this.#bounds.see(dictionary.bytes, dictionary.start(index) + 4, dictionary.end(index));
    this.#indices[count] = index;
    words[Field.indexCount] = count + 1;
    return true;
  }

  #indexOf(from: ByteView, start: number, end: number, kind: CellKind): number {
    if (kind !== CellKind.quotedText && kind !== CellKind.jsonString) return this.#dictionary.indexOf(from.bytes, start, end);
    const { leaf } = this;
    leaf.reserve(end - start);
    // behind the page's values, where nothing is yet
    const stop = copyText(from, start, end, kind, leaf.target, leaf.length);
    return this.#dictionary.indexOf(leaf.target.bytes, leaf.length, stop);
  }

  /** The page that was begun becomes plain if it is the group's first; otherwise it is ended. */
  #leaveDictionary(): void {
    const { leaf } = this;
    const words = this.#words;
    const dictionary = this.#dictionary;
    if (this.#isReferredTo) {
      this.closePage();
      words[Field.isPlain] = 1;
      return;
    }
    const count = words[Field.indexCount]!;
    for (let first = 0, next = 1; first < count; first = next++) {
      // new values stand one behind the other in the dictionary as in the page
      while (next < count && this.#indices[next] === this.#indices[next - 1]! + 1) next += 1;
      const values = dictionary.bytes.subarray(dictionary.start(this.#indices[first]!), dictionary.end(this.#indices[next - 1]!));
      leaf.reserve(values.length);
      leaf.target.bytes.set(values, leaf.length);
      leaf.length += values.length;
    }
    dictionary.clear();
    words[Field.indexCount] = 0;
    words[Field.isPlain] = 1;
  }
}

/** `null`: no other value begins with its letter. */
function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && bytes[start] === 0x6e;
}

/** Copies the text of `from.bytes[start..end)`; the offset after it. Never longer than its source. */
function copyText(from: ByteView, start: number, end: number, kind: CellKind, to: ByteView, at: number): number {
  if (kind === CellKind.quotedText) return copyUndoubled(from, start, end, to, at);
  if (kind === CellKind.jsonString) return copyUnescaped(from, start, end, to, at);
  return copyBytes(from, start, end, to, at);
}
