import { isTerminal, type Job } from '../jobs/index.ts';
import type { Waiter } from '../waiter/index.ts';
import { adopt } from './look.ts';
import type { EventPorts } from './ports.ts';
import { settle, settleRefused } from './settle.ts';

/** Waiters looked at side by side. */
const AT_ONCE = 10;
/** A job whose ARN is not written down after so long is looked for by its name: the create handler has long ended. */
const ADOPT_MS = 5 * 60_000;
/** A token may look gone while Step Functions waits to try the task again after a crash; after so long nobody does. */
const GONE_MS = 10 * 60_000;
/**
 * The same where no job was made: a full quota is tried again after up to half an hour (the construct's longest pause), and
 * nothing runs or costs meanwhile.
 */
const GONE_WITHOUT_JOB_MS = 45 * 60_000;
/** How long Bedrock may take beyond its own timeout to say that a job has ended. */
const OVERDUE_HOURS = 6;

/** What a sweep found. */
export interface Swept {
  readonly looked: number;
  readonly answered: number;
  readonly failed: number;
}

/** Looks at everything that is awaited. One that fails does not keep the others from being looked at. */
export async function sweep(ports: EventPorts): Promise<Swept> {
  let looked = 0;
  let answered = 0;
  let failed = 0;
  const waiters = ports.table.open()[Symbol.asyncIterator]();
  async function lane(): Promise<void> {
    for (;;) {
      const { value: waiter, done } = await waiters.next();
      if (done === true) return;
      looked++;
      try {
        if ((await sweepOne(ports, waiter)) === 'answered') answered++;
      } catch (error) {
        failed++;
        const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
        ports.log('ERROR', 'waiter not swept', { waiter: waiter.waiter, error: name, reason: message });
      }
    }
  }
  // what is under way is finished before a table that cannot be read is told of
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  return { looked, answered, failed };
}

/** What was done for one waiter. */
type SweptOne = 'answered' | 'waiting' | 'gone' | 'abandoned';

/** Looks at one waiter. */
async function sweepOne(ports: EventPorts, waiter: Waiter): Promise<SweptOne> {
  if (waiter.state === 'abandoned') return abandon(ports, waiter);
  if (waiter.refused !== undefined) return leaveIfGone(ports, waiter, await settleRefused(ports, waiter));
  const job = await jobOf(ports, waiter);
  const known = job === undefined ? waiter : await adopt(ports, waiter, job);
  if (job !== undefined && isTerminal(job.status)) return leaveIfGone(ports, known, await settle(ports, known, job));
  if (isOverdue(waiter, ports.now())) return giveUp(ports, known);
  const beat = await ports.tasks.heartbeat(waiter.taskToken);
  if (beat === 'gone') {
    if (waiter.goneSince === undefined) await ports.table.setGone(waiter, ports.now());
    return leaveIfGone(ports, known, 'gone');
  }
  if (waiter.goneSince !== undefined) await ports.table.setGone(waiter, undefined);
  return 'waiting';
}

async function jobOf(ports: EventPorts, waiter: Waiter): Promise<Job | undefined> {
  if (waiter.jobArn !== undefined) return ports.jobs.get(waiter.jobArn);
  return ports.now() - waiter.since < ADOPT_MS ? undefined : ports.jobs.find(waiter);
}

async function leaveIfGone(ports: EventPorts, waiter: Waiter, settled: 'answered' | 'gone' | 'unsettled'): Promise<SweptOne> {
  if (settled !== 'gone') return settled === 'answered' ? 'answered' : 'waiting';
  const patience = waiter.jobArn === undefined ? GONE_WITHOUT_JOB_MS : GONE_MS;
  if (waiter.goneSince === undefined || ports.now() - waiter.goneSince <= patience) return 'gone';
  return (await ports.table.setAbandoned(waiter)) ? abandon(ports, waiter) : 'waiting';
}

/** Stops the job that nobody waits for, then forgets it: a crash in between leaves it to the next sweep. */
async function abandon(ports: EventPorts, waiter: Waiter): Promise<SweptOne> {
  const { jobName, jobArn } = waiter;
  const job = jobArn === undefined ? undefined : await ports.jobs.get(jobArn);
  if (job !== undefined && !isTerminal(job.status)) {
    await ports.jobs.stop(job.jobArn);
    ports.log('WARN', 'job stopped: nobody waits for it', { jobName, jobArn: job.jobArn });
    ports.metrics({ JobsAbandoned: 1 });
  }
  await ports.table.close(waiter);
  return 'abandoned';
}

function isOverdue(waiter: Waiter, now: number): boolean {
  return waiter.jobArn !== undefined && now - waiter.since > (waiter.timeoutHours + OVERDUE_HOURS) * 3_600_000;
}

/** Bedrock has not ended the job although its timeout is long past: the task is told so, and the job is stopped. */
async function giveUp(ports: EventPorts, waiter: Waiter): Promise<SweptOne> {
  const cause = `Bedrock has not ended the job within its timeout of ${waiter.timeoutHours} hours and ${OVERDUE_HOURS} more`;
  const told = await ports.tasks.answer(waiter.taskToken, { kind: 'failure', error: 'Expired', cause });
  if (told === 'told') ports.log('ERROR', 'task told: job overdue', { jobName: waiter.jobName, status: 'Expired' });
  return (await ports.table.setAbandoned(waiter)) ? abandon(ports, waiter) : 'waiting';
}
