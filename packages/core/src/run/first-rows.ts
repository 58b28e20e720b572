import type { ReadPosition, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import { placeOf } from './place-of.ts';
import { RowsOver } from './rows-over.ts';

/** The rows of a dataset up to its `most`-th; nothing behind them is read. */
export function firstRows(reader: RowReader, most: number): RowReader {
  return new FirstRows(reader, most);
}

class FirstRows extends RowsOver {
  readonly #most: number;
  /** Where the first row that is left out begins. */
  #end: ReadPosition | undefined;

  constructor(reader: RowReader, most: number) {
    super(reader);
    this.#most = most;
  }

  override get position(): ReadPosition {
    return this.#end ?? super.position;
  }

  override async next(): Promise<RowBatch | undefined> {
    const left = this.#most - this.position.ordinal;
    if (left <= 0) return undefined;
    const batch = await this.reader.next();
    if (batch === undefined || batch.count <= left) return batch;
    this.#end = placeOf(batch, left, this.#most);
    batch.count = left;
    return batch;
  }
}
