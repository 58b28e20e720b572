import type { ReadPosition, RejectCause, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import { placeOf } from './place-of.ts';

/** The rows of a dataset up to its `most`-th; nothing behind them is read. */
export function firstRows(reader: RowReader, most: number): RowReader {
  return new FirstRows(reader, most);
}

class FirstRows implements RowReader {
  readonly #reader: RowReader;
  readonly #most: number;
  /** Where the first row that is left out begins. */
  #end: ReadPosition | undefined;

  constructor(reader: RowReader, most: number) {
    this.#reader = reader;
    this.#most = most;
  }

  get dialect() {
    return this.#reader.dialect;
  }
  get columns(): readonly string[] {
    return this.#reader.columns;
  }
  get warnings(): readonly string[] {
    return this.#reader.warnings;
  }
  get sourceName(): string | undefined {
    return this.#reader.sourceName;
  }
  get bytesRead(): number | undefined {
    return this.#reader.bytesRead;
  }
  get position(): ReadPosition {
    return this.#end ?? this.#reader.position;
  }

  async next(): Promise<RowBatch | undefined> {
    const left = this.#most - this.position.ordinal;
    if (left <= 0) return undefined;
    const batch = await this.#reader.next();
    if (batch === undefined || batch.count <= left) return batch;
    this.#end = placeOf(batch, left, this.#most);
    batch.count = left;
    return batch;
  }

  explainReject(row: number): RejectCause {
    return this.#reader.explainReject(row);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
