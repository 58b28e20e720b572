import { beginLife, type Fault, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { driveRun } from './drive.ts';

const RUN = 'r-0000000001';
/** Long polls: few looks that find nothing, and the same steps. */
const DRIVE = { steps: plainSteps, pollMs: 60_000 };

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
async function driveThrough(ports: MemoryPorts, fault?: Fault) {
  const first = beginLife(ports, fault);
  const isCrash = await Promise.race([driveRun(first.ports, RUN, DRIVE).then(() => false), first.crashed.then(() => true)]);
  if (isCrash) await driveRun(beginLife(ports).ports, RUN, DRIVE);
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

describe('a run whose process fails', () => {
  it('ends in the same bytes, with no job created twice, when it is killed at any moment of any port call', async () => {
    const calm = await newWorld();
    const calls = await driveThrough(calm);
    const expected = finalBytes(calm);
    checkEnd(calm, expected);
    expect(calls.length).toBeGreaterThan(200);
    for (let at = 0; at < calls.length; at++) {
      const ports = await newWorld();
      await driveThrough(ports, { at, kind: 'crash' });
      expect(() => checkEnd(ports, expected), `killed at ${at}: ${JSON.stringify(calls[at])}`).not.toThrow();
    }
  }, 120_000);

  it('ends in the same bytes, with no job created twice, when any one call fails or its answer is lost', async () => {
    const calm = await newWorld();
    const calls = await driveThrough(calm);
    const expected = finalBytes(calm);
    for (let at = 0; at < calls.length; at++) {
      const ports = await newWorld();
      try {
        await driveThrough(ports, { at, kind: 'lost' });
      } catch {
        // calls before the first round and behind the last fail the command; it is given again
        await driveThrough(ports);
      }
      expect(() => checkEnd(ports, expected), `lost at ${at}: ${JSON.stringify(calls[at])}`).not.toThrow();
    }
  }, 120_000);
});
