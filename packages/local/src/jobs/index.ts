export { type EnginePorts, type JobEngine, startEngine } from './engine.ts';
export { type Job, type JobLimits, type JobLocation, locationOf, NO_RECORDS, type RecordCounts } from './job.ts';
export { type JobTable, openJobTable } from './job-table.ts';
export { expiresAt, runsOutAt, type Timing, wallMs } from './timing.ts';
