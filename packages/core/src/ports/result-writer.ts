import type { FieldKind, Task } from '../model/index.ts';
import type { OutcomeSpans, RowBatch } from '../record/index.ts';
import type { ObjectInfo } from './object-store.ts';
import type { Dialect } from './rows.ts';

/** What became of a row: exactly one of these. */
export const ResultStatus = {
  succeeded: 0,
  failed: 1,
  /** Never sent. */
  rejected: 2,
  /** While a run is open. */
  pending: 3,
} as const;
export type ResultStatus = (typeof ResultStatus)[keyof typeof ResultStatus];

/** The names of our columns, none of which is an input column's: where it would be, ours has the prefix `batchrock_`. */
export interface ResultNames {
  /** `response`, `embedding` for an embedding model, or `model_output` where answers are whole. */
  readonly answer: string;
  readonly status: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly stopReason: string;
  readonly inputTokens: string;
  readonly outputTokens: string;
  readonly recordId: string;
}

/** A column for one field of the answers, which are JSON objects. */
export interface ResultField {
  /** None of an input column, nor one of ours. */
  readonly name: string;
  readonly kind: FieldKind;
}

/** What a file of results is made of. */
export interface ResultTable {
  readonly dialect: Dialect;
  /** Input columns, in order. A JSON Lines row may lack some; none has others. */
  readonly columns: readonly string[];
  readonly names: ResultNames;
  /** Columns behind all others, for fields of the answers; default: none. */
  readonly fields?: readonly ResultField[];
  /** What the answers are: text, also where they are whole. */
  readonly task: Task;
  /** Rows are records as they were given, and an answer is the JSON text of the whole `modelOutput`. */
  readonly given?: true;
  /** Rows are lines of an OpenAI batch file, and an answer is the JSON text of the whole `modelOutput`. */
  readonly openai?: true;
}

/** What became of one row; reused from row to row. */
export interface ResultRow {
  status: ResultStatus;
  /** The 11 bytes of its record id. */
  recordId: Uint8Array;
  /** Succeeded: its answer. Failed or rejected: its code and message. Pending: nothing in it counts. */
  outcome: OutcomeSpans;
  /** Succeeded, where the table has fields: the JSON of each, in one line; undefined for one that is not there. */
  fields?: readonly (string | undefined)[];
}

/**
 * Writes results, one row for each input row, in order. `write` encodes into memory; when it says false it has written
 * nothing: `await drain()` and give it the same row again. So there is one promise a block and none a row.
 */
export interface ResultWriter {
  /** Once, before the first row. */
  begin(table: ResultTable): void;
  /** Row `row` of the batch is read and not kept. */
  write(batch: RowBatch, row: number, result: ResultRow): boolean;
  drain(): Promise<void>;
  /** Makes the file visible, whole. */
  finish(): Promise<ObjectInfo>;
  /** Leaves no trace. Safe at any time. */
  abort(): Promise<void>;
}
