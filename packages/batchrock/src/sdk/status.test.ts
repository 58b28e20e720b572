import { holdSlot, type LaneBody, laneItem, loadLane, loadRun } from '@batchrock/core';
import { MEMORY_LANE, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import type { RunHome } from '../compose/run-home.ts';
import type { Session } from './session.ts';
import { statusOf } from './status.ts';

const MINUTE = 60_000;

/** The status of a run of 40 parts in 10 slots that has just begun. */
async function statusAt(kind: RunHome['target']['kind'], heldByOthers = 0) {
  const ports = memoryPorts();
  const document = await putMemoryRun(ports, { parts: new Array<number>(40).fill(1), slots: 10 });
  const lane = await loadLane(ports.ledger, MEMORY_LANE);
  let body: LaneBody = lane.body;
  for (let i = 0; i < heldByOthers; i++) body = holdSlot(body, { jobName: `j-${i}`, run: 'r-other', attempt: 1, part: i });
  await ports.ledger.commit([{ put: laneItem(body), expect: lane.version }]);
  const target = { kind, region: 'us-east-1', url: 'http://127.0.0.1:1' };
  const { body: run } = await loadRun(ports.ledger, document.run);
  const session = { ledger: ports.ledger } as unknown as Session;
  return statusOf(session, run, { document, target } as unknown as RunHome, true);
}

test('the time left on AWS is four waves of the assumed service, and more where others hold slots of the lane', async () => {
  const alone = (await statusAt('aws')).timeLeft!;
  expect(alone.p50 / MINUTE).toBeGreaterThan(4 * 10);
  expect(alone.p50 / MINUTE).toBeLessThan(4 * 18);
  expect(alone.p90).toBeGreaterThan(alone.p50);
  expect((await statusAt('aws', 5)).timeLeft!.p50 / alone.p50).toBeGreaterThan(1.6);
});

test.each(['local', 'endpoint'] as const)('nothing is assumed of a service that is not AWS (%s)', async (kind) => {
  expect((await statusAt(kind)).timeLeft).toBeUndefined();
});
