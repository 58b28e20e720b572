import type { JobStatus } from '@batchrock/core';

/**
 * What a good many seeds must meet now and then, each for a fault or a rare way of the protocol: a simulation that never
 * gets there proves nothing about it.
 */
export const MARKS = [
  'crash',
  'freeze',
  'lid-closed',
  'reply-lost',
  'contended',
  'ledger-throttled',
  'bucket-throttled',
  'stale',
  'token-known',
  'conflict',
  'quota-full',
  'fenced',
  'signature-expired',
  'intent-renewed',
  'intent-withdrawn',
  'leak-repaired',
  'ledger-lost',
  'padded',
  'attempt-2',
  'attempt-3',
  'ceiling-reached',
  'run-stopped',
  'run-resumed',
  'run-retried',
  'job-refused',
  'part-halved',
  'breaks-alone',
  'function-timed-out',
  'job-Completed',
  'job-PartiallyCompleted',
  'job-Failed',
  'job-Stopped',
  'job-Expired',
] as const;

/** The same for worlds with a tail on demand. */
export const TAIL_MARKS = [
  'answer-kept',
  'answer-lost',
  'answered-twice',
  'late-job-stopped',
  'model-denied',
  'model-throttled',
  'on-demand-ended',
] as const;

/** The same for worlds of several Regions. */
export const REGION_MARKS = ['input-copied', 'job-elsewhere', 'region-away'] as const;

/** The same for worlds in which permissions are missing. */
export const DENIAL_MARKS = [
  'job-denied',
  'create-denied',
  'denied-run-blocked',
  'denied-run-lifted',
  'denied-for-nothing',
] as const;

export type Mark =
  | (typeof MARKS)[number]
  | (typeof TAIL_MARKS)[number]
  | (typeof REGION_MARKS)[number]
  | (typeof DENIAL_MARKS)[number]
  | `job-${JobStatus}`;
