import { parseJobName } from '../job-name/index.ts';
import { isTerminal, isThat, type Job } from '../jobs/index.ts';
import type { Waiter } from '../waiter/index.ts';
import { answerOriginal } from './original-job.ts';
import type { EventPorts } from './ports.ts';
import { settle } from './settle.ts';

/** Why an event changed nothing, or what it did. */
export type Looked = 'answered' | 'gone' | 'unsettled' | 'running' | 'foreign' | 'late' | 'forged';

/** Looks at the job that an event names. The event says where to look; Bedrock says what is true. */
export async function look(ports: EventPorts, hint: { readonly jobArn: string; readonly jobName: string }): Promise<Looked> {
  const name = parseJobName(hint.jobName);
  const waiter = name === undefined ? undefined : await ports.table.get(name.waiter);
  if (waiter === undefined) return answerOriginal(ports, hint.jobArn);
  if (waiter.state !== 'open' || waiter.attempt !== name?.attempt) return 'late';
  if (waiter.jobArn !== undefined && waiter.jobArn !== hint.jobArn) return 'forged';
  const job = await ports.jobs.get(hint.jobArn);
  if (job === undefined || !isThat(job, waiter)) return 'forged';
  const known = await adopt(ports, waiter, job);
  return isTerminal(job.status) ? settle(ports, known, job) : 'running';
}

/** Writes down a job whose ARN the create handler has not written yet, or never will. */
export async function adopt(ports: EventPorts, waiter: Waiter, job: Job): Promise<Waiter> {
  if (waiter.jobArn !== undefined) return waiter;
  await ports.table.setJobArn(waiter, job.jobArn);
  return { ...waiter, jobArn: job.jobArn };
}
