import { isTerminalStatus, type JobStatus } from '@batchrock/core';
import type { FaultPlan } from './faults.ts';
import type { Rng } from './random.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A status and when a job gets it. */
export interface Phase {
  readonly at: number;
  readonly status: JobStatus;
}

/** What a job says that failed before it processed a record. */
export const UNREADABLE_INPUT = 'the input could not be read';

/** What a job says that may not do what it has to. */
export const ACCESS_DENIED = 'Access denied: the role may not do this';

/** How a job goes through its states, and which share of its records it gets done. */
export interface JobLife {
  readonly phases: readonly Phase[];
  /** 0 to 1 of the records, in the order of the input. 0: it leaves no output at all. */
  readonly doneShare: number;
  readonly message?: string;
  /** It says that it has processed all of its records, though it leaves no output. */
  readonly saysAll?: true;
}

/** What a job's life is drawn for. */
interface LifeInput {
  readonly now: number;
  readonly timeoutHours: number;
  readonly strikes: (kind: string, rate: number) => boolean;
  /** Its input does not pass validation. */
  readonly isRefused: boolean;
  /** It may not read its input, or not write its output. */
  readonly denied: 'input' | 'output' | undefined;
}

/** Draws the life of a job that is created at `now`. */
export function drawJobLife(rng: Rng, plan: FaultPlan, { now, timeoutHours, strikes, isRefused, denied }: LifeInput): JobLife {
  const validating = now + rng.int(SECOND, MINUTE);
  const scheduled = validating + rng.int(5 * SECOND, 5 * MINUTE);
  const inProgress = scheduled + rng.int(SECOND, 20 * MINUTE);
  const ended = inProgress + rng.int(20 * SECOND, 40 * MINUTE);
  const first: Phase[] = [
    { at: now, status: 'Submitted' },
    { at: validating, status: 'Validating' },
  ];
  const begun: Phase[] = [...first, { at: scheduled, status: 'Scheduled' }, { at: inProgress, status: 'InProgress' }];
  const share = rng.next();
  if (denied === 'input')
    return { phases: [...first, { at: scheduled, status: 'Failed' }], doneShare: 0, message: ACCESS_DENIED };
  if (denied === 'output')
    return { phases: [...begun, { at: ended, status: 'Failed' }], doneShare: 0, message: ACCESS_DENIED, saysAll: true };
  const fails = strikes('job fails', plan.jobFailedRate);
  if (isRefused || (fails && share < 0.5)) {
    return { phases: [...first, { at: scheduled, status: 'Failed' }], doneShare: 0, message: UNREADABLE_INPUT };
  }
  if (fails) {
    return { phases: [...begun, { at: ended, status: 'Failed' }], doneShare: share, message: 'an internal error occurred' };
  }
  if (strikes('job is stuck', plan.jobStuckRate)) {
    if (share < 0.9) return queued(begun, ended, rng.int(HOUR, 6 * HOUR));
    const at = now + timeoutHours * HOUR;
    return { phases: [...first, { at: scheduled, status: 'Scheduled' }, { at, status: 'Expired' }], doneShare: 0 };
  }
  if (strikes('job expires', plan.jobExpiredRate)) {
    const phases: Phase[] = [...first, { at: scheduled, status: 'Scheduled' }, { at: ended, status: 'Expired' }];
    return { phases, doneShare: share < 0.6 ? 0 : share - 0.4, message: 'the job timed out' };
  }
  if (strikes('job ends early', plan.jobPartialRate)) {
    return { phases: [...begun, { at: ended, status: 'PartiallyCompleted' }], doneShare: share };
  }
  return { phases: [...begun, { at: ended, status: 'Completed' }], doneShare: 1 };
}

/** Hours in the queue, then as usual. */
function queued(begun: readonly Phase[], ended: number, waitMs: number): JobLife {
  const late = begun.map((phase) => (phase.status === 'InProgress' ? { ...phase, at: phase.at + waitMs } : phase));
  return { phases: [...late, { at: ended + waitMs, status: 'Completed' }], doneShare: 1 };
}

/** The life of a job that someone stops at `now`: what it was about to do no more happens. */
export function stopped(life: JobLife, now: number, rng: Rng): JobLife {
  const past = life.phases.filter((phase) => phase.at <= now);
  const started = life.phases.find((phase) => phase.status === 'InProgress')?.at ?? Number.POSITIVE_INFINITY;
  const ended = life.phases.at(-1)!.at;
  const progress = now <= started ? 0 : (now - started) / Math.max(1, ended - started);
  return {
    phases: [...past, { at: now, status: 'Stopping' }, { at: now + rng.int(2 * SECOND, 3 * MINUTE), status: 'Stopped' }],
    doneShare: Math.min(life.doneShare, progress),
  };
}

/** The status at a moment; undefined before the job is there. */
export function statusAt(life: JobLife, moment: number): JobStatus | undefined {
  const { phases } = life;
  for (let i = phases.length - 1; i >= 0; i--) if (phases[i]!.at <= moment) return phases[i]!.status;
  return undefined;
}

/** When a job comes to its end. */
export function endOf(life: JobLife): number {
  return life.phases.at(-1)!.at;
}

/** True while a job counts against the quota. */
export function isLiveAt(life: JobLife, moment: number): boolean {
  const status = statusAt(life, moment);
  return status !== undefined && !isTerminalStatus(status);
}
