import type { Ledger, NewItem } from '@batchrock/core';

/** How far a sweep came that had no time for all runs: item `SWEEP#<bucket>`, schema `sweep/1`. */
interface SweepMark {
  /** The run behind which the next sweep begins. */
  readonly after: string;
}

function markKey(bucket: string): string {
  return `SWEEP#${bucket}`;
}

/** The run behind which to begin; undefined: with the first. */
export async function readSweepMark({ ledger }: { readonly ledger: Ledger }, bucket: string): Promise<string | undefined> {
  const item = await ledger.get(markKey(bucket));
  const after = item?.schema === 'sweep/1' ? (item.body as SweepMark).after : '';
  return after === '' ? undefined : after;
}

/** Says where the next sweep begins. A sweep beside this one may say otherwise: either is as good. */
export async function writeSweepMark({ ledger }: { readonly ledger: Ledger }, bucket: string, after: string | undefined) {
  const item = await ledger.get(markKey(bucket));
  if (item === undefined && after === undefined) return;
  const put: NewItem<SweepMark> = { key: markKey(bucket), schema: 'sweep/1', body: { after: after ?? '' }, indexes: [] };
  await ledger.commit([{ put, expect: item?.version ?? 'absent' }]);
}
