import { findRun, findRunByIdentity, type RunBody, readPrepared, runIdFor, StateError } from '@batchrock/core';
import { findFreeRun } from 'batchrock/request';
import type { Engine } from '../engine/index.ts';
import { changeHome, findHome, type Home } from '../home/index.ts';

/** Who asks, and where the results are to go. */
export type Asker = Pick<Home, 'execution' | 'started' | 'jobNamePrefix' | 'resultsFormat'>;

/** The run of a question, and how it stands; undefined where it is not in the ledger yet. */
export interface ChosenRun {
  readonly id: string;
  readonly run: RunBody | undefined;
}

/**
 * The run that a question has, or the id of the next one. An execution that wants a run of its own finds the one that it has
 * begun by its home. Throws `BR-E0207` for a run that another ledger has begun, `BR-E0202` for one that another execution is
 * making results of elsewhere.
 */
export async function chooseRun(engine: Engine, identity: string, asker: Asker, isNew: boolean): Promise<ChosenRun> {
  if (isNew) return newRun(engine, identity, asker);
  const { ports } = engine;
  const known = await findRunByIdentity(ports, identity);
  if (known.run !== undefined) return { id: known.run.run, run: known.run };
  return findFreeRun(ports, { identity, serial: known.count, isNew: false });
}

async function newRun(engine: Engine, identity: string, asker: Asker): Promise<ChosenRun> {
  const { ports } = engine;
  for (let serial = 0; ; serial++) {
    const id = runIdFor(ports.digest, identity, serial);
    const run = (await findRun(ports.ledger, id))?.body;
    const home = await findHome(ports, id);
    if (home !== undefined) {
      if (isOf(home, asker)) return { id, run };
    } else if (run === undefined && (await readPrepared(ports, id)) === undefined) {
      const made = await changeHome(ports, id, (there) => (there === undefined ? newHome(engine, id, asker) : undefined));
      if (made !== undefined && isOf(made, asker)) return { id, run };
    }
  }
}

/**
 * Says in the home that this execution asks for the run now. Throws `BR-E0202` while another one that writes its results elsewhere
 * prepares it or waits for it.
 */
export async function moveIn(engine: Engine, { id, run }: ChosenRun, asker: Asker): Promise<Home> {
  const home = await changeHome(engine.ports, id, (there) => {
    if (there === undefined) return newHome(engine, id, asker);
    const { gaveUp: _, ...kept } = there;
    if (!isOf(there, asker) && isBusyElsewhere(engine, there, run, asker)) throw busy(there, asker);
    return { ...kept, ...asker, askedAt: engine.ports.clock.now(), isOpen: true };
  });
  return home as Home;
}

/** A preparation that nobody has gone on with for so long is over: no call of a function takes longer. */
const LONGEST_CALL_MS = 15 * 60_000;

function isBusyElsewhere({ ports }: Engine, home: Home, run: RunBody | undefined, asker: Asker): boolean {
  if (home.jobNamePrefix === asker.jobNamePrefix && home.resultsFormat === asker.resultsFormat) return false;
  if (home.waiting.length > 0) return true;
  const isBeingPrepared = run === undefined || run.state === 'preparing';
  return isBeingPrepared && home.gaveUp !== true && ports.clock.now() - home.askedAt < LONGEST_CALL_MS;
}

function busy(home: Home, asker: Asker): StateError {
  const place = `job_name_prefix ${JSON.stringify(home.jobNamePrefix)}, ${home.resultsFormat}`;
  return new StateError('BR-E0202', `run ${home.run} of the same question is being made by ${home.execution} (${place})`, {
    hint: 'start this one again when that one has ended: it pays for nothing twice; or give "new": true for a run of its own',
    details: { run: home.run, jobNamePrefix: asker.jobNamePrefix },
  });
}

function isOf(home: Home, { execution, started }: Asker): boolean {
  return home.execution === execution && home.started === started;
}

function newHome({ ports, settings }: Engine, run: string, asker: Asker): Home {
  return { run, bucket: settings.bucket, ...asker, askedAt: ports.clock.now(), waiting: [], isOpen: true };
}
