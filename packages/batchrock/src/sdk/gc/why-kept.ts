import {
  jobsOfRun,
  loadParts,
  objectKeys,
  type PartBody,
  type RunBody,
  type RunPorts,
  readOrders,
  readOwner,
} from '@batchrock/core';
import type { RunHome } from '../../compose/run-home.ts';
import type { Session } from '../session.ts';
import type { GcFilter } from './gc-report.ts';
import { hasWholeResults } from './whole-results.ts';

/** What is asked of a run before its objects go. */
export interface KeepingQuestion extends Pick<GcFilter, 'force'> {
  /** Files of results are read, and not only looked at: they are what is left of the answers. */
  readonly readsFiles?: boolean;
}

/** Why what a run has must not go; undefined where it may. */
export async function whyKept(
  session: Session,
  run: RunBody,
  home: RunHome,
  { force, readsFiles }: KeepingQuestion,
): Promise<string | undefined> {
  const parts = await loadParts(session.ledger, run);
  const live = parts.filter(mayHaveJob).length;
  if (live > 0) return `${live === 1 ? 'a job' : `${live} jobs`} of it may live, or have answers that are not collected`;
  if (run.unseenUntil !== undefined) return 'it was adopted, and a job of the lost ledger may still live';
  const { ports } = await session.connect(home.target);
  const elsewhere = await whyElsewhere(ports, run, home);
  if (elsewhere !== undefined) return elsewhere;
  // what a run that was refused has of answers, other runs have
  if (home.freed !== undefined || force || home.refusal !== undefined) return undefined;
  const answered = parts.some(({ collected, cached }) => (collected?.succeeded ?? 0) + (cached?.rows ?? 0) > 0);
  if (!answered || (await hasWholeResults(home.exports, run.seq, { readsFiles }))) return undefined;
  return 'no file has all of its results as they are now: --force';
}

/** A part that waits for its job has none, and one that is collected is done with. */
function mayHaveJob({ state }: PartBody): boolean {
  return state !== 'ready' && state !== 'collected';
}

/**
 * Why it is not this ledger alone that knows how the run stands, as its bucket tells. Two that are copies of each other have the same
 * owner; what one of them was asked for since, the other does not know.
 */
async function whyElsewhere(ports: RunPorts, run: RunBody, { document, freed, refusal }: RunHome): Promise<string | undefined> {
  const owner = await readOwner(ports, run.run);
  if (owner !== undefined && owner.id !== run.owner) return `${owner.name} has taken it over`;
  const isAhead = 'another copy of this ledger has gone on with it';
  if ((await ports.objects.head(objectKeys.parts(run.run, run.attempt + 1))) !== undefined) return isAhead;
  // what was asked for is among the first to go
  if (freed !== undefined) return undefined;
  const orders = await readOrders(ports, run.run);
  if ((orders?.maxAttempts ?? 0) > run.maxAttempts) return isAhead;
  if (refusal !== undefined) {
    // the ceiling of a run is written down before its first job
    const isBegun = orders?.recordUsd !== undefined && run.budget === undefined;
    return isBegun || (await hasSent(ports, run.run, document)) ? isAhead : undefined;
  }
  return run.state === 'stopped' && orders?.stopMode === undefined ? isAhead : undefined;
}

/** True where the bucket or the service has anything of a job of a run. */
async function hasSent(ports: RunPorts, run: string, document: RunHome['document']): Promise<boolean> {
  if ((await ports.objects.head(objectKeys.summary(run))) !== undefined) return true;
  for await (const _ of ports.objects.list(objectKeys.outputs(run))) return true;
  for await (const _ of jobsOfRun(ports, document)) return true;
  return false;
}
