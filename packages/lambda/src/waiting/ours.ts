import { keepActive, type RunBody } from '@batchrock/core';
import type { Engine } from '../engine/index.ts';
import { findHome } from '../home/index.ts';

/** How long a run counts as worked on after somebody has said so: three sweeps, of which one may fail. */
const ACTIVE_MS = 15 * 60_000;

/** True for a run of this stack; others of the same ledger look after theirs. */
export async function isOurs({ ports, settings }: Engine, run: RunBody): Promise<boolean> {
  if (run.store !== undefined) return run.store === ports.objects.uri;
  return (await findHome(ports, run.run))?.bucket === settings.bucket;
}

/** Says that this stack works on a run of its own: the other stacks of its ledger leave it its share of the slots. */
export function claimShare({ ports }: Engine, run: string): Promise<RunBody> {
  return keepActive(ports, run, ACTIVE_MS, { store: ports.objects.uri });
}
