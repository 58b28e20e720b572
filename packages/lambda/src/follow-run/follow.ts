import { ensureLane, InputError, loadDocument, loadRun, type RunBody, resumeRun, StateError, settleRun } from '@batchrock/core';
import { changeHome, withWaiting } from '../home/index.ts';
import { claimShare, dispatch, type TellingEngine, tellWaiting } from '../waiting/index.ts';

/** What the state machine says to `follow-run`. */
export interface FollowPayload {
  readonly run: string;
  /** The task that waits; never logged. */
  readonly token: string;
}

/** Reads the payload. Throws `BR-E0112` for one that no state machine of ours sends. */
export function parseFollowPayload(payload: unknown): FollowPayload {
  const { run, token } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof run === 'string' && typeof token === 'string' && token !== '') return { run, token };
  throw new InputError('BR-E0112', 'the payload is none of the state machine: run and token are missing');
}

/**
 * Keeps the task that waits for a run, and lets the run go on: wakes it where it was stopped, paused or refused, opens its lane, sends
 * what there are slots for. Answers the task at once where the run is at rest. Throws `BR-E0201` for a run that no execution has
 * asked for, `BR-E0207` for one that was not prepared to its end.
 */
export async function follow(engine: TellingEngine, { run, token }: FollowPayload): Promise<void> {
  const { ports, settings } = engine;
  if ((await loadRun(ports.ledger, run)).body.state === 'preparing') {
    throw new StateError('BR-E0207', `run ${run} was not prepared to its end; only then can it be followed`, {
      details: { run },
    });
  }
  const home = await changeHome(ports, run, (there) =>
    there === undefined ? undefined : withWaiting(there, token, ports.clock.now()),
  );
  if (home === undefined) throw new StateError('BR-E0201', `no execution has asked for run ${run}`, { details: { run } });
  await wake(engine, (await loadRun(ports.ledger, run)).body);
  // a run none of whose rows could be sent has no job whose end would settle it
  if ((await settleRun(ports, run)) !== 'resting') {
    const { lane, asked, model } = await loadDocument(ports, run);
    await ensureLane(ports, lane, Math.min(asked?.slots ?? Number.POSITIVE_INFINITY, settings.maxJobs ?? model.limits.maxJobs));
    await claimShare(engine, run);
    await dispatch(engine, lane);
  }
  await tellWaiting(engine, run);
}

/** Whoever follows a run wants it to go on. */
async function wake({ ports, log }: TellingEngine, run: RunBody): Promise<void> {
  const mayNotSend = run.state === 'running' && (run.blocked !== undefined || run.paused !== undefined);
  const isHeld = run.state === 'stopped' || run.state === 'stopping' || mayNotSend;
  if (!isHeld) return;
  await resumeRun(ports, run.run);
  log('INFO', 'resumed', { run: run.run, status: run.state });
}
