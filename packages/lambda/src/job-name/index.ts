export { batchOf, clientRequestTokenOf, type JobIdentity, jobNameOf, parseJobName, waiterOf } from './job-name.ts';
