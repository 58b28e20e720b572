export { isTerminal, type Job, jobIdOf, type RecordCounts } from './job.ts';
export { createJobs, isThat, type JobMark, type Jobs } from './jobs.ts';
