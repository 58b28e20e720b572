import { nodeClock } from '../node/index.ts';
import type { RunStatus } from './run-status.ts';
import { findRunId, loadRunHome, type Session } from './session.ts';
import { advanceRun, isAtRest } from './submit.ts';

/** How a run is watched. */
export interface WatchOptions {
  /** Between two looks; default: 15 s, and 200 ms at a local Bedrock. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

const POLL_MS = 15_000;
const LOCAL_POLL_MS = 200;

/**
 * How a run stands, now and each time that it has changed, until it has come to rest or can send nothing more. Drives it between two
 * looks, where nobody else does. Throws a `CancelledError` when the signal is aborted; the run's jobs go on.
 */
export async function* followRun(
  session: Session,
  reference: string | undefined,
  { pollMs, signal }: WatchOptions = {},
): AsyncGenerator<RunStatus, void, undefined> {
  const id = await findRunId(session, reference);
  const isLocal = (await loadRunHome(session, id)).document.synthetic;
  let shown: string | undefined;
  for (;;) {
    const status = await advanceRun(session, id, signal === undefined ? {} : { signal });
    const { timeLeft: _, ...figures } = status;
    const text = JSON.stringify(figures);
    if (text !== shown) yield status;
    shown = text;
    if (await isAtRest(session, status)) return;
    await nodeClock.sleep(pollMs ?? (isLocal ? LOCAL_POLL_MS : POLL_MS), signal);
  }
}
