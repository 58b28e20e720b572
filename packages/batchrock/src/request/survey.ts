import {
  type AnswerLookup,
  createRecordEncoder,
  KnownRequests,
  NEEDS_SPACE,
  type OutputBlock,
  REJECT_CODES,
  type RecordEncoder,
  type RecordSample,
  RejectReason,
  RequestSorter,
  type RowBatch,
  type RowReader,
  rowValue,
  type Scratch,
  sampleRecords,
  translateLine,
  whyNotTranslated,
} from '@batchrock/core';
import { nodeSha256 } from '../node/index.ts';
import type { Dataset } from './dataset.ts';
import type { CheckedQuestion } from './question.ts';

/** What a look at rows has shown, without anything being written or sent. */
export interface Survey {
  readonly rows: number;
  /** Rows that would be sent. */
  readonly records: number;
  /** Rows that ask for what another one asks for, where that was looked for; in `records` unless they are left out. */
  readonly duplicates: number;
  /** Rows that have an answer in the cache, where that was looked for; in `records` unless they are left out. */
  readonly cached: number;
  /** Bytes of the rows as they came, unpacked. */
  readonly rowBytes: number;
  /** Rows that cannot be sent, by reason, most frequent first. */
  readonly rejected: readonly RejectedRows[];
  /** Measured on records from all over the dataset; undefined when there are none. */
  readonly sample: RecordSample | undefined;
  /** All rows were looked at. */
  readonly isWhole: boolean;
}

/**
 * Where duplicates are looked for: among so many records of a part; or, since they are left out in any case, among all rows, on
 * disk.
 */
export type DuplicateSearch =
  | { readonly partRecords: number; readonly areLeftOut: boolean }
  | { readonly scratch: Scratch; readonly areLeftOut: true };

/** Rows with one reason. */
export interface RejectedRows {
  readonly code: string;
  readonly rows: number;
  /** The first of them: its 1-based line, and what is wrong with it. */
  readonly firstLine: number;
  readonly firstProblem: string;
}

/** Records that are kept for the sample, at most twice as many. */
const SAMPLE_RECORDS = 512;

/** Encodes rows as a run would, and throws the records away; the first `maxRows` of them, or all. */
export async function surveyRows(
  dataset: Dataset,
  question: CheckedQuestion,
  options: {
    readonly maxRows?: number;
    readonly duplicates?: DuplicateSearch;
    /** Look for answers in a cache. */
    readonly cached?: { readonly lookup: AnswerLookup; readonly areLeftOut: boolean } | undefined;
    readonly signal?: AbortSignal;
    /** Rows looked at so far, and the share of the dataset that is read. */
    readonly onProgress?: (rows: number, share: number | undefined) => void;
  } = {},
): Promise<Survey> {
  const reader = await dataset.open();
  let tally: Tally | undefined;
  try {
    const { maxRecordBytes } = question.model.limits;
    const encoder = createRecordEncoder(
      { ...question.model, request: question.request, recordPrefix: '00', maxRecordBytes },
      reader.columns,
    );
    tally = new Tally(reader, question, encoder, {
      block: { bytes: new Uint8Array(maxRecordBytes), length: 0 },
      duplicates: options.duplicates,
      cached: options.cached,
    });
    for (;;) {
      options.signal?.throwIfAborted();
      const batch = await reader.next();
      if (batch === undefined) return await tally.survey(true);
      await tally.take(batch, options.signal);
      options.onProgress?.(tally.rows, shareRead(reader, dataset));
      if (tally.rows >= (options.maxRows ?? Number.POSITIVE_INFINITY)) return await tally.survey(false);
    }
  } finally {
    await tally?.close();
    await reader.close();
  }
}

/** How much of a dataset a reader has read; undefined for an empty one. */
export function shareRead(reader: RowReader, dataset: Pick<Dataset, 'bytes'>): number | undefined {
  return dataset.bytes === 0 ? undefined : (reader.bytesRead ?? reader.position.byte) / dataset.bytes;
}

interface TallyOptions {
  readonly block: OutputBlock;
  readonly duplicates: DuplicateSearch | undefined;
  readonly cached: { readonly lookup: AnswerLookup; readonly areLeftOut: boolean } | undefined;
}

/** Counts rows, and keeps every n-th record: n doubles when there are too many, so that the sample spans the dataset. */
class Tally {
  rows = 0;
  readonly #reader: RowReader;
  readonly #question: CheckedQuestion;
  readonly #encoder: RecordEncoder;
  readonly #block: OutputBlock;
  readonly #rejected = new Map<string, { rows: number; firstLine: number; firstProblem: string }>();
  readonly #text = new TextDecoder();
  readonly #duplicates: TallyOptions['duplicates'];
  readonly #known: KnownRequests;
  readonly #all: RequestSorter | undefined;
  readonly #cached: TallyOptions['cached'];
  #cachedRows = 0;
  #duplicateRows = 0;
  #records = 0;
  #sampled = 0;
  #bytes = 0;
  #kept: string[] = [];
  #every = 1;

  constructor(reader: RowReader, question: CheckedQuestion, encoder: RecordEncoder, { block, duplicates, cached }: TallyOptions) {
    const { request, model } = question;
    this.#duplicates = duplicates;
    this.#cached = cached;
    this.#known = new KnownRequests(nodeSha256, request.openai !== undefined && model.family.task === 'text');
    if (duplicates !== undefined && 'scratch' in duplicates) {
      const asked = { request, model: { task: model.family.task } };
      this.#all = new RequestSorter({ digest: nodeSha256, scratch: duplicates.scratch }, asked);
    }
    this.#reader = reader;
    this.#question = question;
    this.#encoder = encoder;
    this.#block = block;
  }

  async take(batch: RowBatch, signal?: AbortSignal): Promise<void> {
    const lookup = this.#cached?.lookup;
    for (let row = 0; row < batch.count; ) {
      const asked = { ...(signal && { signal }) };
      const end = lookup === undefined ? batch.count : await lookup.look(this.#encoder, batch, row, this.rows, asked);
      for (; row < end; row++) {
        const full = this.#takeRow(batch, row);
        if (full !== undefined) await full;
      }
    }
  }

  /** A promise, to be awaited before the next one, where there is to be waited. */
  #takeRow(batch: RowBatch, row: number): Promise<void> | undefined {
    this.#bytes += batch.rowEnd[row]! - batch.rowStart[row]!;
    this.#block.length = 0;
    const isCached = this.#cached?.lookup.answer(this.rows) !== undefined;
    const reason = this.#encoder.encode(batch, row, this.rows++, this.#block);
    if (reason !== RejectReason.none) {
      if (reason !== NEEDS_SPACE) this.#reject(batch, row, reason);
      return undefined;
    }
    if (isCached) this.#cachedRows++;
    // it tells what the saving is worth
    if (isCached && this.#cached?.areLeftOut) this.#sample();
    else if (!this.#isLeftOut(batch, row)) this.#keep();
    const { bytes, length: end } = this.#block;
    return this.#all?.add(batch, row, { bytes, start: 0, end }, this.rows);
  }

  async survey(isWhole: boolean): Promise<Survey> {
    await this.#all?.eachRepeat(() => {
      this.#duplicateRows += 1;
      return undefined;
    });
    const rejected = [...this.#rejected].map(([code, found]) => ({ code, ...found }));
    rejected.sort((a, b) => b.rows - a.rows);
    return {
      rows: this.rows,
      records: this.#records - (this.#all === undefined ? 0 : this.#duplicateRows),
      duplicates: this.#duplicateRows,
      cached: this.#cachedRows,
      rowBytes: this.#bytes,
      rejected,
      sample: sampleRecords(this.#kept),
      isWhole,
    };
  }

  /** Cut as the parts of a run are; which of them are balanced at the end makes no difference worth a word. */
  #isLeftOut(batch: RowBatch, row: number): boolean {
    if (this.#duplicates === undefined || 'scratch' in this.#duplicates) return false;
    const { bytes, length: end } = this.#block;
    const isKnown = this.#known.find(batch, row, { bytes, start: 0, end }) >= 0;
    if (isKnown) {
      this.#duplicateRows++;
      return this.#duplicates.areLeftOut;
    }
    if (this.#known.size >= this.#duplicates.partRecords) this.#known.clear();
    this.#known.add(this.rows);
    return false;
  }

  /** Gives its space back. */
  async close(): Promise<void> {
    await this.#all?.close();
  }

  #keep(): void {
    this.#records++;
    this.#sample();
  }

  #sample(): void {
    if (this.#sampled++ % this.#every !== 0) return;
    this.#kept.push(this.#text.decode(this.#block.bytes.subarray(0, this.#block.length)));
    if (this.#kept.length < 2 * SAMPLE_RECORDS) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  #reject(batch: RowBatch, row: number, reason: RejectReason): void {
    const code = this.#codeOf(batch, row, reason);
    const known = this.#rejected.get(code);
    if (known) {
      known.rows++;
      return;
    }
    const firstProblem = this.#why(batch, row, reason);
    this.#rejected.set(code, { rows: 1, firstLine: batch.line[row] as number, firstProblem });
  }

  /** Lines of an OpenAI batch file say themselves what is wrong with them: the first problem of each. */
  #codeOf(batch: RowBatch, row: number, reason: RejectReason): string {
    const { model, request } = this.#question;
    const code = REJECT_CODES[reason] ?? String(reason);
    if (reason !== RejectReason.invalidRequest || !request.openai) return code;
    return translateLine(rowValue(this.#text, batch, row), { ...model, ...request.openai }).problems[0]?.code ?? code;
  }

  #why(batch: RowBatch, row: number, reason: RejectReason): string {
    if (batch.reject[row] !== RejectReason.none) return this.#reader.explainReject(row).why;
    const { model, request } = this.#question;
    if (reason !== RejectReason.invalidRequest || !request.openai) return (REJECT_CODES[reason] ?? '').replaceAll('_', ' ');
    return whyNotTranslated(rowValue(this.#text, batch, row), { ...model, ...request.openai });
  }
}
