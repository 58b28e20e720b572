import { beginLife, type Fault, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { driveRun } from './drive.ts';
import { realSteps } from './real-steps.ts';
import type { RunSteps } from './steps.ts';

const RUN = 'r-0000000001';
/** Long polls: few looks that find nothing, and the same steps. */
const POLL_MS = 60_000;

/** Every moment with the plain steps, which are quick; every eleventh with those that ship. */
const WAYS: readonly (readonly [string, RunSteps, number])[] = [
  ['every moment', plainSteps, 1],
  ['every eleventh moment, with the steps that ship', realSteps, 11],
];

/** Two parts; one record fails at first and goes out again in a second generation. */
async function newWorld(): Promise<MemoryPorts> {
  const ports = memoryPorts({
    listLagMs: 90_000,
    script: (spec, index) => ({
      durationMs: 40_000 + 7_000 * index,
      outputDelayMs: 20_000,
      record: (id) => (id === 'aa000000100' && !isRetry(spec.inputUri) ? { errorCode: 503 } : 'succeeded'),
    }),
  });
  await putMemoryRun(ports, { parts: [3, 2] });
  return ports;
}

function isRetry(inputUri: string): boolean {
  return inputUri.endsWith('-2/');
}

/** Drives the run to its end through one life after another. The calls of the first life. */
async function driveThrough(ports: MemoryPorts, steps: RunSteps, fault?: Fault) {
  const first = beginLife(ports, fault);
  const drive = (life: typeof first) => driveRun(life.ports, RUN, { steps, pollMs: POLL_MS });
  const isCrash = await Promise.race([drive(first).then(() => false), first.crashed.then(() => true)]);
  if (isCrash) await drive(beginLife(ports));
  return first.calls;
}

function finalBytes(ports: MemoryPorts): string {
  const keys = ports.objects.keys(`runs/${RUN}/`).filter((key) => !key.includes('/output/'));
  return keys.map((key) => `${key}\n${ports.objects.text(key)}`).join('\n');
}

function checkEnd(ports: MemoryPorts, expected: string): void {
  expect(finalBytes(ports)).toBe(expected);
  expect(ports.service.jobs.map((job) => job.spec.jobName)).toHaveLength(3);
  expect(new Set(ports.service.jobs.map((job) => job.spec.jobName)).size).toBe(3);
  const lane = ports.ledger.items().find((item) => item.schema === 'lane/1');
  expect(lane?.body).toMatchObject({ holders: [] });
}

describe.each(WAYS)('a run whose process fails at %s', (_, steps, stride) => {
  it('ends in the same bytes, with no job created twice, when it is killed there', async () => {
    const calm = await newWorld();
    const calls = await driveThrough(calm, steps);
    const expected = finalBytes(calm);
    checkEnd(calm, expected);
    expect(calls.length).toBeGreaterThan(200);
    // just behind the effect of each call; just before it is the moment behind the last one
    for (let at = 1; at < calls.length; at += 2 * stride) {
      const ports = await newWorld();
      await driveThrough(ports, steps, { at, kind: 'crash' });
      expect(() => checkEnd(ports, expected), `killed at ${at}: ${JSON.stringify(calls[at])}`).not.toThrow();
    }
  });

  it('ends in the same bytes, with no job created twice, when a call fails there or its answer is lost', async () => {
    const calm = await newWorld();
    const calls = await driveThrough(calm, steps);
    const expected = finalBytes(calm);
    for (let at = 0; at < calls.length; at += stride) {
      const ports = await newWorld();
      try {
        await driveThrough(ports, steps, { at, kind: 'lost' });
      } catch {
        // a call before the first round, or behind the last one, fails the command; it is given again
        await driveThrough(ports, steps);
      }
      expect(() => checkEnd(ports, expected), `lost at ${at}: ${JSON.stringify(calls[at])}`).not.toThrow();
    }
  });
});
