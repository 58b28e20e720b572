import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantError, prepareRun, type ReadPosition, type RunDocument } from '@batchrock/core';
import { openJsonl } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { openFileSource } from 'batchrock/node';
import type { Bench, BenchContext } from './bench.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';
import { benchJsonlDataset } from './jsonl-dataset.ts';

/** A JSON Lines file through `prepareRun`: what `csv-to-jobs` does, from the same rows. */
export const jsonlToJobs: Bench = {
  name: 'jsonl-to-jobs',
  rows: 1_000_000,
  run: (context) => prepareLines(context, benchJsonlDataset(context.dataset), {}),
};

/** Prepares a run of a JSON Lines file. `changes` are what its document has otherwise than that of `csv-to-jobs`. */
export async function prepareLines(
  { rows, dir, dataset }: BenchContext,
  path: string,
  changes: Partial<Pick<RunDocument, 'model' | 'request'>>,
): Promise<{ seconds: number }> {
  const { size } = await stat(path);
  const ledger = openSqliteLedger(join(dir, 'ledger.db'));
  const document = { ...(await benchDocument({ rows, dir, dataset })), ...changes };
  const source = { ...document.source, name: 'reviews.jsonl', bytes: size, dialect: { format: 'jsonl' as const } };
  const openRows = async (from?: ReadPosition) =>
    openJsonl(await openFileSource(path, from?.byte ?? 0), { name: 'reviews.jsonl', ...(from && { from }) });
  const started = performance.now();
  const prepared = await prepareRun(benchPorts(dir, ledger), { document: { ...document, source }, openRows });
  const seconds = (performance.now() - started) / 1000;
  ledger.close();
  if (prepared.rows !== rows || prepared.rejected !== 0) {
    throw new InvariantError(`${prepared.rows} rows and ${prepared.rejected} rejected instead of ${rows} and 0`);
  }
  return { seconds };
}
