import type { CachedCounts, PartFacts, Place } from '../job/index.ts';
import { type RunningDigest, rowFormat } from '../ports/index.ts';
import { encodeOutcome, type RowBatch, type UnsentOutcome } from '../record/index.ts';
import type { CachedOutcome } from './cached-rows.ts';
import type { DecidedPart } from './decided-part.ts';
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
  /** Its attempt 0 is there, as whoever prepared it before has left it. */
  readonly decided?: DecidedPart | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a row before anything is sent. */
export type UnsentRow = UnsentOutcome | CachedOutcome;

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
  cached: CachedCounts = { rows: 0, truncated: 0 };
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
  async leaveOut(rows: readonly UnsentRow[]): Promise<void> {
    if (rows.length === 0) return;
    const writer = this.#options.decided === undefined ? this.#attempt0() : undefined;
    for (const row of rows) {
      this.#count(row);
      await writer?.write(row.status === 'cached' ? row.line : encodeOutcome(row));
    }
  }

  #count(row: UnsentRow): void {
    if (row.status === 'duplicate') this.duplicates++;
    else if (row.status === 'rejected') this.rejected++;
    else this.cached = { rows: this.cached.rows + 1, truncated: this.cached.truncated + (row.isCutOff ? 1 : 0) };
  }

  #attempt0(): SinkWriter {
    const { document, part, signal } = this.#options;
    const key = objectKeys.outcomes(document.run, 0, part);
    // what a cache has found is certain once it is there, and other rows may be found another time
    const ifAbsent = document.cache === true;
    this.#unsent ??= new SinkWriter(this.#ports.objects.create(key, { ...(ifAbsent && { ifAbsent }), signal }));
    return this.#unsent;
  }

  /** Before anything else of the part: it says which of its rows are sent. There too where none was found. */
  async #decide(): Promise<void> {
    const { decided } = this.#options;
    if (decided === undefined) await this.#attempt0().commit();
    else decided.check(this.rejected + this.duplicates + this.cached.rows);
  }

  /**
   * Makes its objects visible; nothing was before. `to`: the row after its last one. Rejects with a conflict in a run with a cache
   * when another process has decided meanwhile which rows of the part are sent.
   */
  async close(to: Place): Promise<PartFacts> {
    const isCached = this.#options.document.cache === true;
    if (isCached) await this.#decide();
    await this.#rows.commit();
    if (!isCached) await this.#unsent?.commit();
    return this.records.finish({
      firstOrdinal: this.from.ordinal,
      lastOrdinal: to.ordinal - 1,
      span: { from: this.from, to, ...(this.#starts.length > 0 && { starts: this.#starts }) },
      rejected: this.rejected,
      ...(this.duplicates > 0 && { duplicates: this.duplicates }),
      ...(this.cached.rows > 0 && { cached: this.cached }),
      xxh128: this.#hash.hex(),
    });
  }

  /** Gives up what is not visible yet. */
  async abort(): Promise<void> {
    await Promise.all([this.records.abort(), this.#rows.abort(), this.#unsent?.abort()]);
  }
}
