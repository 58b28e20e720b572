import { findTaggedJob } from './find-job.ts';
import { readTags } from './job-spec.ts';
import { AwsError } from './service-error.ts';
import type { Operation } from './state.ts';
import { createValidation, isStructure } from './validation.ts';

/** TooManyTagsException of the service model, 2026-11. */
const MOST_TAGS = 50;

/** Adds tags to a job, or gives new values to those it has. */
export const tagResource: Operation = (call, state) => {
  const request = isStructure(call.body) ? call.body : {};
  const v = createValidation();
  const tags = readTags(request['tags'], v);
  v.finish();
  const job = findTaggedJob(request['resourceARN'], state);
  const merged = { ...job.tags, ...tags };
  checkTagCount(merged);
  state.jobs.update(job.jobId, { tags: merged });
  return {};
};

/** Refuses more tags than a resource may have. */
export function checkTagCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length <= MOST_TAGS) return;
  throw new AwsError('TooManyTagsException', `The resource has more tags than the maximum of ${MOST_TAGS} per resource.`);
}
