import { invariant } from '../errors/index.ts';
import type { ReadPosition, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import { RowsOver } from './rows-over.ts';

/** Which rows of a dataset are drawn: the same ones whoever draws them and however often. */
export interface RowSample {
  /** Rows drawn; all of them when there are fewer. */
  readonly rows: number;
  /** Rows that they are drawn from. */
  readonly of: number;
  /** 32 hexadecimal digits, from the content of the dataset. */
  readonly seed: string;
}

/**
 * The rows of a sample, in the order of the dataset; each row is drawn with the same chance. `reader` begins at the dataset's
 * start, whatever row is wanted first: which rows are drawn depends on those before. Ordinals count the rows drawn.
 */
export function sampledRows(reader: RowReader, sample: RowSample, from?: ReadPosition): RowReader {
  return new SampledRows(reader, sample, from);
}

class SampledRows extends RowsOver {
  readonly #sample: RowSample;
  readonly #random: () => number;
  /** Rows of the dataset that were looked at. */
  #seen = 0;
  /** Of them, those that were drawn. */
  #drawn = 0;
  /** Drawn rows that nobody wants. */
  #skip: number;
  #position: ReadPosition;

  constructor(reader: RowReader, sample: RowSample, from: ReadPosition | undefined) {
    super(reader);
    this.#sample = sample;
    this.#random = seededNumbers(sample.seed);
    this.#skip = from?.ordinal ?? 0;
    this.#position = from ?? reader.position;
  }

  override get position(): ReadPosition {
    return this.#position;
  }

  override async next(): Promise<RowBatch | undefined> {
    while (this.#drawn < this.#sample.rows) {
      const batch = await this.reader.next();
      if (batch === undefined) break;
      this.#draw(batch);
      if (batch.count === 0) continue;
      this.#position = { ...this.reader.position, ordinal: this.#drawn };
      return batch;
    }
    this.#position = { ...this.reader.position, ordinal: this.#drawn };
    return undefined;
  }

  /** Leaves the rows in the batch that are drawn and wanted. */
  #draw(batch: RowBatch): void {
    const { rows, of } = this.#sample;
    let kept = 0;
    for (let row = 0; row < batch.count; row++) {
      // each of those left has to be drawn with the same chance: Knuth's algorithm S
      const isDrawn = this.#random() * (of - this.#seen) < rows - this.#drawn;
      this.#seen += 1;
      if (!isDrawn) continue;
      this.#drawn += 1;
      if (this.#drawn <= this.#skip) continue;
      if (kept < row) move(batch, row, kept);
      kept += 1;
    }
    batch.count = kept;
  }
}

function move(batch: RowBatch, from: number, to: number): void {
  const { cells, width } = batch;
  cells.copyWithin(3 * to * width, 3 * from * width, 3 * (from + 1) * width);
  batch.rowStart[to] = batch.rowStart[from]!;
  batch.rowEnd[to] = batch.rowEnd[from]!;
  batch.line[to] = batch.line[from]!;
  batch.reject[to] = batch.reject[from]!;
  if (batch.places) batch.places[to] = batch.places[from]!;
}

/** Numbers from 0 to 1 (exclusive) of 32 bits each, by sfc32; the same ones for the same seed. */
function seededNumbers(seed: string): () => number {
  invariant(/^[0-9a-f]{32}$/.test(seed), `the seed of a sample is ${JSON.stringify(seed)}`);
  let [a, b, c, d] = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16) | 0) as [
    number,
    number,
    number,
    number,
  ];
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
