import { MEMORY_LANE, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors/index.ts';
import { dispatchLane } from './dispatch.ts';
import { driveRun } from './drive.ts';
import { loadRun, putRun } from './load.ts';
import { stopJobs, stopRun } from './stop.ts';

const RUN = 'r-0000000001';
const POLL_MS = 15_000;

describe('a drive that is cancelled', () => {
  it('ends at once, also when the signal comes with the last call of a round', async () => {
    const ports = memoryPorts({ script: () => ({ durationMs: 3_600_000 }) });
    await putMemoryRun(ports, { parts: [1] });
    const cancel = new AbortController();
    let cancelledAt = Number.NaN;
    const { get } = ports.service;
    let looks = 0;
    ports.service.get = (jobArn) => {
      looks += 1;
      if (looks === 4) {
        cancelledAt = ports.clock.now();
        cancel.abort();
      }
      return get.call(ports.service, jobArn);
    };
    const driven = driveRun(ports, RUN, { steps: plainSteps, pollMs: POLL_MS, signal: cancel.signal });
    await expect(driven).rejects.toMatchObject({ kind: 'cancelled' });
    expect(ports.clock.now()).toBe(cancelledAt);
  });
});

describe('a run that is stopped', () => {
  it('asks for the end of every job, also behind one whose end cannot be asked for just now', async () => {
    const ports = memoryPorts({ script: () => ({ durationMs: 3_600_000 }) });
    await putMemoryRun(ports, { parts: [1, 1, 1] });
    await dispatchLane(ports, MEMORY_LANE);
    const { stop } = ports.service;
    const first = ports.service.jobs[0]?.jobArn;
    ports.service.stop = (jobArn) => {
      if (jobArn !== first) return stop.call(ports.service, jobArn);
      return Promise.reject(new ServiceError('BR-E0502', 'too many calls', { reason: 'throttled', effect: 'none' }));
    };
    const stopping = await stopRun(ports, RUN, 'stop');
    expect(stopping.state).toBe('stopping');
    await expect(stopJobs(ports, stopping)).rejects.toMatchObject({ code: 'BR-E0502' });
    expect(ports.service.jobs.map((job) => job.stoppedAt !== undefined)).toEqual([false, true, true]);
    ports.service.stop = stop;
    expect(await driveRun(ports, RUN, { steps: plainSteps })).toMatchObject({ state: 'stopped' });
    expect(ports.service.jobs.every((job) => job.stoppedAt !== undefined)).toBe(true);
  });
});

describe('a drive until nothing more can be done', () => {
  it('leaves its jobs alone, and the next one goes on with what has become of them', async () => {
    const ports = memoryPorts({ script: () => ({ durationMs: 60_000 }) });
    await putMemoryRun(ports, { parts: [1, 1], slots: 1 });
    const advance = () => driveRun(ports, RUN, { steps: plainSteps, pollMs: POLL_MS, untilQuiet: true });
    const begunAt = ports.clock.now();
    expect(await advance()).toMatchObject({ state: 'running' });
    expect(await advance()).toMatchObject({ state: 'running' });
    expect(ports.service.jobs).toHaveLength(1);
    expect(ports.clock.now()).toBe(begunAt);
    await ports.clock.advance(60_000);
    expect(await advance()).toMatchObject({ state: 'running' });
    expect(ports.service.jobs).toHaveLength(2);
    await ports.clock.advance(60_000);
    expect(await advance()).toMatchObject({ state: 'ended' });
  });

  it('throws what keeps it from seeing how its jobs stand', async () => {
    const ports = memoryPorts({ script: () => ({ durationMs: 3_600_000 }) });
    await putMemoryRun(ports, { parts: [1] });
    await dispatchLane(ports, MEMORY_LANE);
    const fail = () => {
      throw new ServiceError('BR-E0506', 'nobody answers', { reason: 'unavailable', effect: 'none' });
    };
    ports.service.get = fail;
    ports.service.list = fail;
    await expect(driveRun(ports, RUN, { steps: plainSteps, untilQuiet: true })).rejects.toMatchObject({ code: 'BR-E0506' });
  });
});

describe('a run that was adopted', () => {
  it('looks for its jobs at each round while the service does not answer, and not without a pause', async () => {
    const ports = memoryPorts();
    await putMemoryRun(ports, { parts: [1] });
    const run = await loadRun(ports.ledger, RUN);
    await ports.ledger.commit([putRun(run, { ...run.body, unseenUntil: ports.clock.now() })]);
    let looks = 0;
    ports.service.list = () => {
      looks += 1;
      if (looks > 100) throw new Error('it never rests');
      throw new ServiceError('BR-E0503', 'nobody answers', { reason: 'unavailable', effect: 'none' });
    };
    const driven = driveRun(ports, RUN, { steps: plainSteps, pollMs: POLL_MS, patienceMs: 4 * POLL_MS });
    await expect(driven).rejects.toMatchObject({ code: 'BR-E0503' });
    expect(looks).toBeLessThan(20);
  });
});
