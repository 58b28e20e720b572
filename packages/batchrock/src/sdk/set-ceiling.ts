import {
  type CallOptions,
  loadParts,
  loadRun,
  objectKeys,
  type RecordSample,
  type RunBody,
  type RunPorts,
  sampleRecords,
  setBudget,
} from '@batchrock/core';
import { ceilingFor, estimateFor, recordUsdOf } from './budget.ts';
import type { OpenedRun, Session } from './session.ts';

/** Bytes at the beginning of a job's input that are measured. */
const MEASURED_BYTES = 4 * 1024 * 1024;

/**
 * Gives a run that is there another ceiling; without `maxCostUsd` it stays as it is. A machine may have died before it wrote down what a
 * record is expected to cost: then that is estimated anew, by records that lie in the bucket. Throws `BR-E0601` where it cannot be.
 */
export async function setCeiling(
  session: Pick<Session, 'notice'>,
  { id, home, connection: { ports } }: OpenedRun,
  { maxCostUsd, signal }: CallOptions & { readonly maxCostUsd?: number | undefined },
): Promise<void> {
  const ceilingUsd = ceilingFor(session, home.target, maxCostUsd);
  const { body: run } = await loadRun(ports.ledger, id);
  const isNew = ceilingUsd !== undefined && run.budget === undefined;
  const recordUsd = isNew ? await expectedUsd(ports, run, home) : undefined;
  await setBudget(ports, id, { ceilingUsd, recordUsd, ...(signal && { signal }) });
}

async function expectedUsd(ports: RunPorts, run: RunBody, home: OpenedRun['home']): Promise<number | undefined> {
  const parts = (await loadParts(ports.ledger, run)).filter(({ attempt, records }) => attempt === 1 && records > 0);
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  for (const { part } of parts) {
    const sample = await sampleOf(ports, objectKeys.inputFile(run.run, 1, part, 0));
    // input goes after some weeks, that of one job like that of another
    if (sample === undefined) continue;
    const family = await ports.families.of(home.document.model);
    return recordUsdOf(estimateFor(home, { records, request: {}, survey: { sample }, family }), records);
  }
  return records === 0 ? 0 : undefined;
}

/** What the first records of an object say; undefined where it is not there. */
async function sampleOf({ objects }: RunPorts, key: string): Promise<RecordSample | undefined> {
  const source = await objects.open(key, { to: MEASURED_BYTES });
  if (source === undefined) return undefined;
  const block = new Uint8Array(MEASURED_BYTES);
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length < block.length; length += read) read = await source.readInto(block.subarray(length));
  } finally {
    await source.close();
  }
  const lines = new TextDecoder().decode(block.subarray(0, length)).split('\n');
  // behind the last line feed is nothing, or a piece of a record
  return sampleRecords(lines.slice(0, -1));
}
