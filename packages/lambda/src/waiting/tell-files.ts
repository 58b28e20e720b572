import { findRun } from '@batchrock/core';
import type { Engine } from '../engine/index.ts';
import { changeRunFiles, findRunFiles } from '../files/index.ts';
import type { FinishQueue } from '../finish-queue/index.ts';
import { showRun } from './show-run.ts';

/** What telling of files works with. */
export interface FileTellingEngine extends Engine {
  readonly finishes: FinishQueue;
}

/** A message of a run at rest is on its way, or in hand for as long as a call takes at most; later it has been lost. */
const LOST_AFTER_MS = 20 * 60_000;

/**
 * Shows in the items of a run's files how it stands, and has their results written when it is at rest. May be done at any time and
 * twice. Files of another queue are left to it. `hasJob`: it is known that a job of the run was created.
 */
export async function tellFiles(engine: FileTellingEngine, run: string, hasJob = false): Promise<void> {
  const { ports, settings, finishes } = engine;
  const of = await findRunFiles(ports, run);
  if (of === undefined || !of.isOpen || of.queue !== settings.bucket) return;
  for (const file of of.files) await showRun(engine, { file, run, hasJob });
  const state = (await findRun(ports.ledger, run))?.body.state;
  if (state !== 'ended' && state !== 'stopped') return;
  const now = ports.clock.now();
  if (of.toldAt !== undefined && now - of.toldAt < LOST_AFTER_MS) return;
  await finishes.send(of.files.map((file) => ({ file, from: 0 })));
  await changeRunFiles(ports, run, (there) => (there?.isOpen ? { ...there, toldAt: now } : undefined));
}
