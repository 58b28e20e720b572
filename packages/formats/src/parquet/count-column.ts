import { type Bounds, Encoding, Physical } from './file-layout.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn } from './leaf-column.ts';

/** A nullable column of whole numbers (INT64), exact up to 2^53. */
export class CountColumn {
  readonly leaf: LeafColumn;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(path: readonly string[], services: ColumnServices) {
    this.leaf = new LeafColumn({ path, physical: Physical.int64, maxDefinition: 1, maxRepetition: 0 }, services);
  }

  null(): void {
    this.leaf.entries(1, 0);
    this.leaf.endRow();
  }

  put(value: number): void {
    const { leaf } = this;
    leaf.reserve(8);
    putInt64(leaf.target.view, leaf.length, value);
    leaf.length += 8;
    leaf.entries(1, 1);
    leaf.endRow();
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
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
    if (this.#min > this.#max) return undefined;
    const bounds = { min: int64Bytes(this.#min), max: int64Bytes(this.#max), isMinExact: true, isMaxExact: true };
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    return bounds;
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
