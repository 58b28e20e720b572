import { findTaggedJob } from './find-job.ts';
import { TAG_KEY } from './patterns.ts';
import type { Operation } from './state.ts';
import { createValidation, isStructure } from './validation.ts';

/** Removes tags from a job; those it does not have are no error. */
export const untagResource: Operation = (call, state) => {
  const request = isStructure(call.body) ? call.body : {};
  const v = createValidation();
  const keys = v.list(request['tagKeys'], 'tagKeys', 0, 200).map((key, i) => v.string(key, `tagKeys.${i + 1}.member`, TAG_KEY));
  v.finish();
  const job = findTaggedJob(request['resourceARN'], state);
  const tags = Object.fromEntries(Object.entries(job.tags).filter(([key]) => !keys.includes(key)));
  state.jobs.update(job.jobId, { tags });
  return {};
};
