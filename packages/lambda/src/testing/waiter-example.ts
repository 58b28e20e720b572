import type { Waiter } from '../waiter/index.ts';

/** A waiter whose task awaits the first attempt at a job that has no ARN yet. */
export const WAITER: Waiter = {
  waiter: 'test-job0-0123456789',
  batch: 'batch-0',
  index: 0,
  manifestCount: 1,
  manifestKey: 'in/a.jsonl',
  modelId: 'm',
  outputBucket: 'b',
  timeoutHours: 48,
  toleratedFailure: 0,
  attempt: 1,
  state: 'open',
  taskToken: 'token-a',
  jobName: 'test-job0-0123456789-1',
  clientRequestToken: 'crt',
  since: 5,
};
