import { type ByteView, InvariantError } from '@batchrock/core';
import { Encoding, Physical } from './file-layout.ts';
import { parseFloats } from './float-parser.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn } from './leaf-column.ts';

/** Definition levels of `optional list { repeated element { optional float } }`. */
const NULL_LIST = 0;
const EMPTY_LIST = 1;
const VALUE = 3;

/** A column of vectors (`list<float>`), parsed from JSON arrays of numbers right into the page. */
export class VectorColumn {
  readonly leaf: LeafColumn;

  constructor(name: string, services: ColumnServices) {
    const path = [name, 'list', 'element'];
    this.leaf = new LeafColumn({ path, physical: Physical.float, maxDefinition: VALUE, maxRepetition: 1 }, services);
  }

  null(): void {
    this.leaf.entries(1, NULL_LIST);
    this.leaf.rows += 1;
  }

  /** The numbers of the JSON array `from.bytes[start..end)`, brackets included. */
  put(from: ByteView, start: number, end: number): void {
    const { leaf } = this;
    // a number and its comma take two bytes at the least, a float four
    leaf.reserve(2 * (end - start) + 4);
    const count = parseFloats(from.bytes, start, end, leaf.target.view, leaf.length);
    if (count < 0) throw new InvariantError('an embedding is no array of numbers');
    leaf.length += 4 * count;
    leaf.rows += 1;
    if (count === 0) {
      leaf.entries(1, EMPTY_LIST);
      return;
    }
    leaf.entries(1, VALUE);
    if (count > 1) leaf.entries(count - 1, VALUE, 1);
  }

  closePage(): void {
    this.leaf.closePage(Encoding.plain);
  }

  closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    return this.leaf.closeChunk(Encoding.plain, { bounds: undefined });
  }
}
