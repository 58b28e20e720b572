import type { BatchrockError, ErrorCode } from '@batchrock/core';

/** The only codes that the program ends with. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  usage: 2,
  rowsFailed: 3,
  denied: 4,
  precondition: 5,
  budget: 6,
  unfinished: 7,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each code means, in the words of `batchrock help exit-codes`. */
export const EXIT_CODE_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: 0, meaning: 'every row succeeded, or failures stayed within --max-error-rate' },
  { code: 1, meaning: 'internal error, or a dependency failed; the same command goes on' },
  { code: 2, meaning: 'usage, bad input, a missing confirmation, a busy run, a full disk' },
  { code: 3, meaning: 'finished, with more failed or rejected rows than --max-error-rate' },
  { code: 4, meaning: 'authentication or permission' },
  { code: 5, meaning: 'a precondition: quota, model access, Region, bucket, role, server' },
  { code: 6, meaning: 'the budget: --max-cost refuses it' },
  { code: 7, meaning: 'not finished (watch --timeout, --exit-status, stopped)' },
  { code: 130, meaning: 'ended by Ctrl-C (SIGINT)' },
  { code: 143, meaning: 'ended by SIGTERM' },
];

/** Codes whose exit code is not the one of their branch of the error tree. */
const EXCEPTIONS: Partial<Record<ErrorCode, ExitCode>> = {
  'BR-E0203': ExitCode.internal,
  'BR-E0205': ExitCode.precondition,
  'BR-E0208': ExitCode.precondition,
  'BR-E0217': ExitCode.precondition,
  'BR-E0502': ExitCode.internal,
  'BR-E0503': ExitCode.internal,
  'BR-E0508': ExitCode.usage,
  'BR-E0509': ExitCode.internal,
  'BR-E0512': ExitCode.internal,
  'BR-E0601': ExitCode.budget,
};

/**
 * The exit code for an error of the tree: what the caller gave, or what the durable state does not allow, is 2; a refusal
 * of the service is 4 or 5. `signal` is the signal that ended the program, where one did.
 */
export function exitCodeOf(error: BatchrockError, signal?: 'SIGINT' | 'SIGTERM'): ExitCode {
  if (error.kind === 'cancelled') return signal === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted;
  const exception = EXCEPTIONS[error.code];
  if (exception !== undefined) return exception;
  switch (error.kind) {
    case 'input':
    case 'state':
      return ExitCode.usage;
    case 'service':
      return 'reason' in error && error.reason === 'denied' ? ExitCode.denied : ExitCode.precondition;
    default:
      return ExitCode.internal;
  }
}

/** How a run stands, as far as its exit code goes. */
export interface JudgedRun {
  readonly state: string;
  readonly rows: number | undefined;
  readonly failed: number;
  readonly rejected: number | undefined;
}

/** 7 until the run has ended, 3 when more rows failed or were rejected than `maxErrorRate` (0 to 1) allows, else 0. */
export function exitCodeOfRun(run: JudgedRun, maxErrorRate: number): ExitCode {
  if (run.state !== 'ended') return ExitCode.unfinished;
  const bad = run.failed + (run.rejected ?? 0);
  return bad > maxErrorRate * (run.rows ?? 0) ? ExitCode.rowsFailed : ExitCode.ok;
}

const FILE_CODES: Readonly<Record<string, ExitCode>> = {
  Completed: ExitCode.ok,
  PartiallyCompleted: ExitCode.rowsFailed,
  Failed: ExitCode.rowsFailed,
  Cancelled: ExitCode.unfinished,
};

/** Of files of a queue, by their statuses: 7 until all are at their ends, 3 when records of some have no answer, else 0. */
export function exitCodeOfFiles(files: readonly { readonly status: string }[]): ExitCode {
  const codes = files.map(({ status }) => FILE_CODES[status] ?? ExitCode.unfinished);
  return [ExitCode.unfinished, ExitCode.rowsFailed].find((code) => codes.includes(code)) ?? ExitCode.ok;
}
