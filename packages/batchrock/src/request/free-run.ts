import {
  findRun,
  isBatchrockError,
  objectKeys,
  type RunBody,
  type RunPorts,
  readOwner,
  readPrepared,
  runIdFor,
  StateError,
} from '@batchrock/core';
import { nodeSha256 } from '../node/index.ts';

/** A question, and where to begin looking for its runs. */
interface WantedRun {
  readonly identity: string;
  /** Of the first run of it that this ledger may not know. */
  readonly serial: number;
  /** Another run is wanted, whatever there is. */
  readonly isNew: boolean;
}

/** The run that a question has, or the id of one that is nowhere yet. */
interface FoundRun {
  readonly id: string;
  readonly run: RunBody | undefined;
}

/**
 * Finds the run of a question beyond those that this ledger has in a row. One that lies in the bucket alone was sent by another
 * ledger: to begin it again under its id would pay for it twice. Throws `BR-E0207` for that, naming how to go on with it.
 */
export async function findFreeRun(ports: RunPorts, wanted: WantedRun): Promise<FoundRun> {
  let newest: FoundRun | undefined;
  let foreign: string | undefined;
  for (let { serial } = wanted; ; serial++) {
    const id = runIdFor(nodeSha256, wanted.identity, serial);
    const known = await findRun(ports.ledger, id);
    const isInBucket = known === undefined && (await isPrepared(ports, id));
    // another process may have begun it since the ledger was asked: a ledger has its run before the bucket does
    const run = isInBucket ? await findRun(ports.ledger, id) : known;
    if (run !== undefined) newest = { id, run: run.body };
    else if (isInBucket) foreign = id;
    else if (wanted.isNew) return { id, run: undefined };
    else if (newest !== undefined) return newest;
    else if (foreign !== undefined) throw await begunElsewhere(ports, foreign);
    else return { id, run: undefined };
  }
}

/** What cannot be read is no run of ours: a server that answers with a page of its own says the same of everything. */
async function isPrepared(ports: RunPorts, id: string): Promise<boolean> {
  try {
    return (await readPrepared(ports, id)) !== undefined;
  } catch (error) {
    if (isBatchrockError(error) && error.code === 'BR-E0205') return false;
    throw error;
  }
}

async function begunElsewhere(ports: RunPorts, id: string): Promise<StateError> {
  const owner = await readOwner(ports, id);
  const whose = owner === undefined ? 'another ledger' : owner.name;
  const place = `${ports.objects.uri}/${objectKeys.folder(id)}`;
  return new StateError('BR-E0207', `run ${id} of this question lies in its bucket already, begun by ${whose}`, {
    hint: `batchrock adopt ${place} takes it over and pays for nothing twice; --new starts another beside it`,
    details: { run: id, place },
  });
}
