import type { Dialect, ReadPosition, RejectCause, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';

/** The sources of a dataset, in order. */
export interface RowChainOptions {
  /** What messages call each of them. */
  readonly names: readonly string[];
  /** Bytes of each as it is stored, for `bytesRead`. */
  readonly sizes: readonly number[];
  /** Opens source `at.source`; `at.byte` is 0 for its start. A source without rows is no error. */
  readonly open: (at: ReadPosition) => Promise<RowReader>;
  /** Begin here; default: at the first source's start. */
  readonly from?: ReadPosition | undefined;
}

/**
 * Reads the sources of a dataset one after another as if they were one, a batch never of two. Positions name the source;
 * ordinals and the columns of JSON Lines run on over all of them, lines begin anew in each.
 */
export async function openRowChain(options: RowChainOptions): Promise<RowReader> {
  const at = options.from ?? { byte: 0, line: 1, ordinal: 0 };
  const source = at.source ?? 0;
  return new RowChain(options, source, await options.open({ ...at, source }));
}

class RowChain implements RowReader {
  readonly dialect: Dialect;
  /** One list for all sources: encoders hold on to it while it grows. */
  readonly columns: string[];
  readonly #options: RowChainOptions;
  readonly #warnings: string[];
  #source: number;
  #reader: RowReader;

  constructor(options: RowChainOptions, source: number, reader: RowReader) {
    this.#options = options;
    this.#source = source;
    this.#reader = reader;
    this.dialect = reader.dialect;
    this.columns = [...reader.columns];
    this.#warnings = [...reader.warnings];
  }

  get sourceName(): string {
    return this.#options.names[this.#source]!;
  }

  get position(): ReadPosition {
    return { ...this.#reader.position, source: this.#source };
  }

  get bytesRead(): number {
    let bytes = this.#reader.bytesRead ?? this.#reader.position.byte;
    for (let i = 0; i < this.#source; i++) bytes += this.#options.sizes[i]!;
    return bytes;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  async next(): Promise<RowBatch | undefined> {
    for (;;) {
      const batch = await this.#reader.next();
      if (batch !== undefined) {
        batch.source = this.#source;
        this.#grow();
        return batch;
      }
      if (this.#source + 1 === this.#options.names.length) return undefined;
      await this.#openNext();
    }
  }

  explainReject(row: number): RejectCause {
    return this.#reader.explainReject(row);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #openNext(): Promise<void> {
    const { ordinal } = this.#reader.position;
    await this.#reader.close();
    this.#source += 1;
    this.#reader = await this.#options.open({ source: this.#source, byte: 0, line: 1, ordinal, columns: [...this.columns] });
    for (const warning of this.#reader.warnings) if (!this.#warnings.includes(warning)) this.#warnings.push(warning);
  }

  #grow(): void {
    const { columns } = this.#reader;
    for (let i = this.columns.length; i < columns.length; i++) this.columns.push(columns[i]!);
  }
}
