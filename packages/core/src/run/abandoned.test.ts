import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, test } from 'vitest';
import { dispatchLane } from './dispatch.ts';
import { driveRun } from './drive.ts';
import { loadLane, loadParts, loadRun, putRun } from './load.ts';
import { eventsSince } from './read.ts';

const LEFT = 'r-0000000001';
const MINE = 'r-0000000002';
const POLL_MS = 15_000;

/** A lane of two slots, both held by jobs of a run whose process is gone, and another run beside it. */
async function twoRuns(activeForMs: number): Promise<MemoryPorts> {
  const ports = memoryPorts({ script: () => ({ durationMs: 60_000 }) });
  await putMemoryRun(ports, { run: LEFT, parts: [2, 2, 2], slots: 2 });
  expect(await dispatchLane(ports, MEMORY_LANE)).toMatchObject({ submitted: 2, ended: 'no-slot' });
  const run = await loadRun(ports.ledger, LEFT);
  await ports.ledger.commit([putRun(run, { ...run.body, activeUntil: ports.clock.now() + activeForMs })]);
  await putMemoryRun(ports, { run: MINE, parts: [2, 2], slots: 2 });
  return ports;
}

async function drive(ports: MemoryPorts) {
  const begin = ports.clock.now();
  const run = await driveRun(ports, MINE, { steps: plainSteps, pollMs: POLL_MS, sweepMs: 24 * 3_600_000 });
  const mine = ports.service.jobs.filter((job) => job.spec.inputUri.includes(MINE));
  return { run, waitedMs: (mine[0]?.createdAt ?? Number.NaN) - begin };
}

describe('a run that nobody works on', () => {
  test('gives back the slots of its jobs as they end, to whoever works in the lane', async () => {
    const ports = await twoRuns(30_000);
    const { run, waitedMs } = await drive(ports);
    expect(run.state).toBe('ended');
    expect(waitedMs).toBeGreaterThanOrEqual(60_000);
    expect(waitedMs).toBeLessThan(60_000 + 2 * POLL_MS);
  });

  test('has its ended jobs counted, and everything else left to the process that comes back for it', async () => {
    const ports = await twoRuns(0);
    await drive(ports);
    const { body: left } = await loadRun(ports.ledger, LEFT);
    expect((await loadParts(ports.ledger, left)).map((part) => part.state)).toEqual(['ended', 'ended', 'ready']);
    const ended = (await eventsSince(ports, LEFT, 0)).filter((event) => event.kind === 'ended');
    expect(ended).toHaveLength(2);
    expect((await loadLane(ports.ledger, MEMORY_LANE)).body.holders).toEqual([]);
    // nothing of it was sent for it, and nothing is lost
    expect(ports.service.jobs.filter((job) => job.spec.inputUri.includes(LEFT))).toHaveLength(2);
    expect(await driveRun(ports, LEFT, { steps: plainSteps })).toMatchObject({ state: 'ended' });
    expect(ports.service.jobs).toHaveLength(5);
  });

  test('is told from one that a process works on: that process looks after its own jobs', async () => {
    const ports = await twoRuns(3_600_000);
    const begin = ports.clock.now();
    const looks: number[] = [];
    const { get } = ports.service;
    ports.service.get = (jobArn) => {
      const job = ports.service.jobs.find((each) => each.jobArn === jobArn);
      if (job?.spec.inputUri.includes(LEFT)) looks.push(ports.clock.now() - begin);
      return get.call(ports.service, jobArn);
    };
    const { waitedMs } = await drive(ports);
    // the sweep with which a drive begins looks at all of the lane; then nobody does until the other has been silent too long
    expect(looks.filter((at) => at > 0 && at < 3_600_000)).toEqual([]);
    expect(waitedMs).toBeLessThan(3_600_000 + 2 * POLL_MS);
  });
});
