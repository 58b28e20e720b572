import type { PartSpan, Place } from '../job/index.ts';
import type { RejectCause, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';

/**
 * The rows of a part, which lie one after another, told apart again by the sources that they came from: a batch is never of
 * two, and its lines are those of its source.
 */
export function withRowSources(reader: RowReader, span: PartSpan): RowReader {
  return span.from.source === undefined ? reader : new RowSources(reader, span);
}

/** Rows of a batch that are still to be given. */
interface Rest {
  readonly batch: RowBatch;
  readonly firstRow: number;
}

class RowSources implements RowReader {
  readonly #reader: RowReader;
  readonly #starts: readonly Place[];
  #source: number;
  #ordinal: number;
  /** Index of the next start that is not reached. */
  #next = 0;
  /** What is to be added to the reader's lines. */
  #shift = 0;
  #rest: Rest | undefined;
  /** Row of the reader's batch that is row 0 of ours. */
  #firstRow = 0;

  constructor(reader: RowReader, span: PartSpan) {
    this.#reader = reader;
    this.#starts = span.starts ?? [];
    this.#source = span.from.source ?? 0;
    this.#ordinal = span.from.ordinal;
  }

  get dialect() {
    return this.#reader.dialect;
  }

  get columns(): readonly string[] {
    return this.#reader.columns;
  }

  get position() {
    return { ...this.#reader.position, source: this.#source };
  }

  get warnings(): readonly string[] {
    return this.#reader.warnings;
  }

  async next(): Promise<RowBatch | undefined> {
    const rest = this.#rest ?? (await this.#read());
    if (rest === undefined) return undefined;
    const start = this.#starts[this.#next];
    if (start?.ordinal === this.#ordinal) {
      this.#next += 1;
      this.#source = start.source ?? 0;
      this.#shift = start.line - rest.batch.line[rest.firstRow]!;
    }
    return this.#give(rest, this.#starts[this.#next]?.ordinal ?? Number.POSITIVE_INFINITY);
  }

  explainReject(row: number): RejectCause {
    return this.#reader.explainReject(row + this.#firstRow);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #read(): Promise<Rest | undefined> {
    const batch = await this.#reader.next();
    return batch && { batch, firstRow: 0 };
  }

  /** The rows up to ordinal `end`, as a batch over the same bytes. */
  #give({ batch, firstRow }: Rest, end: number): RowBatch {
    const count = Math.min(batch.count - firstRow, end - this.#ordinal);
    const last = firstRow + count;
    this.#rest = last < batch.count ? { batch, firstRow: last } : undefined;
    this.#firstRow = firstRow;
    this.#ordinal += count;
    return {
      ...batch,
      source: this.#source,
      count,
      cells: batch.cells.subarray(3 * firstRow * batch.width),
      rowStart: batch.rowStart.subarray(firstRow, last),
      rowEnd: batch.rowEnd.subarray(firstRow, last),
      line: batch.line.slice(firstRow, last).map((line) => line + this.#shift),
      reject: batch.reject.subarray(firstRow, last),
      ...(batch.places && { places: batch.places.subarray(firstRow, last) }),
    };
  }
}
