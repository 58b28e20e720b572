import type { RecordResult } from './job-output.ts';

/** How the work on a part on demand has ended, as far as it is judged. */
export interface Manifest {
  readonly status: 'Completed' | 'Stopped';
  readonly totalRecordCount: number;
}

/** What is kept of a record; one without a `modelOutput` is an error. */
export interface AnswerLine {
  readonly recordId: string;
  readonly modelOutput?: { readonly id: string };
}

/** What became of a record. */
export interface OutcomeLine {
  readonly id: string;
  readonly status: 'succeeded' | 'failed' | 'missing';
  readonly response?: string;
  readonly code?: string;
  readonly retry?: boolean;
}

/** The same as the output of a job says it. */
export function resultOf({ status, response = '', code, retry }: OutcomeLine): RecordResult {
  if (status === 'missing') return { kind: 'missing' };
  if (status === 'succeeded') return { kind: 'succeeded', answer: response };
  return { kind: 'failed', code: Number(code), permanent: retry !== true };
}
