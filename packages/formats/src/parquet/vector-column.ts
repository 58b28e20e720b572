import { type ByteView, InvariantError, unpackFloats } from '@batchrock/core';
import { Encoding, Physical } from './file-layout.ts';
import { FloatParser } from './float-parser.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn } from './leaf-column.ts';

/** Definition levels of `optional list { repeated element { optional float } }`. */
const NULL_LIST = 0;
const EMPTY_LIST = 1;
const VALUE = 3;

/** A column of vectors (`list<float>`), parsed from JSON arrays of numbers right into the page. */
export class VectorColumn {
  readonly leaf: LeafColumn;
  readonly #floats = new FloatParser();

  constructor(name: string, services: ColumnServices) {
    const path = [name, 'list', 'element'];
    // the bits of floats are nearly random: zstd takes 5 % off, for more time than all else of the column
    const spec = { path, physical: Physical.float, maxDefinition: VALUE, maxRepetition: 1, isDense: true };
    this.leaf = new LeafColumn(spec, services);
  }

  null(): void {
    this.leaf.entries(1, NULL_LIST);
    this.leaf.endRow();
  }

  /** The numbers of an embedding: packed in quotes, or a JSON array with its brackets. */
  put(from: ByteView, start: number, end: number): void {
    const { leaf } = this;
    // a number and its comma take two bytes at the least, a float four
    leaf.reserve(2 * (end - start) + 4);
    const isPacked = from.bytes[start] === 0x22;
    const count = isPacked
      ? unpackFloats(from, start + 1, end - 1, leaf.target, leaf.length)
      : this.#floats.parse(from, start, end, leaf.target, leaf.length);
    if (count < 0) throw new InvariantError('an embedding is no array of numbers');
    leaf.length += 4 * count;
    leaf.entries(1, count === 0 ? EMPTY_LIST : VALUE);
    if (count > 1) leaf.entries(count - 1, VALUE, 1);
    leaf.endRow();
  }

  release(): void {
    this.#floats.release();
    this.leaf.release();
  }

  closePage(): void {
    this.leaf.closePage(Encoding.plain);
  }

  closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    return this.leaf.closeChunk(Encoding.plain, { bounds: undefined });
  }
}
