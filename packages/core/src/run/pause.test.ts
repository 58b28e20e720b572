import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeIntent } from './intent.ts';
import { loadLane, loadParts, loadRun } from './load.ts';
import { readOrders } from './orders.ts';
import { pauseRun, unpauseRun } from './pause.ts';
import { resumeRun } from './resume.ts';
import { stopRun } from './stop.ts';
import { sweepLane } from './sweep.ts';

const RUN = 'r-0000000001';
const MINUTE = 60_000;

let ports: MemoryPorts;

beforeEach(async () => {
  let jobs = 0;
  // each record of the first job fails once for a passing reason
  ports = memoryPorts({
    script: () => {
      const isFirst = jobs++ === 0;
      return { durationMs: 30 * MINUTE, record: () => (isFirst ? { errorCode: 503 } : 'succeeded') };
    },
  });
  await putMemoryRun(ports, { parts: [2, 2, 2], slots: 1 });
});

const body = async () => (await loadRun(ports.ledger, RUN)).body;
const sweep = () => sweepLane(ports, MEMORY_LANE, { steps: plainSteps });

async function sweepFor(minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 10) {
    await sweep();
    ports.clock.jump(10 * MINUTE);
  }
}

describe('a paused run', () => {
  it('sends nothing more, has its jobs collected, and goes on where it was', async () => {
    await sweep();
    expect(await pauseRun(ports, RUN)).toMatchObject({ state: 'running', paused: { at: ports.clock.now() } });
    await sweepFor(90);
    expect(ports.service.jobs).toHaveLength(1);
    const states = (await loadParts(ports.ledger, await body())).map(({ state }) => state);
    expect(states).toEqual(['collected', 'ready', 'ready']);
    expect((await loadLane(ports.ledger, MEMORY_LANE)).body.holders).toEqual([]);
    expect(await unpauseRun(ports, RUN)).not.toHaveProperty('paused');
    await sweepFor(150);
    expect(await body()).toMatchObject({ state: 'ended', attempt: 2 });
    expect(ports.service.jobs).toHaveLength(4);
  });

  it('loses no generation: the next is made and waits', async () => {
    await sweepFor(80);
    expect(ports.service.jobs).toHaveLength(3);
    await pauseRun(ports, RUN);
    await sweepFor(60);
    expect(await body()).toMatchObject({ state: 'running', attempt: 2, parts: [3, 1] });
    expect(ports.service.jobs).toHaveLength(3);
    await resumeRun(ports, RUN);
    await sweepFor(60);
    expect(await body()).toMatchObject({ state: 'ended' });
    expect(await body()).not.toHaveProperty('paused');
  });

  it('ends where nothing of it is left to send', async () => {
    await sweepFor(110);
    expect(ports.service.jobs).toHaveLength(4);
    await pauseRun(ports, RUN);
    await sweepFor(60);
    expect(await body()).toMatchObject({ state: 'ended' });
    expect(await body()).not.toHaveProperty('paused');
  });

  it('can be stopped, and resumed then', async () => {
    await sweep();
    await pauseRun(ports, RUN);
    await stopRun(ports, RUN, 'drain', { steps: plainSteps });
    expect(await pauseRun(ports, RUN)).toMatchObject({ state: 'stopping' });
    await sweepFor(60);
    expect(await body()).toMatchObject({ state: 'stopped' });
    expect(await body()).not.toHaveProperty('paused');
    await resumeRun(ports, RUN);
    await sweepFor(200);
    expect(await body()).toMatchObject({ state: 'ended' });
  });

  it('does not send an intent again that was left behind, and gives its slot back', async () => {
    await writeIntent(ports, { run: RUN, attempt: 1, part: 0 });
    await pauseRun(ports, RUN);
    await sweepFor(30);
    expect(ports.service.jobs).toEqual([]);
    expect((await loadLane(ports.ledger, MEMORY_LANE)).body.holders).toEqual([]);
  });

  it('is paused once, and says so in its bucket', async () => {
    const { seq } = await pauseRun(ports, RUN);
    ports.clock.jump(MINUTE);
    expect((await pauseRun(ports, RUN)).seq).toBe(seq);
    expect(await readOrders(ports, RUN)).toMatchObject({ paused: { at: ports.clock.now() - MINUTE } });
    const resumed = await unpauseRun(ports, RUN);
    expect((await unpauseRun(ports, RUN)).seq).toBe(resumed.seq);
    expect(await readOrders(ports, RUN)).not.toHaveProperty('paused');
  });

  it('is none that has ended', async () => {
    await sweepFor(200);
    await expect(pauseRun(ports, RUN)).rejects.toMatchObject({ code: 'BR-E0207' });
    expect(await unpauseRun(ports, RUN)).toMatchObject({ state: 'ended' });
  });
});
