import { memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors/index.ts';
import { driveRun } from './drive.ts';

const RUN = 'r-0000000001';
const POLL_MS = 60_000;

/** A run that is past its deadline from its begin, whose model says this. */
async function driveWith(error: ServiceError) {
  let asked = 0;
  const ask = () => {
    asked++;
    return Promise.reject(error);
  };
  const ports = { ...memoryPorts(), runtime: { ask } };
  await putMemoryRun(ports, { parts: [4], tail: { deadlineMs: 0, concurrency: 1 } });
  const begunAt = ports.clock.now();
  const thrown = await driveRun(ports, RUN, { pollMs: POLL_MS, patienceMs: 4 * POLL_MS }).catch((caught: unknown) => caught);
  return { thrown, tookMs: ports.clock.now() - begunAt, asked };
}

describe('a failure on demand', () => {
  it('that will not pass ends the drive at once, and not at its next look', async () => {
    const denied = new ServiceError('BR-E0501', 'nobody may', { reason: 'denied', effect: 'none' });
    const { thrown, tookMs } = await driveWith(denied);
    expect(thrown).toBe(denied);
    expect(tookMs).toBe(0);
  });

  it('that may pass is tried again at the next looks, and no more often', async () => {
    const away = new ServiceError('BR-E0503', 'no answer', { reason: 'unavailable', effect: 'none' });
    const { thrown, tookMs, asked } = await driveWith(away);
    expect(thrown).toBe(away);
    expect(tookMs).toBeGreaterThanOrEqual(4 * POLL_MS);
    expect(asked).toBeLessThanOrEqual(2 * 8);
  });
});
