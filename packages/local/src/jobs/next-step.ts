import type { JobStatus } from '@batchrock/core';
import { fateOfJob, shareDone } from '../faults/index.ts';
import type { Job } from './job.ts';
import { expiresAt, type Timing, wallMs } from './timing.ts';

/** What the engine does next with a job. */
export type Step =
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'become'; readonly status: JobStatus; readonly message?: string }
  | { readonly kind: 'validate' }
  /** Process the records, or again those of a job that was cut short by a restart. */
  | { readonly kind: 'run' }
  | { readonly kind: 'none' };

const NONE: Step = { kind: 'none' };
const TIMED_OUT = 'The job timed out before it began: it was scheduled but did not start within the timeout duration.';

/**
 * Decides what happens to a job, from what is on disk alone:
 *
 * Submitted ─▶ Validating ─▶ Scheduled ─▶ InProgress ─▶ Completed | PartiallyCompleted | Failed
 * Validating ─▶ Failed, Scheduled ─▶ Expired, and before its end: Stopping ─▶ Stopped. By a fault also InProgress ─▶ Expired
 */
export function nextStep(job: Job, timing: Timing, now: number): Step {
  switch (job.status) {
    case 'Submitted':
      return after(job.modifiedAt + wallMs(timing, timing.submittedMs), now, { kind: 'become', status: 'Validating' });
    case 'Validating':
      return after(job.modifiedAt + wallMs(timing, timing.validatingMs), now, { kind: 'validate' });
    case 'Scheduled':
      return fromQueue(job, timing, now);
    case 'InProgress':
      if (fateOfJob(job.faults, job.jobName) !== 'failed' || keepsOutput(job)) return { kind: 'run' };
      return after(runsAtLeastUntil(job, timing), now, { kind: 'become', status: 'Failed', ...failMessage(job) });
    case 'Stopping':
      if (job.startedAt !== undefined) return { kind: 'run' };
      return after(job.modifiedAt + wallMs(timing, timing.stoppingMs), now, { kind: 'become', status: 'Stopped' });
    default:
      return job.outputDueAt === undefined ? NONE : { kind: 'run' };
  }
}

function fromQueue(job: Job, timing: Timing, now: number): Step {
  const expired: Step = { kind: 'become', status: 'Expired', message: TIMED_OUT };
  const fate = fateOfJob(job.faults, job.jobName);
  if (fate === 'stuck') return after(expiresAt(timing, job), now, expired);
  const begins = job.modifiedAt + wallMs(timing, timing.scheduledMs);
  if (!keepsOutput(job)) {
    if (fate === 'expired') return after(begins, now, expired);
    if (fate === 'stopped') return after(begins, now, { kind: 'become', status: 'Stopping' });
  }
  return after(begins, now, { kind: 'become', status: 'InProgress' });
}

/** How a job ends by its fate that has processed a share of its records; undefined where its fate says nothing of it. */
export function endByFate(job: Job): { readonly status: JobStatus; readonly message?: string } | undefined {
  switch (fateOfJob(job.faults, job.jobName)) {
    case 'failed':
      return { status: 'Failed', ...failMessage(job) };
    case 'expired':
      return { status: 'Expired', message: TIMED_OUT };
    case 'stopped':
      return { status: 'Stopped' };
    default:
      return undefined;
  }
}

/** What a job says that fails by a fault. */
export function failMessage({ faults }: Job): { readonly message?: string } {
  return faults.jobFailMessage ? { message: faults.jobFailMessage } : {};
}

/** True for a job that has begun before its fate strikes. */
function keepsOutput({ faults, jobName }: Job): boolean {
  return shareDone(faults, jobName) > 0;
}

/** When a job that has begun may end. */
export function runsAtLeastUntil(job: Job, timing: Timing): number {
  return (job.startedAt ?? job.modifiedAt) + wallMs(timing, job.faults.jobRunMs ?? 0);
}

function after(due: number, now: number, step: Step): Step {
  return now < due ? { kind: 'wait', until: due } : step;
}
