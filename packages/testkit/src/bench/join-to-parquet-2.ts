import { join } from 'node:path';
import { type CollectCounts, InvariantError, loadParts, loadRun, type PartBody } from '@batchrock/core';
import { openSqliteLedger } from '@batchrock/sqlite';
import { createFileSink } from 'batchrock/node';
import { joinPieces, type MadePiece, pieceTasks, TaskThreads } from 'batchrock/parallel';
import type { Bench } from './bench.ts';
import { benchDocument } from './csv-to-jobs.ts';
import { endedBenchPart, setUpJoin } from './join.ts';
import { type JoinTask, openJoinWork } from './join-work.ts';

const THREADS = 2;

/** Results as Parquet, on two processors: parts are collected, and row groups made, by two threads; one file comes of it. */
export const joinToParquet2: Bench = {
  name: 'join-to-parquet-2',
  rows: 1_000_000,
  cores: THREADS,
  async run(context) {
    const { dir, rows } = context;
    setUpJoin(context);
    const ledger = openSqliteLedger(join(dir, 'ledger.db'));
    const document = await benchDocument(context);
    const run = { ...(await loadRun(ledger, document.run)).body, state: 'ended' as const };
    const prepared = await loadParts(ledger, run);
    ledger.close();
    const started = performance.now();
    const data = { dir, document, run };
    const module = new URL(`./join-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
    const work = openJoinWork(data);
    const threads = new TaskThreads<JoinTask, CollectCounts | MadePiece>({ module, data, threads: THREADS, work });
    try {
      const parts = await collectAll(threads, prepared);
      const pieces = pieceTasks(rows).map((each) => threads.run({ kind: 'export', rows: each, parts }));
      const sink = createFileSink(join(dir, 'results'));
      const counts = await joinPieces(sink, {}, pieces as Parameters<typeof joinPieces>[2]);
      const seconds = (performance.now() - started) / 1000;
      if (counts.succeeded !== rows) throw new InvariantError(`${counts.succeeded} of ${rows} rows have an answer`);
      return { seconds };
    } finally {
      await threads.close();
    }
  },
};

async function collectAll(
  threads: TaskThreads<JoinTask, CollectCounts | MadePiece>,
  prepared: readonly PartBody[],
): Promise<PartBody[]> {
  const tasks = prepared.map(endedBenchPart).map((part) => ({ part, task: threads.run({ kind: 'collect', part }) }));
  const parts: PartBody[] = [];
  for (const { part, task } of tasks) {
    parts.push({ ...part, state: 'collected', collected: (await task.result) as CollectCounts });
  }
  return parts;
}
