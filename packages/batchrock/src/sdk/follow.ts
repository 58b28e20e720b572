import { eventsSince, findRun, type RunBody } from '@batchrock/core';
import { nodeClock } from '../node/index.ts';
import type { FollowOptions } from './progress.ts';
import { howToGoOn, type RunStatus } from './run-status.ts';
import { findRunId, type Session } from './session.ts';
import { statusOf } from './status.ts';

/** How a run is watched. */
export interface WatchRunOptions extends FollowOptions {
  /** Stop looking after this; default: never. */
  readonly timeoutMs?: number;
}

/** Between two looks at the ledger, at least and at most. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** A ledger in an account is paid for by the look. */
const ACCOUNT_PAUSE_MS = 2_000;
const LONGEST_ACCOUNT_PAUSE_MS = 30_000;
/** A pause is so many times as long as the look before it: reading thousands of parts takes long, and a watcher little of a core. */
const PAUSE_PER_LOOK = 50;

/**
 * Follows a run that another process drives until it has come to rest, or the time is up: reads the ledger, changes nothing.
 * Returns how the run stands then.
 */
export async function watchRun(session: Session, reference: string | undefined, o: WatchRunOptions = {}): Promise<RunStatus> {
  const id = await findRunId(session, reference);
  const home = await session.findHome(id);
  const deadline = o.timeoutMs === undefined ? Number.POSITIVE_INFINITY : nodeClock.now() + o.timeoutMs;
  let seq: number | undefined;
  let isTold = false;
  for (;;) {
    const begunAt = nodeClock.now();
    const run = (await findRun(session.ledger, id))?.body as RunBody;
    for (const event of seq === undefined ? [] : await eventsSince(session, id, seq)) o.onProgress?.({ phase: 'event', event });
    seq = run.seq;
    const status = await statusOf(session, run, home);
    if (run.retrySelection === undefined) o.onProgress?.({ phase: 'running', status });
    const isAtRest = run.state === 'ended' || run.state === 'stopped';
    if (isAtRest || nodeClock.now() >= deadline) return status;
    if (!isTold && status.attended === false) {
      isTold = true;
      session.notice(`no process works on run ${id}: ${howToGoOn(status)} goes on with it`);
    }
    const now = nodeClock.now();
    const [least, most] = session.stack ? [ACCOUNT_PAUSE_MS, LONGEST_ACCOUNT_PAUSE_MS] : [PAUSE_MS, LONGEST_PAUSE_MS];
    const pause = Math.min(most, Math.max(least, PAUSE_PER_LOOK * (now - begunAt)));
    await nodeClock.sleep(Math.min(pause, Math.max(1, deadline - now)), o.signal);
  }
}
