import { findRun, isOver, loadParts, loadRun } from '@batchrock/core';
import { lockUnlessBusy } from '../compose/run-lock.ts';
import type { RunRequest } from '../request/request.ts';
import { goOn, type RetryRequest } from './act.ts';
import { retryFailed, startRun } from './dispatch.ts';
import { blockedError } from './drive-run.ts';
import type { FollowOptions } from './progress.ts';
import type { RunReport } from './reports.ts';
import type { RunStatus } from './run-status.ts';
import { openRun, type Session } from './session.ts';
import type { StartOptions } from './start-run.ts';
import { readStatus } from './status.ts';

/** How a run is submitted; it is always left. */
export type SubmitOptions = Omit<StartOptions, 'isLeft'>;

/**
 * Starts a run, creates as many of its jobs as may run now, and leaves it. The same request again finds its run. Throws what keeps
 * all of it from being sent.
 */
export async function submitRun(session: Session, request: RunRequest, options: SubmitOptions = {}): Promise<RunStatus> {
  return notStuck(session, await startRun(session, request, { ...options, isLeft: true }));
}

/** Sends the failed rows of a run that has ended once more, and leaves it. */
export async function resubmitFailed(
  session: Session,
  reference: string | undefined,
  options: Omit<RetryRequest, 'isLeft'> = {},
): Promise<RunStatus> {
  return notStuck(session, await retryFailed(session, reference, { ...options, isLeft: true }));
}

async function notStuck(session: Session, { status }: RunReport): Promise<RunStatus> {
  const { run, blocked } = status;
  if (blocked !== undefined && (await isAtRest(session, status))) throw blockedError({ run, blocked });
  return status;
}

/** Whether it has ended, is stopped, or can send nothing more and has nothing in flight. */
export async function isAtRest(session: Session, { run, state, blocked }: RunStatus): Promise<boolean> {
  if (blocked === undefined || state !== 'running') return state === 'ended' || state === 'stopped';
  const { body } = await loadRun(session.ledger, run);
  return isOver({ run: body, parts: await loadParts(session.ledger, body) });
}

/**
 * Does for a run what can be done now: takes note of jobs that have ended, collects them, sends what may be sent next, and writes its
 * results when it has come to rest. Returns how it stands then. Only reads where somebody else drives it: another process, an account.
 */
export async function advanceRun(session: Session, reference: string | undefined, o: FollowOptions = {}): Promise<RunStatus> {
  const opened = await openRun(session, reference);
  const { id } = opened;
  const run = (await findRun(session.ledger, id))?.body;
  const isOpen = run?.state === 'running' || run?.state === 'stopping';
  if (!isOpen || session.stack !== undefined || opened.home.refusal !== undefined) return readStatus(session, id);
  const lock = await lockUnlessBusy(session.dir, id);
  if (lock === undefined) return readStatus(session, id);
  try {
    return (await goOn(session, opened, { ...o, isLeft: true })).status;
  } finally {
    lock.release();
  }
}
