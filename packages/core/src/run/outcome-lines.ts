import type { ByteSource, CallOptions, ObjectStore } from '../ports/index.ts';
import { emptyOutcomeSpans, OutcomeReader, type OutcomeSpans } from '../record/index.ts';
import { objectMissing } from './line-chain.ts';
import { LineReader, type LineReaderOptions } from './line-reader.ts';
import { damaged } from './part-files.ts';
import { openPieces } from './piece-source.ts';
import type { RunPorts } from './ports.ts';
import { checkCancelled } from './tolerance.ts';

/** An object of outcomes. */
export interface OutcomeObject {
  readonly key: string;
  /** Where its sorted runs begin, in bytes; none where it is one. */
  readonly sortedRuns?: readonly number[];
}

/** Memory for the runs of one object together, and for each block of them: while one is merged the next one comes. */
const MERGE_BYTES = 8 << 20;
const BLOCKS = 2;
const MOST_BLOCK_BYTES = 1 << 20;
const LEAST_BLOCK_BYTES = 1 << 16;

/**
 * The outcome lines in some objects, in order. Ordinals rise: the runs of an object are merged, and of two lines of a record
 * the one in the later run counts.
 */
export class OutcomeLines {
  /** The line at hand, until the next one is asked for. */
  spans: OutcomeSpans = emptyOutcomeSpans();
  readonly #objects: ObjectStore;
  readonly #keys: Iterator<OutcomeObject>;
  readonly #options: CallOptions;
  #runs: SortedRun[] = [];
  /** The run that has to be read on. */
  #hungry: SortedRun | undefined;
  /** Of the line at hand, or of the one before it when there is none. */
  #ordinal = -1;

  constructor({ objects }: Pick<RunPorts, 'objects'>, keys: Iterable<OutcomeObject>, options: CallOptions = {}) {
    this.#objects = objects;
    this.#keys = keys[Symbol.iterator]();
    this.#options = options;
  }

  /** Goes to the next outcome; false when it is not in memory: `fill`. */
  next(): boolean {
    let first: SortedRun | undefined;
    for (const run of this.#runs) {
      while (run.ordinal <= this.#ordinal) {
        if (run.next()) continue;
        this.#hungry = run;
        return false;
      }
      // of equal ones the last
      if (first === undefined || run.ordinal <= first.ordinal) first = run;
    }
    if (first === undefined || first.ordinal === Number.POSITIVE_INFINITY) return false;
    this.#ordinal = first.ordinal;
    this.spans = first.spans;
    return true;
  }

  /** Makes one more line available, where there is one; false at the end of the last object. */
  async fill(): Promise<boolean> {
    const hungry = this.#hungry;
    this.#hungry = undefined;
    if (hungry !== undefined) await feed(hungry);
    if (this.#runs.some((run) => run.ordinal !== Number.POSITIVE_INFINITY)) return true;
    const next = this.#keys.next();
    if (!next.done) await this.#open(next.value);
    else await this.close();
    return !next.done;
  }

  /** The outcome at hand is void after it. */
  async close(): Promise<void> {
    const runs = this.#runs;
    this.#runs = [];
    this.#hungry = undefined;
    for (const run of runs) {
      try {
        await run.close();
      } finally {
        run.release();
      }
    }
  }

  async #open({ key, sortedRuns: starts = [] }: OutcomeObject): Promise<void> {
    checkCancelled(this.#options.signal);
    if (starts.length <= 1) {
      const source = await this.#objects.open(key, this.#options);
      if (source === undefined) throw objectMissing(this.#objects, key);
      // one that is read from front to back goes on in the blocks of the one before it
      const after = this.#runs.length === 1 ? await this.#runs.pop()?.end() : undefined;
      await this.close();
      this.#runs = [new SortedRun(key, source, this.#ordinal, { after, readsAhead: true })];
      return;
    }
    await this.close();
    const share = Math.floor(MERGE_BYTES / (BLOCKS * starts.length));
    const blockBytes = Math.max(LEAST_BLOCK_BYTES, Math.min(MOST_BLOCK_BYTES, share));
    const sizes = { blockBytes, usualBlockBytes: blockBytes, readsAhead: true };
    const runs = starts.map((from, i) => {
      const source = openPieces(this.#objects, key, { ...this.#options, from, to: starts[i + 1] });
      return new SortedRun(key, source, this.#ordinal, sizes);
    });
    this.#runs = runs;
    // the first blocks of all of them come at once
    await Promise.all(runs.map((run) => feed(run)));
  }
}

/** Reads a run on; its ordinal is infinite where there is no more. */
async function feed(run: SortedRun): Promise<void> {
  if (!(await run.fill())) run.ordinal = Number.POSITIVE_INFINITY;
}

/** One sorted run. */
class SortedRun {
  /** Of the line at hand; infinite behind the last. */
  ordinal: number;
  readonly #key: string;
  readonly #lines: LineReader;
  readonly #reader = new OutcomeReader();
  readonly spans: OutcomeSpans = this.#reader.spans;

  /** `after`: its lines come after this ordinal. */
  constructor(key: string, source: ByteSource, after: number, options: LineReaderOptions) {
    this.#key = key;
    this.ordinal = after;
    this.#lines = new LineReader(source, options);
  }

  next(): boolean {
    const lines = this.#lines;
    if (!lines.next(this.#reader.lineEnd)) return false;
    if (!this.#reader.read(lines.bytes, lines.start, lines.end)) throw damaged(this.#key, 'a line that is no outcome');
    const { ordinal } = this.spans;
    if (ordinal <= this.ordinal) throw damaged(this.#key, `row ${ordinal} after row ${this.ordinal}`);
    this.ordinal = ordinal;
    return true;
  }

  fill(): Promise<boolean> {
    return this.#lines.fill();
  }

  /** Closes it; what its lines were read by, whose blocks are the caller's now. */
  async end(): Promise<LineReader> {
    await this.close();
    return this.#lines;
  }

  async close(): Promise<void> {
    this.#reader.close();
    await this.#lines.close();
  }

  release(): void {
    this.#lines.release();
  }
}
