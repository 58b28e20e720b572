import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { freeSlots, jobsOfOthers } from '../lane/index.ts';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { JobView } from '../ports/index.ts';
import { ensureLane } from './dispatch.ts';
import { driveRun } from './drive.ts';
import { objectKeys } from './keys.ts';
import { loadDocument, loadLane } from './load.ts';
import { countOthers } from './others.ts';
import { writeText } from './summary.ts';
import { sweepLane } from './sweep.ts';

const RUN = 'r-0000000001';
const MINUTE = 60_000;
/** What the documents of such runs say. */
const QUOTA = DEFAULT_LIMITS.maxJobs;

/** A lane in which jobs of somebody else live for ten minutes. */
async function shared(others: number, parts: readonly number[], modelId?: string): Promise<MemoryPorts> {
  const ports = memoryPorts({ maxJobs: QUOTA, script: () => ({ durationMs: 10 * MINUTE }) });
  const { model } = await putMemoryRun(ports, { parts, slots: QUOTA });
  for (let i = 0; i < others; i++) {
    const other = {
      ...{ jobName: `nightly-${i}`, clientRequestToken: `nightly-${i}`, modelId: modelId ?? model.modelId },
      ...{ roleArn: 'arn:aws:iam::123456789012:role/nightly', invocationType: 'InvokeModel' as const, timeoutHours: 24 },
      ...{ inputUri: `${ports.objects.uri}/nightly/in/`, outputUri: `${ports.objects.uri}/nightly/out/` },
    };
    await ports.service.create(other, { notAfter: ports.clock.now() });
  }
  return ports;
}

/** How many Creates the service refused. */
function countRefusals(ports: MemoryPorts): () => number {
  let refused = 0;
  const create = ports.service.create.bind(ports.service);
  ports.service.create = (spec, o) =>
    create(spec, o).catch((error: unknown) => {
      refused++;
      throw error;
    });
  return () => refused;
}

async function listed(ports: MemoryPorts): Promise<readonly JobView[]> {
  const views: JobView[] = [];
  for await (const view of ports.service.list({})) views.push(view);
  return views;
}

const laneOf = async (ports: MemoryPorts) => (await loadLane(ports.ledger, MEMORY_LANE)).body;

describe('the jobs of others in a lane', () => {
  it('leave a run the slots that they do not hold, so that no job of it is refused for the quota', async () => {
    const ports = await shared(QUOTA - 1, [1, 1, 1]);
    const refusals = countRefusals(ports);
    await sweepLane(ports, MEMORY_LANE, { run: RUN, steps: plainSteps });
    expect(ports.service.liveJobs()).toHaveLength(QUOTA);
    expect(jobsOfOthers(await laneOf(ports), ports.clock.now())).toBe(QUOTA - 1);
    expect(await driveRun(ports, RUN, { steps: plainSteps })).toMatchObject({ state: 'ended' });
    expect(refusals()).toBe(0);
  });

  it('are counted again soon where they have all slots, and the slots are taken when they have ended', async () => {
    const ports = await shared(QUOTA, [1, 1]);
    const refusals = countRefusals(ports);
    const began = ports.clock.now();
    await driveRun(ports, RUN, { steps: plainSteps, pollMs: 15_000 });
    const first = ports.service.jobs[QUOTA];
    expect((first?.createdAt ?? 0) - began).toBeLessThan(12 * MINUTE);
    expect(refusals()).toBe(0);
    expect((await laneOf(ports)).others).toBeUndefined();
  });

  it('count by their model, by whichever profile they reach it', async () => {
    const other = await shared(3, [1], 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-opus-20240229-v1:0');
    await sweepLane(other, MEMORY_LANE, { run: RUN, steps: plainSteps });
    expect((await laneOf(other)).others).toBeUndefined();
    const model = MEMORY_LANE.split('/').at(-1);
    const same = await shared(3, [1], `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${model}`);
    await sweepLane(same, MEMORY_LANE, { run: RUN, steps: plainSteps });
    expect((await laneOf(same)).others).toMatchObject({ jobs: 3, quota: QUOTA });
  });

  it('count against the quota of the Region that the lane is in', async () => {
    const ports = await shared(2, [1]);
    const [lane, region] = [MEMORY_LANE.replace('us-east-1', 'us-west-2'), 'us-west-2'];
    const document = { ...(await loadDocument(ports, RUN)), elsewhere: [{ region, lane, storeUri: 's3://west/x', maxJobs: 5 }] };
    await writeText(ports.objects, objectKeys.document(RUN), JSON.stringify(document));
    await ensureLane(ports, lane, 20);
    const west = (await listed(ports)).map((view) => ({ ...view, jobArn: view.jobArn.replace('us-east-1', region) }));
    await countOthers(ports, lane, west, { run: RUN });
    expect((await loadLane(ports.ledger, lane)).body.others).toMatchObject({ jobs: 2, quota: 5 });
    await countOthers(ports, MEMORY_LANE, await listed(ports), { run: RUN });
    expect((await laneOf(ports)).others).toMatchObject({ jobs: 2, quota: QUOTA });
  });

  it('do not take from the few slots that a run was given, while the quota has room for both', async () => {
    const ports = await shared(QUOTA - 2, [1]);
    await countOthers(ports, MEMORY_LANE, await listed(ports), { run: RUN });
    const lane = { ...(await laneOf(ports)), limit: 2 };
    expect(freeSlots(lane, ports.clock.now())).toBe(2);
    expect(freeSlots({ ...lane, limit: 3 }, ports.clock.now())).toBe(2);
  });
});
