export { faultRoutes } from './admin.ts';
export { type CallFate, createFaultSwitch, type FaultSwitch } from './call-faults.ts';
export { type Faults, faultsOfJob, type JobFaults, type JobRate, NO_FAULTS, type Rate } from './faults.ts';
export {
  BREAKS_JOB,
  breaksJob,
  fateOfJob,
  fateOfRecord,
  type JobFate,
  messageOfCode,
  type RecordFate,
  shareDone,
} from './job-faults.ts';
