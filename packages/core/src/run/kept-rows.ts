import { type Dialect, rowFormat } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import type { SinkWriter } from './sink-writer.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Most empty lines that are written at once. */
const MOST_AT_ONCE = 1 << 16;

/**
 * Writes the rows of a part as they came, so that whoever reads them again from the part's first line finds each on the line
 * on which it stands in its source. Lines that are no rows (blank ones, those of a row that was too long to keep) become
 * empty lines; they are counted and not copied, so the bytes do not depend on the blocks in which the rows were read.
 *
 * A CSV of one column has no blank lines, each is a row; there a row that was too long to keep and had several lines shifts
 * the lines behind it.
 */
export class KeptRows {
  readonly #out: SinkWriter;
  readonly #newline: number;
  readonly #mayBlank: boolean;
  #source: number | undefined;
  /** Line behind the newest row; undefined before the first of a source. */
  #line: number | undefined;
  #blanks: Uint8Array | undefined;

  constructor(out: SinkWriter, dialect: Dialect) {
    this.#out = out;
    this.#newline = dialect.format === 'csv' && dialect.lineEnd === 'cr' ? CARRIAGE_RETURN : LINE_FEED;
    this.#mayBlank = rowFormat(dialect) === 'jsonl' || (dialect.format === 'csv' && dialect.header.length > 1);
  }

  /** Keeps the rows `[first, end)` of a batch; neighbours are copied in one piece. */
  async write(batch: RowBatch, first: number, end: number): Promise<void> {
    const { bytes, rowStart, rowEnd } = batch;
    if (batch.source !== this.#source) this.#line = undefined;
    this.#source = batch.source;
    for (let row = first; row < end; ) {
      if (this.#line !== undefined && this.#mayBlank) await this.#blank(batch.line[row]! - this.#line);
      const start = rowStart[row]!;
      do row++;
      while (row < end && rowStart[row] === rowEnd[row - 1]);
      await this.#out.write(bytes, start, rowEnd[row - 1]);
      this.#line = batch.line[row - 1]! + this.#linesOf(bytes, rowStart[row - 1]!, rowEnd[row - 1]!);
    }
  }

  async #blank(lines: number): Promise<void> {
    for (let left = lines; left > 0; left -= MOST_AT_ONCE) {
      this.#blanks ??= new Uint8Array(MOST_AT_ONCE).fill(this.#newline);
      await this.#out.write(this.#blanks, 0, Math.min(left, MOST_AT_ONCE));
    }
  }

  /** Line ends in a row, quoted ones too. */
  #linesOf(bytes: Uint8Array, start: number, end: number): number {
    let lines = 0;
    for (let at = start; at < end; at++) if (bytes[at] === this.#newline) lines++;
    return lines;
  }
}
