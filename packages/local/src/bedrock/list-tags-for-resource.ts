import { isTerminalStatus } from '@batchrock/core';
import { findTaggedJob } from './find-job.ts';
import { AwsError } from './service-error.ts';
import type { Operation } from './state.ts';
import { isStructure } from './validation.ts';

/** Lists the tags of a job. Those of a finished job may be out of reach, as others have found at the service. */
export const listTagsForResource: Operation = (call, state) => {
  const job = findTaggedJob(isStructure(call.body) ? call.body['resourceARN'] : undefined, state);
  if (!state.settings.finishedTags && isTerminalStatus(job.status)) {
    throw new AwsError(
      'ResourceNotFoundException',
      `The tags of ${job.jobArn} cannot be retrieved because the job has finished.`,
    );
  }
  return { tags: Object.entries(job.tags).map(([key, value]) => ({ key, value })) };
};
