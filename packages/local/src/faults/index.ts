export { faultRoutes } from './admin.ts';
export { type CallFate, createFaultSwitch, type FaultSwitch } from './call-faults.ts';
export { FAULT_HELP, type Faults, faultsOfJob, type JobFaults, NO_FAULTS, type Rate } from './faults.ts';
export { fateOfJob, fateOfRecord, type JobFate, messageOfCode, type RecordFate } from './job-faults.ts';
export { parseFaultFlags, parseFaults } from './parse.ts';
