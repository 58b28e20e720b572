import { type OutcomeSpans, type ResultRow, ResultStatus, type ResultWriter, type RowBatch, readRun } from '@batchrock/core';
import type { Connection } from '../compose/connection.ts';
import { exportWith } from './write-results.ts';

/** Rows that failed or were rejected for one reason. */
export interface ErrorGroup {
  readonly status: 'failed' | 'rejected';
  readonly code: string;
  /** Of the first row, with figures and ids as they were. */
  readonly message: string;
  readonly rows: number;
  readonly examples: readonly ErrorExample[];
}

/** One row of a group. */
export interface ErrorExample {
  /** 1-based, as `explain` takes it. */
  readonly row: number;
  /** The file that it stands in, where the dataset has several. */
  readonly file?: string;
  /** 1-based line on which it begins in its file. */
  readonly line: number;
  readonly recordId: string;
  readonly message: string;
}

/** Why rows of a run have no answer, most frequent reason first. */
export async function readErrors(
  connection: Connection,
  run: string,
  options: { readonly examples?: number; readonly signal?: AbortSignal; readonly onProgress?: (rows: number) => void } = {},
): Promise<readonly ErrorGroup[]> {
  const files = (await readRun(connection.ports, run, { signal: options.signal }))?.document.source.files ?? [];
  const collector = new ErrorCollector(options.examples ?? 3, files.length > 1 ? files.map((file) => file.name) : []);
  await exportWith(connection.ports, () => collector, { run, signal: options.signal, onProgress: options.onProgress });
  return collector.groups();
}

interface Group {
  readonly status: 'failed' | 'rejected';
  readonly code: string;
  readonly message: string;
  rows: number;
  readonly examples: ErrorExample[];
}

/** Groups kept apart at most; a service whose messages never repeat must not fill the memory. */
const MOST_GROUPS = 1000;

/** Takes the place of a writer of results: looks at every row and keeps the bad ones, by reason. */
class ErrorCollector implements ResultWriter {
  readonly #most: number;
  /** Of a dataset of several. */
  readonly #files: readonly string[];
  readonly #groups = new Map<string, Group>();
  readonly #text = new TextDecoder();
  #row = 0;

  constructor(examples: number, files: readonly string[]) {
    this.#most = examples;
    this.#files = files;
  }

  groups(): readonly ErrorGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.rows - a.rows);
  }

  begin(): void {}

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    this.#row++;
    if (result.status === ResultStatus.failed) this.#add('failed', batch, row, result);
    if (result.status === ResultStatus.rejected) this.#add('rejected', batch, row, result);
    return true;
  }

  async drain(): Promise<void> {}

  async finish() {
    return { key: '', size: 0, etag: '' };
  }

  async abort(): Promise<void> {}

  #add(status: Group['status'], batch: RowBatch, row: number, { outcome, recordId }: ResultRow): void {
    const code = this.#string(outcome, outcome.codeStart, outcome.codeEnd);
    const message = this.#string(outcome, outcome.messageStart, outcome.messageEnd);
    const group = this.#groupOf(status, code, message);
    group.rows++;
    if (group.examples.length >= this.#most) return;
    const file = this.#files[batch.source ?? 0];
    group.examples.push({
      row: this.#row,
      ...(file === undefined ? {} : { file }),
      line: batch.line[row] as number,
      recordId: this.#text.decode(recordId),
      message,
    });
  }

  #groupOf(status: Group['status'], code: string, message: string): Group {
    const kind = normalised(message);
    const isFull = this.#groups.size >= MOST_GROUPS;
    const key = isFull ? `${status} ${code}` : `${status} ${code} ${kind}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = { status, code, message, rows: 0, examples: [] };
    this.#groups.set(key, group);
    return group;
  }

  #string({ bytes }: OutcomeSpans, start: number, end: number): string {
    return JSON.parse(`"${this.#text.decode(bytes.subarray(start, end))}"`) as string;
  }
}

/** Messages that differ in their place, figures, ids and quoted values alone, however many, are one reason. */
function normalised(message: string): string {
  return message
    .replace(/^.*?\bline \d+: /, '')
    .replace(/"(?:[^"\\]|\\.)*"(?:, "(?:[^"\\]|\\.)*")*/g, '"…"')
    .replace(/\b[0-9a-f]{8,}\b/gi, '…')
    .replace(/\d+/g, '#');
}
