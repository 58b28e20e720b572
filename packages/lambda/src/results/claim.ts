import { findRun, InputError, isServiceError, type RunPorts, writeText } from '@batchrock/core';
import { pointerKey, pointerText, type ResultsPointer, readPointer, resultsFolder } from 'batchrock/orchestrator';
import { findHome } from '../home/index.ts';

/** Whose a folder of results becomes. */
export interface Claim {
  readonly run: string;
  readonly execution: string;
  readonly jobNamePrefix: string;
}

type Ports = Pick<RunPorts, 'ledger' | 'objects' | 'clock'>;

/** A run that nobody has gone on preparing for so long will not be prepared any more: four calls of a function. */
const FORGOTTEN_MS = 60 * 60_000;

/**
 * Makes a folder of results the run's, before anything is sent. Throws `BR-E0111` when results of another run lie there or are
 * to come, or files that are none of ours. A run that was never prepared to its end holds no folder.
 */
export async function claimFolder(ports: Ports, claim: Claim): Promise<void> {
  const key = pointerKey(claim.jobNamePrefix);
  const ours: ResultsPointer = {
    schema: 'batchrock.results/1',
    run: claim.run,
    execution: claim.execution,
    job_name_prefix: claim.jobNamePrefix,
  };
  for (;;) {
    const standing = await readPointer(ports.objects, key);
    if (standing?.run === claim.run) return;
    if (standing === undefined) {
      await refuseStrangers(ports, claim.jobNamePrefix);
      if (await createPointer(ports, key, ours)) return;
      continue;
    }
    if (!(await isForsaken(ports, standing))) throw taken(ports, claim, standing);
    return writeText(ports.objects, key, pointerText(ours));
  }
}

/** Throws `BR-E0111` when the folder is not the run's any more: nothing of another run is written over. */
export async function checkClaim(ports: Ports, claim: Claim): Promise<void> {
  const standing = await readPointer(ports.objects, pointerKey(claim.jobNamePrefix));
  if (standing !== undefined && standing.run !== claim.run) throw taken(ports, claim, standing);
}

/** False when somebody else was faster. */
async function createPointer({ objects }: Ports, key: string, pointer: ResultsPointer): Promise<boolean> {
  const sink = objects.create(key, { ifAbsent: true });
  try {
    const block = sink.block();
    const bytes = new TextEncoder().encode(pointerText(pointer));
    block.set(bytes);
    await sink.write(block.subarray(0, bytes.length));
    await sink.commit();
    return true;
  } catch (error) {
    await sink.abort();
    if (isServiceError(error, 'conflict')) return false;
    throw error;
  }
}

/** What claimed the folder never came so far that anything was sent, and will not. */
async function isForsaken(ports: Ports, { run, results }: ResultsPointer): Promise<boolean> {
  if (results !== undefined) return false;
  const home = await findHome(ports, run);
  if (home?.gaveUp) return true;
  const found = await findRun(ports.ledger, run);
  if (found !== undefined && found.body.state !== 'preparing') return false;
  return home === undefined || ports.clock.now() - home.askedAt > FORGOTTEN_MS;
}

/** Results that somebody put there by hand or by other means; folders below are other prefixes. */
async function refuseStrangers({ objects }: Ports, jobNamePrefix: string): Promise<void> {
  const folder = resultsFolder(jobNamePrefix);
  for await (const { key } of objects.list(folder)) {
    if (key === folder || key.slice(folder.length).includes('/')) continue;
    throw new InputError('BR-E0111', `${objects.uri}/${folder} holds ${key.slice(folder.length)}, which no run of ours wrote`, {
      hint: 'choose another job_name_prefix, or move the files away',
      details: { jobNamePrefix },
    });
  }
}

function taken({ objects }: Pick<Ports, 'objects'>, claim: Claim, standing: ResultsPointer): InputError {
  const place = `${objects.uri}/${resultsFolder(claim.jobNamePrefix)}`;
  return new InputError('BR-E0111', `${place} holds the results of run ${standing.run} (${standing.execution})`, {
    hint: 'choose another job_name_prefix, or remove the folder; nothing was sent',
    details: { run: standing.run, jobNamePrefix: claim.jobNamePrefix },
  });
}
