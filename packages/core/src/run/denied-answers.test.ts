import { MEMORY_LANE, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { expect, it } from 'vitest';
import type { JobView } from '../ports/index.ts';
import { runCounts } from './counts.ts';
import { JOBS_DENIED } from './denied-jobs.ts';
import { driveRun } from './drive.ts';
import { loadParts, loadRun } from './load.ts';
import { resumeRun } from './resume.ts';
import { sweepLane } from './sweep.ts';

// A job that was denied something late: it has answered its records, and what it has written comes after its end.
const RUN = 'r-0000000001';
const MINUTE = 60_000;

/** Its output comes ten minutes after its end. While it lives it says that it has processed nothing, and at its end what it is told to. */
async function newWorld(atEnd: JobView['counts'], parts = [10]): Promise<MemoryPorts> {
  const late = { durationMs: 3 * MINUTE, message: 'not authorized to perform s3:PutObject', outputDelayMs: 10 * MINUTE };
  const world = memoryPorts({ facts: { outputSettleMs: 30 * MINUTE }, script: (_, index) => (index === 0 ? late : {}) });
  const { service } = world;
  const get = service.get.bind(service);
  const say = ({ counts, ...view }: JobView): JobView => {
    if (view.jobArn !== service.jobs[0]?.jobArn) return { ...view, ...(counts && { counts }) };
    if (view.status !== 'Completed') return { ...view, counts: { total: 10, processed: 0, succeeded: 0, failed: 0 } };
    return { ...view, status: 'Failed', ...(atEnd && { counts: atEnd }) };
  };
  service.get = async (jobArn) => {
    const view = await get(jobArn);
    return view && say(view);
  };
  service.list = async function* () {
    for (const { jobArn } of service.jobs) {
      const view = await service.get(jobArn);
      if (view !== undefined) yield view;
    }
  };
  await putMemoryRun(world, { parts, slots: 1 });
  return world;
}

const drive = (world: MemoryPorts) => driveRun(world, RUN, { pollMs: MINUTE });

async function standing(world: MemoryPorts) {
  const { body: run } = await loadRun(world.ledger, RUN);
  const parts = await loadParts(world.ledger, run);
  return { run, parts, counts: runCounts(run, parts) };
}

it('is not sent again, nor paid for twice, where counters of its life say that it had done nothing', async () => {
  const world = await newWorld(undefined);
  expect(await drive(world)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
  expect((await standing(world)).parts[0]).toMatchObject({ state: 'ended', jobStatus: 'Failed' });
  await world.clock.advance(60 * MINUTE);
  await resumeRun(world, RUN);
  expect(await drive(world)).toMatchObject({ state: 'ended' });
  expect((await standing(world)).counts).toMatchObject({ succeeded: 10 });
  expect(world.service.jobs).toHaveLength(1);
});

it('lets its run go on when its answers are collected: it has come through after all', async () => {
  const world = await newWorld({ total: 10, processed: 10, succeeded: 10, failed: 0 }, [10, 10]);
  expect(await drive(world)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
  await world.clock.advance(60 * MINUTE);
  await sweepLane(world, MEMORY_LANE);
  expect((await standing(world)).run.blocked).toBeUndefined();
  expect(await drive(world)).toMatchObject({ state: 'ended' });
  expect((await standing(world)).counts).toMatchObject({ succeeded: 20 });
  expect(world.service.jobs).toHaveLength(2);
});
