import type { PartFacts, Place } from '../job/index.ts';
import { type RunningDigest, rowFormat } from '../ports/index.ts';
import { encodeOutcome, type RowBatch, type UnsentOutcome } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { KeptRows } from './kept-rows.ts';
import { objectKeys } from './keys.ts';
import { PartWriter } from './part-writer.ts';
import type { RunPorts } from './ports.ts';
import { SinkWriter } from './sink-writer.ts';

export interface PartDraftOptions {
  readonly document: RunDocument;
  readonly part: number;
  /** Its first row. */
  readonly from: Place;
  /** True where nothing of it can be there. */
  readonly isNew?: boolean;
  readonly signal?: AbortSignal | undefined;
}

type Ports = Pick<RunPorts, 'families' | 'objects' | 'digest' | 'compression'>;

/**
 * A part of the first attempt while its rows go by: the records of its job, its rows as they came, and those of them that
 * cannot be sent. None of its objects is visible before it is certain which rows are its own: their keys and bytes depend on
 * those alone, so whoever writes them again, or late, does no harm.
 */
export class PartDraft {
  readonly records: PartWriter;
  readonly from: Place;
  rejected = 0;
  duplicates = 0;
  readonly #ports: Ports;
  readonly #options: PartDraftOptions;
  readonly #rows: SinkWriter;
  readonly #kept: KeptRows;
  readonly #hash: RunningDigest;
  #unsent: SinkWriter | undefined;
  #source: number | undefined;
  readonly #starts: Place[] = [];

  constructor(ports: Ports, options: PartDraftOptions) {
    const { document, part, from, isNew = false, signal } = options;
    this.#ports = ports;
    this.#options = options;
    this.from = from;
    this.#source = from.source;
    this.records = new PartWriter(ports, { document, attempt: 1, part, hashed: false, isNew, signal });
    const key = objectKeys.rows(document.run, part, rowFormat(document.source.dialect), ports.compression.suffix);
    this.#hash = ports.digest.start();
    const sink = ports.compression.compress(ports.objects.create(key, { signal }));
    // the rows and not the records made of them: half the bytes, and they determine the records
    this.#rows = new SinkWriter(sink, (block) => this.#hash.update(block));
    this.#kept = new KeptRows(this.#rows, document.source.dialect);
  }

  /** Rows from another source follow: the first of them. */
  enter(first: Place): void {
    if (first.source === this.#source) return;
    this.#source = first.source;
    this.#starts.push(first);
  }

  /** Keeps the rows `[first, end)` of a batch. */
  keepRows(batch: RowBatch, first: number, end: number): Promise<void> {
    return this.#kept.write(batch, first, end);
  }

  /** Writes the outcomes of rows that are not sent, in order. */
  async leaveOut(rows: readonly UnsentOutcome[]): Promise<void> {
    if (rows.length === 0) return;
    const { document, part, signal } = this.#options;
    this.#unsent ??= new SinkWriter(this.#ports.objects.create(objectKeys.outcomes(document.run, 0, part), { signal }));
    for (const row of rows) {
      if (row.status === 'duplicate') this.duplicates++;
      else this.rejected++;
      await this.#unsent.write(encodeOutcome(row));
    }
  }

  /** Makes its objects visible; nothing was before. `to`: the row after its last one. */
  async close(to: Place): Promise<PartFacts> {
    await this.#rows.commit();
    await this.#unsent?.commit();
    return this.records.finish({
      firstOrdinal: this.from.ordinal,
      lastOrdinal: to.ordinal - 1,
      span: { from: this.from, to, ...(this.#starts.length > 0 && { starts: this.#starts }) },
      rejected: this.rejected,
      ...(this.duplicates > 0 && { duplicates: this.duplicates }),
      xxh128: this.#hash.hex(),
    });
  }

  /** Gives up what is not visible yet. */
  async abort(): Promise<void> {
    await Promise.all([this.records.abort(), this.#rows.abort(), this.#unsent?.abort()]);
  }
}
