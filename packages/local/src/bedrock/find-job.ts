import type { Job } from '../jobs/index.ts';
import { JOB_ARN, JOB_IDENTIFIER } from './patterns.ts';
import { AwsError } from './service-error.ts';
import type { BedrockState } from './state.ts';
import { createValidation } from './validation.ts';

/** The job of an ARN or a bare 12-character id; a `ResourceNotFoundException` when there is none. */
export function findJob(identifier: string | undefined, state: BedrockState): Job {
  const v = createValidation();
  const checked = v.string(identifier, 'jobIdentifier', JOB_IDENTIFIER);
  v.finish();
  const job = state.jobs.get(checked.slice(checked.lastIndexOf('/') + 1));
  if (job !== undefined && (!checked.startsWith('arn:') || job.jobArn === checked)) return job;
  throw new AwsError('ResourceNotFoundException', `Could not find the model invocation job ${checked}.`);
}

/** The job that the `resourceARN` of a tag operation names. */
export function findTaggedJob(resourceArn: unknown, state: BedrockState): Job {
  const v = createValidation();
  const arn = v.string(resourceArn, 'resourceARN', JOB_ARN);
  v.finish();
  return findJob(arn, state);
}
