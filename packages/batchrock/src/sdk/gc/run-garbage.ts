import { findRun, isBatchrockError, loadParts, type PartBody, type RunBody, readOwner } from '@batchrock/core';
import { findHome, type RunHome, saveHome } from '../../compose/run-home.ts';
import { isRunBusy, lockUnlessBusy } from '../../compose/run-lock.ts';
import { nodeClock } from '../../node/index.ts';
import { runsOf, type Session } from '../session.ts';
import type { Garbage, GcFilter, KeptRun, Removal } from './gc-report.ts';
import { removableObjects, removeObjects } from './run-objects.ts';

/** Runs whose objects may go, and those that are old enough and stay. */
export async function findRunGarbage(
  session: Session,
  filter: GcFilter,
): Promise<{ readonly garbage: readonly Garbage[]; readonly kept: readonly KeptRun[] }> {
  const garbage: Garbage[] = [];
  const kept: KeptRun[] = [];
  for (const run of await runsOf(session)) {
    const home = await session.findHome(run.run);
    if (home === undefined || home.freed?.isDone || !isMeant(run, home, filter)) continue;
    const found = await lookAtRun(session, run, home, filter);
    if ('run' in found) kept.push(found);
    else if (found.files > 0) garbage.push(found);
  }
  return { garbage, kept };
}

/** A run whose objects have begun to go goes on to its end, whatever is asked for. */
function isMeant(run: RunBody, home: RunHome, { olderThan, states }: GcFilter): boolean {
  if (home.freed !== undefined) return true;
  const isState = states.some((state) => state === run.state);
  return isState && nodeClock.now() - restedAt(run) >= olderThan;
}

/** One that is stopped does not say when. */
function restedAt({ endedAt, createdAt }: RunBody): number {
  return endedAt ?? createdAt;
}

async function lookAtRun(session: Session, run: RunBody, home: RunHome, filter: GcFilter): Promise<Garbage | KeptRun> {
  const id = run.run;
  if (isRunBusy(session.dir, id)) return { run: id, why: 'a process works on it' };
  const keeping = await whyKept(session, run, home, filter);
  if (keeping !== undefined) return { run: id, why: keeping };
  const sums = { files: 0, bytes: 0 };
  try {
    const { ports } = await session.connect(home.target);
    const owner = await readOwner(ports, id);
    if (owner !== undefined && run.owner !== undefined && owner.id !== run.owner) {
      return { run: id, why: `${owner.name} has taken it over` };
    }
    for await (const { size } of removableObjects(ports, home)) {
      sums.files += 1;
      sums.bytes += size;
    }
  } catch (error) {
    if (!isBatchrockError(error)) throw error;
    return { run: id, why: `its objects cannot be looked at: ${error.code} ${error.message}` };
  }
  const isHalf = home.freed !== undefined;
  const why = isHalf ? 'begun to be removed' : run.state;
  return { kind: 'run', name: id, at: restedAt(run), ...sums, why };
}

/** Why what a run has must not go, as the ledger tells it. */
async function whyKept(session: Session, run: RunBody, home: RunHome, { force }: GcFilter): Promise<string | undefined> {
  const parts = await loadParts(session.ledger, run);
  const live = parts.filter(mayHaveJob).length;
  if (live > 0) return `${live === 1 ? 'a job' : `${live} jobs`} of it may live, or have answers that are not collected`;
  if (home.freed !== undefined || force || home.exports.length > 0) return undefined;
  const answered = parts.some(({ collected, cached }) => (collected?.succeeded ?? 0) + (cached?.rows ?? 0) > 0);
  return answered ? 'its results were never written to a file: --force' : undefined;
}

/** A part that waits for its job has none, and one that is collected is done with. */
function mayHaveJob({ state }: PartBody): boolean {
  return state !== 'ready' && state !== 'collected';
}

/**
 * Removes the objects of a run, unless it is no longer what was looked at. Before the first goes, the ledger says so: from then on no
 * command reads what is half gone, and whoever is killed in the midst leaves a run that the next `gc` ends.
 */
export async function removeRun(session: Session, { name }: Pick<Garbage, 'name'>, filter: GcFilter): Promise<Removal> {
  const lock = await lockUnlessBusy(session.dir, name);
  if (lock === undefined) return { why: 'a process works on it' };
  try {
    const run = (await findRun(session.ledger, name))?.body;
    const home = await findHome(session.ledger, name);
    if (run === undefined || home === undefined || !isMeant(run, home, filter)) return { why: 'it was taken up since' };
    const keeping = await whyKept(session, run, home, filter);
    if (keeping !== undefined) return { why: keeping };
    return await removeLocked(session, home);
  } finally {
    lock.release();
  }
}

async function removeLocked(session: Session, home: RunHome): Promise<Removal> {
  const { ports } = await session.connect(home.target);
  const at = home.freed?.at ?? nodeClock.now();
  let hasBegun = home.freed !== undefined;
  await saveHome(session.ledger, { ...home, freed: { at, isDone: false } });
  try {
    const freed = await removeObjects(ports, home, () => {
      hasBegun = true;
    });
    // results that were being written have been noted in between
    await saveHome(session.ledger, {
      ...((await findHome(session.ledger, home.document.run)) ?? home),
      freed: { at, isDone: true },
    });
    return freed;
  } catch (error) {
    // nothing is gone yet: a bucket that lets nobody remove leaves the run as it was
    if (!hasBegun) await saveHome(session.ledger, home);
    throw error;
  }
}
