import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { findPart, findRun, loadLane } from './load.ts';
import { type PollOptions, pollParts } from './poll.ts';
import type { RunPorts } from './ports.ts';

/**
 * Looks at the jobs with which runs that nobody works on hold slots of a lane, and frees the slots of those that have ended:
 * without it, whoever waits for a slot would wait for the next sweep. Returns how many ended. `own`: the run of the caller.
 */
export async function pollAbandoned(ports: RunPorts, key: string, own: string, o: PollOptions = {}): Promise<number> {
  const { body: lane } = await loadLane(ports.ledger, key, o);
  const isLeft = new Map<string, boolean>([[own, false]]);
  const parts: PartBody[] = [];
  for (const holder of lane.holders) {
    if (!isLeft.has(holder.run)) isLeft.set(holder.run, await isAbandoned(ports, holder.run, o));
    if (!isLeft.get(holder.run)) continue;
    const part = await findPart(ports.ledger, holder, o);
    // in another Region it may be out of reach, and would seem not to exist
    if (part?.body.state === 'submitted' && part.body.elsewhere === undefined) parts.push(part.body);
  }
  return parts.length === 0 ? 0 : pollParts(ports, parts, o);
}

/** A run that rests has no process either: `stop --abandon` leaves jobs behind that hold their slots until they end. */
async function isAbandoned(ports: RunPorts, id: string, o: CallOptions): Promise<boolean> {
  const run = await findRun(ports.ledger, id, o);
  if (run === undefined) return true;
  const isOpen = run.body.state === 'running' || run.body.state === 'stopping';
  return !isOpen || (run.body.activeUntil ?? 0) < ports.clock.now();
}
