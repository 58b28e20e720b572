import { isTerminalStatus } from '@batchrock/core';
import { findJob } from './find-job.ts';
import { AwsError } from './service-error.ts';
import type { Operation } from './state.ts';

/** Stops a job that has not ended; what it has processed is kept. A job that is stopping already stays so. */
export const stopModelInvocationJob: Operation = (call, state) => {
  const job = findJob(call.labels[0], state);
  if (isTerminalStatus(job.status)) {
    throw new AwsError('ConflictException', `The model invocation job cannot be stopped because its status is ${job.status}.`);
  }
  state.engine.stop(job.jobId);
  return {};
};
