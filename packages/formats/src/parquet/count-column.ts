import { Field, MAX_NUMBER, MIN_NUMBER } from './column-state.ts';
import { type Bounds, Encoding, Physical } from './file-layout.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn } from './leaf-column.ts';

/** A nullable column of whole numbers (INT64), exact up to 2^53. */
export class CountColumn {
  readonly leaf: LeafColumn;
  readonly #doubles: Float64Array;

  constructor(path: readonly string[], services: ColumnServices) {
    this.leaf = new LeafColumn({ path, physical: Physical.int64, maxDefinition: 1, maxRepetition: 0 }, services);
    const { state } = this.leaf;
    state.words[Field.isShared] = 1;
    this.#doubles = state.doubles;
    this.#clearBounds();
  }

  null(): void {
    this.leaf.entries(1, 0);
    this.leaf.endRow();
  }

  put(value: number): void {
    const { leaf } = this;
    const doubles = this.#doubles;
    leaf.reserve(8);
    putInt64(leaf.target.view, leaf.length, value);
    leaf.length += 8;
    leaf.entries(1, 1);
    leaf.endRow();
    if (value < doubles[MIN_NUMBER]!) doubles[MIN_NUMBER] = value;
    if (value > doubles[MAX_NUMBER]!) doubles[MAX_NUMBER] = value;
  }

  release(): void {
    this.leaf.release();
  }

  closePage(): void {
    this.leaf.closePage(Encoding.plain);
  }

  closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    return this.leaf.closeChunk(Encoding.plain, { bounds: this.#takeBounds() });
  }

  #takeBounds(): Bounds | undefined {
    const min = this.#doubles[MIN_NUMBER]!;
    const max = this.#doubles[MAX_NUMBER]!;
    if (min > max) return undefined;
    this.#clearBounds();
    return { min: int64Bytes(min), max: int64Bytes(max), isMinExact: true, isMaxExact: true };
  }

  #clearBounds(): void {
    this.#doubles[MIN_NUMBER] = Number.POSITIVE_INFINITY;
    this.#doubles[MAX_NUMBER] = Number.NEGATIVE_INFINITY;
  }
}

function putInt64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

function int64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  putInt64(new DataView(bytes.buffer), 0, value);
  return bytes;
}
