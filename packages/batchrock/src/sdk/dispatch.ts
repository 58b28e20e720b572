import { InputError } from '@batchrock/core';
import type { RunRequest } from '../request/request.ts';
import * as here from './act.ts';
import { type AdoptReport, type AdoptRequest, adopt as adoptHere } from './adopt.ts';
import type { FollowOptions } from './progress.ts';
import type { RunReport } from './reports.ts';
import type { RunStatus } from './run-status.ts';
import type { Session } from './session.ts';
import { type StartOptions, startRun as startHere } from './start-run.ts';

/**
 * What acts on runs, where they are: a process of this machine drives its own, and functions in an account drive those of a stack. What
 * only looks at them needs no such choice, since it reads a ledger and a bucket in either case.
 */

/** Starts a run, or goes on with the one that the same question has. */
export async function startRun(session: Session, request: RunRequest, options: StartOptions = {}): Promise<RunReport> {
  if (session.stack === undefined) return startHere(session, request, options);
  if (request.fetchImages !== undefined) {
    throw new InputError('BR-E0112', '--fetch-images is for runs that this machine drives, not for those of a stack');
  }
  const { startOnStack } = await import('./stack/start-on-stack.ts');
  return startOnStack(session, session.stack, request, options);
}

/** Sends the failed rows of a run that has ended once more. */
export async function retryFailed(session: Session, run: string | undefined, o: here.RetryRequest = {}): Promise<RunReport> {
  if (session.stack === undefined) return here.retryFailed(session, run, o);
  const { retryOnStack } = await import('./stack/act-on-stack.ts');
  return retryOnStack(session, session.stack, run, o);
}

/** Goes on with a run that was stopped, paused, blocked or left alone. */
export async function resume(session: Session, run: string | undefined, o: here.ResumeRequest = {}): Promise<RunReport> {
  if (session.stack === undefined) return here.resume(session, run, o);
  const { resumeOnStack } = await import('./stack/act-on-stack.ts');
  return resumeOnStack(session, session.stack, run, o);
}

/** Pauses a run: nothing new of it is sent. */
export async function pause(session: Session, run: string | undefined, o: FollowOptions = {}): Promise<RunStatus> {
  if (session.stack === undefined) return here.pause(session, run, o);
  const { pauseOnStack } = await import('./stack/act-on-stack.ts');
  return pauseOnStack(session, run, o);
}

/** Stops a run; what it has produced is kept. */
export async function stop(session: Session, run: string | undefined, o: here.StopRequest): Promise<RunStatus> {
  if (session.stack === undefined) return here.stop(session, run, o);
  const { stopOnStack } = await import('./stack/act-on-stack.ts');
  return stopOnStack(session, session.stack, run, o);
}

/** Takes a run over from its bucket. */
export async function adopt(session: Session, where: string, request: AdoptRequest = {}): Promise<AdoptReport> {
  if (session.stack === undefined) return adoptHere(session, where, request);
  const { adoptToStack } = await import('./stack/adopt-to-stack.ts');
  return adoptToStack(session, session.stack, where, request);
}
