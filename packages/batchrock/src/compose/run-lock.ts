import { StateError } from '@batchrock/core';
import { holdLock } from '@batchrock/sqlite';
import { nodeClock } from '../node/index.ts';
import type { StateDir } from './state-dir.ts';

/** How long a busy run is tried again: another command may only have looked whether somebody works on it. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 50;

/**
 * Makes this process the only one that works on a run, until it is released or the process ends, however it ends. Throws
 * `BR-E0202` when another one does.
 */
export async function lockRun(dir: StateDir, run: string): Promise<{ release(): void }> {
  const lock = await lockUnlessBusy(dir, run);
  if (lock !== undefined) return lock;
  throw new StateError('BR-E0202', `another process works on run ${run}`, {
    hint: `batchrock watch ${run} shows it`,
    details: { run },
  });
}

/** The same: undefined when another process works on the run. */
export async function lockUnlessBusy(dir: StateDir, run: string): Promise<{ release(): void } | undefined> {
  const deadline = nodeClock.now() + PATIENCE_MS;
  for (;;) {
    const lock = holdLock(dir.lock(run));
    if (lock !== undefined || nodeClock.now() >= deadline) return lock;
    await nodeClock.sleep(PAUSE_MS);
  }
}

/** True while a process works on a run. */
export function isRunBusy(dir: StateDir, run: string): boolean {
  const lock = holdLock(dir.lock(run));
  lock?.release();
  return lock === undefined;
}
