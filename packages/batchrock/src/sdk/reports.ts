import type { KnownExport, OutputFormat } from '../request/output.ts';
import type { RunStatus } from './run-status.ts';

/** What became of a run that has come to rest. */
export interface RunReport {
  readonly status: RunStatus;
  /** The results file, when one was asked for. */
  readonly output: OutputReport | undefined;
  /** The share of rows that may fail or be rejected. */
  readonly maxErrorRate: number;
  /** True: it has not come to rest, and was left to its jobs, or to the account that drives it. */
  readonly isLeft?: boolean;
}

/** Results that were written. */
export interface OutputReport {
  readonly path: string;
  readonly format: OutputFormat;
  readonly rows: number;
  /** Of all files with rows together. */
  readonly bytes: number;
  /** Of the file, where only one was asked for. */
  readonly xxh128?: string;
  /** The files, where `maxRowsPerFile` asked for several. */
  readonly files?: readonly KnownExport[];
  /** OpenAI batch outputs: the errors file, which has the lines without an answer alone; absent where every line has one. */
  readonly errors?: KnownExport;
  /** True: it stood there already, with exactly these bytes, and was left alone. */
  readonly unchanged: boolean;
}
