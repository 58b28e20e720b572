import type { RunStatus } from './run-status.ts';

/** What became of a run that has come to rest. */
export interface RunReport {
  readonly status: RunStatus;
  /** The results file, when one was asked for. */
  readonly output: OutputReport | undefined;
  /** The share of rows that may fail or be rejected. */
  readonly maxErrorRate: number;
}

/** A results file that was written. */
export interface OutputReport {
  readonly path: string;
  readonly format: 'jsonl' | 'csv';
  readonly rows: number;
  readonly bytes: number;
  readonly xxh128: string;
  /** True: it stood there already, with exactly these bytes, and was left alone. */
  readonly unchanged: boolean;
}
