import { join } from 'node:path';
import { type CollectCounts, InvariantError, loadParts, loadRun, type PartBody } from '@batchrock/core';
import { openSqliteLedger } from '@batchrock/sqlite';
import { createFileSink } from 'batchrock/node';
import { joinPieces, type MadePiece, pieceTasks, TaskThreads, threadModule } from 'batchrock/parallel';
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
    const module = threadModule('join-thread', import.meta.url);
    const work = openJoinWork(data);
    const threads = new TaskThreads<JoinTask, CollectCounts | MadePiece>({ module, data, threads: THREADS, work });
    try {
      const parts = collectAll(threads, prepared);
      const pieces: ReturnType<typeof threads.run>[] = [];
      for (const each of pieceTasks(rows)) {
        // no thread waits for the last part while there are rows whose parts are all collected
        const own = parts.filter(({ span }) => span !== undefined && span.from.ordinal < each.to && span.to.ordinal > each.from);
        pieces.push(threads.run({ kind: 'export', rows: each, parts: await Promise.all(own.map((part) => part.collected)) }));
      }
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

/** A part, and what it is when it is collected. */
interface CollectedPart extends Pick<PartBody, 'span'> {
  readonly collected: Promise<PartBody>;
}

function collectAll(threads: TaskThreads<JoinTask, CollectCounts | MadePiece>, prepared: readonly PartBody[]): CollectedPart[] {
  return prepared.map(endedBenchPart).map((part) => {
    const { result } = threads.run({ kind: 'collect', part });
    const collected = result.then((counts) => ({ ...part, state: 'collected' as const, collected: counts as CollectCounts }));
    collected.catch(() => undefined);
    return { span: part.span, collected };
  });
}
