import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { RunOwner } from '@batchrock/core';
import type { StateDir } from './state-dir.ts';

/** This ledger as the owner of a run that it begins or adopts: anew each time, so that a run that was taken back is told apart. */
export function newOwner(dir: StateDir): RunOwner {
  return { id: randomUUID(), name: `${dir.ledger} on ${hostname()}` };
}
