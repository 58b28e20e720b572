import { createHash } from 'node:crypto';
import type { RunOwner } from '@batchrock/core';
import type { Engine } from '../engine/index.ts';

/**
 * This ledger as the owner of a run. The same for every call: two that prepare the run side by side must not take it from each
 * other.
 */
export function ownerOf({ settings }: Engine, run: string): RunOwner {
  const { table, region, roleArn } = settings;
  const place = `${roleArn.split(':')[4]}/${region}/${table}`;
  const hash = createHash('sha256').update(`${place}/${run}`).digest('hex');
  const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
  return { id, name: `the table ${table} in ${region}` };
}
