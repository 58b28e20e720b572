import { eventsSince, findRun, isBatchrockError, isServiceError, objectKeys, type RunBody } from '@batchrock/core';
import type { Connection } from '../../compose/connection.ts';
import { changeHome, findHome, type RunHome } from '../../compose/run-home.ts';
import { isRunBusy, lockUnlessBusy } from '../../compose/run-lock.ts';
import { nodeClock } from '../../node/index.ts';
import { runsOf, type Session } from '../session.ts';
import type { Garbage, GcFilter, KeptRun, Removal } from './gc-report.ts';
import { removableObjects, removeObjects } from './run-objects.ts';
import { whyKept } from './why-kept.ts';

/** Runs whose objects may go, and those that are old enough and stay. */
export async function findRunGarbage(
  session: Session,
  filter: GcFilter,
): Promise<{ readonly garbage: readonly Garbage[]; readonly kept: readonly KeptRun[] }> {
  const garbage: Garbage[] = [];
  const kept: KeptRun[] = [];
  for (const run of await runsOf(session)) {
    const home = await session.findHome(run.run);
    if (home === undefined || home.freed?.isDone || !(await isMeant(session, run, home, filter))) continue;
    const found = await lookAtRun(session, run, home, filter);
    if ('run' in found) kept.push(found);
    else if (found.files > 0) garbage.push(found);
  }
  return { garbage, kept };
}

/** A run whose objects have begun to go goes on to its end, whatever is asked for. */
async function isMeant(session: Session, run: RunBody, home: RunHome, { olderThan, states }: GcFilter): Promise<boolean> {
  if (home.freed !== undefined) return true;
  if (!states.some((state) => state === stateOf(run, home))) return false;
  return nodeClock.now() - (await restedAt(session, run, home)) >= olderThan;
}

/** The ledger has a run that was refused as one that runs, or is being prepared: it waits for its command. */
function stateOf({ state }: RunBody, { refusal }: RunHome): RunBody['state'] | 'refused' {
  return refusal === undefined ? state : 'refused';
}

/** When something happened to it last: the time of its newest event. One that has none is as young as can be. */
async function restedAt(session: Session, run: RunBody, { refusal }: RunHome): Promise<number> {
  if (refusal !== undefined) return refusal.at ?? run.createdAt;
  const [newest] = await eventsSince(session, run.run, run.seq - 1);
  return Math.max(newest?.at ?? nodeClock.now(), run.endedAt ?? run.createdAt);
}

async function lookAtRun(session: Session, run: RunBody, home: RunHome, filter: GcFilter): Promise<Garbage | KeptRun> {
  const id = run.run;
  if (isRunBusy(session.dir, id)) return { run: id, why: 'a process works on it' };
  const sums = { files: 0, bytes: 0 };
  try {
    const keeping = await whyKept(session, run, home, filter);
    if (keeping !== undefined) return { run: id, why: keeping };
    const { ports } = await session.connect(home.target);
    for await (const { size } of removableObjects(ports, home)) {
      sums.files += 1;
      sums.bytes += size;
    }
  } catch (error) {
    if (!isBatchrockError(error)) throw error;
    return { run: id, why: `its objects cannot be looked at: ${error.code} ${error.message}` };
  }
  const isHalf = home.freed !== undefined;
  const why = isHalf ? 'begun to be removed' : stateOf(run, home);
  return { kind: 'run', name: id, at: await restedAt(session, run, home), ...sums, why };
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
    if (run === undefined || home === undefined || !(await isMeant(session, run, home, filter))) {
      return { why: 'it was taken up since' };
    }
    // all of it again: what was looked at without the lock, and before somebody agreed, may be another thing now
    const keeping = await whyKept(session, run, home, { ...filter, readsFiles: true });
    if (keeping !== undefined) return { why: keeping };
    return await removeLocked(await session.connect(home.target), home);
  } finally {
    lock.release();
  }
}

async function removeLocked({ ports }: Connection, home: RunHome): Promise<Removal> {
  const { run } = home.document;
  const at = home.freed?.at ?? nodeClock.now();
  const mark = (freed: RunHome['freed']): Promise<void> => changeHome(ports, run, () => ({ freed }));
  const steps = new Set<'asked' | 'gone'>(home.freed === undefined ? [] : ['gone']);
  await mark({ at, isDone: false });
  try {
    const freed = await removeObjects(ports, home, (step) => {
      steps.add(step);
    });
    await mark({ at, isDone: true });
    return freed;
  } catch (error) {
    // a bucket that lets nobody remove leaves the run as it was; an answer that was lost says nothing of what is gone
    const isRefused = !steps.has('gone') && isServiceError(error, 'denied');
    if (steps.size === 0 || (isRefused && (await hasFirst(ports, run)))) await mark(undefined);
    throw error;
  }
}

/** Whether what goes first is there: of several tries of a call, the last one may be refused, and one before it served. */
async function hasFirst({ objects }: Connection['ports'], run: string): Promise<boolean> {
  return objects.head(objectKeys.parts(run)).then(
    (found) => found !== undefined,
    () => false,
  );
}
