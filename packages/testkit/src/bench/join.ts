import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  exportResults,
  InvariantError,
  loadParts,
  loadRun,
  type ObjectSink,
  type PartBody,
  type ResultWriter,
  writeOutcomes,
} from '@batchrock/core';
import { openSqliteLedger } from '@batchrock/sqlite';
import { createFileSink } from 'batchrock/node';
import { jobId, jobView, openRows } from '../way-back/index.ts';
import type { BenchContext, BenchRun } from './bench.ts';
import { programBeside } from './beside.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';
import { embeddingsDocument } from './embeddings-document.ts';

/** What the jobs of a run answer. */
type Answers = 'texts' | 'embeddings';

/**
 * The shuffled output of all jobs of a run to a file of results in input order: outcomes written, rows read again, joined.
 * The run is prepared, and its output made, in a process before.
 */
export async function joinResults(
  context: BenchContext,
  createWriter: (sink: ObjectSink) => ResultWriter,
  answers: Answers = 'texts',
): Promise<BenchRun> {
  const { rows, dir } = context;
  setUpJoin(context, answers);
  const ledger = openSqliteLedger(join(dir, 'ledger.db'));
  const ports = benchPorts(dir, ledger);
  const document = await (answers === 'texts' ? benchDocument : embeddingsDocument)(context);
  const run = (await loadRun(ledger, document.run)).body;
  const prepared = await loadParts(ledger, run);
  const started = performance.now();
  const parts: PartBody[] = [];
  for (const part of prepared) {
    const ended = endedBenchPart(part);
    const collected = await writeOutcomes(ports, { document, part: ended, view: jobView(ended) });
    if (collected === 'unsettled') throw new InvariantError(`the output of part ${part.part} is not whole`);
    parts.push({ ...ended, state: 'collected', collected });
  }
  const writer = createWriter(createFileSink(join(dir, 'results')));
  const counts = await exportResults(ports, { document, run: { ...run, state: 'ended' }, parts, writer, openRows });
  const seconds = (performance.now() - started) / 1000;
  ledger.close();
  if (counts.succeeded !== rows) throw new InvariantError(`${counts.succeeded} of ${rows} rows have an answer`);
  return { seconds };
}

/** A part whose job has ended. */
export function endedBenchPart({ jobArn: _, ...part }: PartBody): PartBody {
  const jobArn = `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/${jobId(1, part.part)}`;
  return { ...part, jobArn, endedAt: 0 };
}

/** In a process of its own. */
export function setUpJoin({ dir, dataset, rows }: BenchContext, answers: Answers = 'texts'): void {
  const script = programBeside('join-set-up', import.meta.url);
  const { status } = spawnSync(process.execPath, [...process.execArgv, script, dir, dataset, String(rows), answers], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new InvariantError(`the set-up of the bench failed with exit code ${status}`);
}
