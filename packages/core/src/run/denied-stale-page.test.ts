import { memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import type { Ledger } from '../ports/index.ts';
import { JOBS_DENIED } from './denied-jobs.ts';
import { dispatchLane } from './dispatch.ts';
import { kickJob } from './kick.ts';
import { loadPart, loadRun } from './load.ts';
import { settleRun } from './settle.ts';

// Of two jobs that may not write their output, both of which get on with their records, one says nothing of that. The index is some seconds old.
const RUN = 'r-0000000001';
const MINUTE = 60_000;
const SAID = 'Access denied: the role may not write s3://there';

/** A ledger whose index shows its first part as it is now from here on. */
async function withOldPage(ledger: Ledger): Promise<Ledger> {
  const [old] = (await ledger.page({ index: 'parts', at: RUN, limit: 500 })).items;
  return {
    get: (key, o) => ledger.get(key, o),
    async page(query, o) {
      const page = await ledger.page(query, o);
      return query.index === 'parts' ? { ...page, items: [old!, ...page.items.slice(1)] } : page;
    },
    commit: (writes, o) => ledger.commit(writes, o),
  };
}

test('a job that a page shows to get on, and that was denied since, neither costs another one an attempt nor lets its run go on', async () => {
  const script = (_: unknown, index: number) =>
    ({ end: 'Failed', message: SAID, record: () => 'missing' as const, durationMs: (index === 0 ? 3 : 4) * MINUTE }) as const;
  const ports = memoryPorts({ script });
  const { service, clock, ledger } = ports;
  const get = service.get.bind(service);
  const counted = Object.assign(service, {
    async get(jobArn: string) {
      const view = await get(jobArn);
      const { counts: _, ...silent } = view ?? {};
      if (view === undefined || jobArn !== service.jobs[0]?.jobArn) return view && (silent as typeof view);
      return { ...view, counts: { total: 5, processed: 3, succeeded: 3, failed: 0 } };
    },
  });
  const world = { ...ports, service: counted };
  await putMemoryRun(ports, { parts: [5, 5], slots: 2 });
  await dispatchLane(world, (await loadRun(ledger, RUN)).body.lane);
  const [first, second] = service.jobs.map(({ spec }) => ({ jobName: spec.jobName }));
  await clock.advance(2 * MINUTE);
  await kickJob(world, first!);
  const late = { ...world, ledger: await withOldPage(ledger) };
  await clock.advance(MINUTE);
  await kickJob(world, first!);
  expect((await loadRun(ledger, RUN)).body.blocked?.code).toBe(JOBS_DENIED);
  await clock.advance(MINUTE);
  await kickJob(late, second!);
  expect((await loadRun(ledger, RUN)).body.blocked?.code).toBe(JOBS_DENIED);
  await settleRun(late, RUN);
  expect((await loadRun(ledger, RUN)).body.blocked?.code).toBe(JOBS_DENIED);
  for (const part of [0, 1]) {
    expect((await loadPart(ledger, { run: RUN, attempt: 1, part })).body).toMatchObject({ state: 'ended', denied: true });
  }
});
