import { findJob } from './find-job.ts';
import { jobView } from './job-view.ts';
import type { Operation } from './state.ts';

/** Shows a job as it stands now, with live counters. */
export const getModelInvocationJob: Operation = (call, state) => jobView(findJob(call.labels[0], state), state);
