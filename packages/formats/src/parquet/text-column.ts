import { type ByteView, copyBytes } from '@batchrock/core';
import { copyUndoubled } from '../writing/csv-text.ts';
import { copyUnescaped } from '../writing/json-text.ts';
import { Encoding, Physical } from './file-layout.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn, PAGE_ROWS } from './leaf-column.ts';
import { indexBytes, putIndices } from './run-lengths.ts';
import { TextBounds } from './text-bounds.ts';
import { ValueDictionary } from './value-dictionary.ts';

/** How bytes become the text of a value. */
export const TextForm = {
  /** As they are. */
  plain: 0,
  /** Each `""` means one `"`. */
  doubled: 1,
  /** The inside of a JSON string. */
  escaped: 2,
} as const;
export type TextForm = (typeof TextForm)[keyof typeof TextForm];

/**
 * A column of texts (BYTE_ARRAY), copied from bytes to the page. Every row group begins with a dictionary; where that does not
 * pay, the rest of the group is plain.
 */
export class TextColumn {
  readonly leaf: LeafColumn;
  readonly #maxDefinition: number;
  readonly #dictionary = new ValueDictionary();
  readonly #indices = new Uint16Array(PAGE_ROWS);
  readonly #bounds = new TextBounds();
  readonly #last = new LastValue();
  /** Indices in the page; values of the page are only these while it has a dictionary. */
  #count = 0;
  #isPlain = false;
  /** A page of this row group refers to the dictionary. */
  #isReferredTo = false;

  constructor(path: readonly string[], isNullable: boolean, services: ColumnServices) {
    this.#maxDefinition = isNullable ? 1 : 0;
    this.leaf = new LeafColumn(
      { path, physical: Physical.byteArray, maxDefinition: this.#maxDefinition, maxRepetition: 0 },
      services,
    );
  }

  null(): void {
    this.leaf.entries(1, 0);
    this.leaf.endRow();
  }

  /** Copies the text of `from.bytes[start..end)`. */
  put(from: ByteView, start: number, end: number, form: TextForm): void {
    const { leaf } = this;
    if (this.#isPlain || !this.#putIndex(from, start, end, form)) {
      const at = leaf.length + 4;
      leaf.reserve(4 + end - start);
      const { target } = leaf;
      const stop = copyText(from, start, end, form, target, at);
      target.view.setUint32(leaf.length, stop - at, true);
      leaf.length = stop;
      this.#bounds.see(target.bytes, at, stop);
    }
    leaf.entries(1, this.#maxDefinition);
    leaf.endRow();
  }

  release(): void {
    this.leaf.release();
  }

  /** Ends the page. */
  closePage(): void {
    if (!this.#isPlain && !this.leaf.isPageEmpty) {
      this.leaf.reserve(indexBytes(this.#count));
      const { target, length } = this.leaf;
      this.leaf.length = putIndices(target.bytes, length, this.#indices, this.#count, Math.max(1, this.#dictionary.count));
      this.#isReferredTo = true;
      this.#count = 0;
    }
    this.leaf.closePage(this.#isPlain ? Encoding.plain : Encoding.rleDictionary);
  }

  async closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    this.#seeDictionary();
    const closed = await this.leaf.closeChunk(Encoding.plain, {
      bounds: this.#bounds.take(),
      dictionary: { bytes: this.#dictionary.bytes.subarray(0, this.#dictionary.length), values: this.#dictionary.count },
    });
    this.#dictionary.clear();
    this.#last.clear();
    this.#isPlain = this.#isReferredTo = false;
    return closed;
  }

  /** Notes the value by its index; false when the dictionary does not pay: the column is plain from here on. */
  #putIndex(from: ByteView, start: number, end: number, form: TextForm): boolean {
    if (!this.#last.is(from.bytes, start, end, form)) {
      const index = this.#indexOf(from, start, end, form);
      if (index < 0) {
        this.#leaveDictionary();
        return false;
      }
      this.#last.set(from.bytes, start, end, form, index);
    }
    this.#indices[this.#count] = this.#last.index;
    this.#count += 1;
    return true;
  }

  #indexOf(from: ByteView, start: number, end: number, form: TextForm): number {
    if (form === TextForm.plain) return this.#dictionary.indexOf(from.bytes, start, end);
    const { leaf } = this;
    leaf.reserve(end - start);
    // behind the page's values, where nothing is yet
    const stop = copyText(from, start, end, form, leaf.target, leaf.length);
    return this.#dictionary.indexOf(leaf.target.bytes, leaf.length, stop);
  }

  /** The page that was begun becomes plain if it is the group's first; otherwise it is ended. */
  #leaveDictionary(): void {
    const { leaf } = this;
    this.#last.clear();
    const dictionary = this.#dictionary;
    if (this.#isReferredTo) {
      this.closePage();
      this.#isPlain = true;
      return;
    }
    for (let i = 0; i < this.#count; i++) {
      const value = dictionary.bytes.subarray(dictionary.start(this.#indices[i]!), dictionary.end(this.#indices[i]!));
      leaf.reserve(value.length);
      leaf.target.bytes.set(value, leaf.length);
      leaf.length += value.length;
    }
    this.#seeDictionary();
    dictionary.clear();
    this.#count = 0;
    this.#isPlain = true;
  }

  #seeDictionary(): void {
    const dictionary = this.#dictionary;
    for (let i = 0; i < dictionary.count; i++) this.#bounds.see(dictionary.bytes, dictionary.start(i) + 4, dictionary.end(i));
  }
}

/** The source of the last value and its index: many columns have the same value in row after row. */
class LastValue {
  index = -1;
  readonly #bytes = new Uint8Array(32);
  #length = -1;
  #form: TextForm = TextForm.plain;

  is(bytes: Uint8Array, start: number, end: number, form: TextForm): boolean {
    if (end - start !== this.#length || form !== this.#form) return false;
    for (let i = 0; i < this.#length; i++) if (bytes[start + i] !== this.#bytes[i]) return false;
    return true;
  }

  set(bytes: Uint8Array, start: number, end: number, form: TextForm, index: number): void {
    this.index = index;
    this.#form = form;
    this.#length = end - start <= this.#bytes.length ? end - start : -1;
    for (let i = 0; i < this.#length; i++) this.#bytes[i] = bytes[start + i]!;
  }

  clear(): void {
    this.#length = -1;
  }
}

/** Copies the text of `from.bytes[start..end)`; the offset after it. Never longer than its source. */
function copyText(from: ByteView, start: number, end: number, form: TextForm, to: ByteView, at: number): number {
  if (form === TextForm.plain) return copyBytes(from, start, end, to, at);
  return form === TextForm.doubled ? copyUndoubled(from, start, end, to, at) : copyUnescaped(from, start, end, to, at);
}
