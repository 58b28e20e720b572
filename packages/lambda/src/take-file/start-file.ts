import {
  ensureLane,
  findRun,
  loadDocument,
  loadRun,
  pauseRun,
  type RunBody,
  resumeRun,
  retryRun,
  settleRun,
  stopRun,
} from '@batchrock/core';
import { claimResults } from '../ending/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import {
  cameWhilePaused,
  changeFile,
  closeRun,
  type FileBody,
  findFile,
  isOver,
  isWantedByOthers,
  reopenRun,
} from '../files/index.ts';
import { claimShare, dispatch, tellFiles } from '../waiting/index.ts';

/**
 * Lets the run of a file go: gives its results their folder, opens its lane and sends what there are slots for. May be done at any
 * time and again. What was asked for meanwhile is done: a file that is cancelled by now is not sent, one that is to be paused is.
 */
export async function startFile(engine: FileEngine, id: string): Promise<void> {
  const { ports } = engine;
  const file = await findFile(ports, id);
  if (file?.run === undefined) return;
  if (isOver(file)) return forsake(engine, file);
  await reopenRun(ports, file.run);
  const run = await goOn(engine, file, (await loadRun(ports.ledger, file.run)).body);
  await claimResults(engine, file, run.run);
  if (file.wantsPause || (await cameWhilePaused(ports, file))) await pause(engine, file, run);
  await openRun(engine, run.run);
}

/** Sends what a run has to send, as far as there are slots, and shows how it stands. */
export async function openRun(engine: FileEngine, run: string): Promise<void> {
  const { ports, settings } = engine;
  // a run none of whose records could be sent has no job whose end would settle it
  if ((await settleRun(ports, run)) !== 'resting') {
    const { lane, model } = await loadDocument(ports, run);
    await claimShare(engine, run);
    await ensureLane(ports, lane, settings.maxJobs ?? model.limits.maxJobs);
    await dispatch(engine, lane);
  }
  await tellFiles(engine, run);
}

/**
 * A file that failed or was cancelled, and is taken again, goes on where its run stopped: what has an answer is not paid for again.
 * The run of a file that came beside another one is at rest for good, and its results only have to be written.
 */
async function goOn({ ports }: FileEngine, file: FileBody, run: RunBody): Promise<RunBody> {
  if (run.state === 'stopped' || run.state === 'stopping' || run.blocked !== undefined) return resumeRun(ports, run.run);
  return run.state === 'ended' && file.attempt !== undefined ? retryRun(ports, run.run) : run;
}

async function pause(engine: FileEngine, file: FileBody, run: RunBody): Promise<void> {
  if (run.state === 'running') await pauseRun(engine.ports, run.run);
  await changeFile(engine, file.file, (there) => {
    if (there === undefined) return undefined;
    const { wantsPause: _, ...kept } = there;
    return kept;
  });
}

/** Nothing more is sent of a file that failed or was cancelled before it was told of, unless another file wants the same. */
export async function forsake({ ports }: FileEngine, { file, run }: FileBody): Promise<void> {
  if (run === undefined || (await isWantedByOthers(ports, { file, run }))) return;
  if ((await findRun(ports.ledger, run))?.body.state === 'running') await stopRun(ports, run, 'stop');
  await closeRun(ports, run);
}
