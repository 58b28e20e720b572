/** `status` of OpenAI's Batch object. */
export type OpenAiBatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled';

/** By the states of a model invocation job (Bedrock API reference, GetModelInvocationJob, 2026-11). */
const STATUSES = {
  Submitted: 'validating',
  Validating: 'validating',
  Scheduled: 'in_progress',
  InProgress: 'in_progress',
  Completed: 'completed',
  PartiallyCompleted: 'completed',
  Failed: 'failed',
  Stopping: 'cancelling',
  Stopped: 'cancelled',
  Expired: 'expired',
} as const satisfies Readonly<Record<string, OpenAiBatchStatus>>;

/** A state of a job, as the service says it. */
export type BatchJobState = keyof typeof STATUSES;

/** OpenAI's word for the state of a job. What is still to be collected is `finalizing`: its results cannot be read yet. */
export function batchStatus(state: BatchJobState, isCollected = true): OpenAiBatchStatus {
  const status = STATUSES[state];
  return status === 'completed' && !isCollected ? 'finalizing' : status;
}
