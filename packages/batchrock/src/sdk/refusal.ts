import { findRun, isBatchrockError, loadParts, type PartBody, type RunBody, StateError } from '@batchrock/core';
import { type RunHome, saveHome } from '../compose/run-home.ts';
import { nodeClock } from '../node/index.ts';
import type { Session } from './session.ts';

/** Why a run was not begun: it is in the ledger, and nothing of it was ever sent. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The question itself was refused (a bad row, its cost), so that only another answer to it lets the run begin. */
  readonly isFinal: boolean;
}

/** A command that is refused for the same reason within a day is refused still; later it is refused again. */
const STILL_MS = 24 * 60 * 60_000;

/**
 * Notes with a run why it was not begun, so that commands without the name of a run do not take it for the newest one. The same
 * `run` command takes the note away. Nothing is noted for what the user broke off, and for a run of which something was sent. `before`:
 * why it was refused the last time.
 */
export async function noteRefusal(session: Session, home: RunHome, error: unknown, before?: RunHome['refusal']): Promise<void> {
  if (!isBatchrockError(error) || error.kind === 'cancelled' || error.kind === 'invariant') return;
  const found = await findRun(session.ledger, home.document.run);
  if (found === undefined || hasSent(found.body, await loadParts(session.ledger, found.body))) return;
  const isFinal = error.kind === 'input' || error.code === 'BR-E0601';
  const at = nodeClock.now();
  const isStill = before?.code === error.code && before.since !== undefined && at - before.since < STILL_MS;
  const refusal = { code: error.code, message: error.message, isFinal, at, since: isStill ? before.since : at };
  await saveHome(session.ledger, { ...home, refusal });
}

/** Throws `BR-E0207` for a run whose question was refused: going on with it would pass over what refused it. */
export function requireBegun({ document, refusal }: RunHome): void {
  if (!refusal?.isFinal) return;
  throw new StateError(
    'BR-E0207',
    `run ${document.run} was refused before anything was sent: ${refusal.code} ${refusal.message}`,
    {
      hint: 'change what was refused, and give its batchrock run command again',
      details: { run: document.run },
    },
  );
}

function hasSent(run: RunBody, parts: readonly PartBody[]): boolean {
  return run.attempt > 1 || parts.some((part) => part.records > 0 && part.state !== 'ready');
}
