import type { BatchService, JobView } from '@batchrock/core';
import { describeBatchService, type JobEnd } from '../conformance/batch-service.ts';
import { Bedrock } from './bedrock.ts';
import { calm, type FaultPlan } from './faults.ts';
import { ObjectState } from './object-state.ts';
import { type Life, SimProcess } from './process.ts';
import { servicePort } from './service-port.ts';
import { World } from './world.ts';

const FACTS = { tokenTrustMs: 60_000, signatureMs: 300_000, listSettleMs: 120_000, outputSettleMs: 120_000 };

/** What makes every job end so. */
const RATE_OF: Readonly<Record<Exclude<JobEnd, 'Completed'>, keyof FaultPlan>> = {
  PartiallyCompleted: 'jobPartialRate',
  Failed: 'jobFailedRate',
  Expired: 'jobExpiredRate',
};

/** Lets virtual time go on as long as a call is under way, and no further: jobs live until the suite lets time pass. */
function createPump(world: World) {
  let calls = 0;
  let isPumping = false;
  const pump = async (): Promise<void> => {
    if (isPumping) return;
    isPumping = true;
    while (calls > 0) await world.scheduler.run(Number.POSITIVE_INFINITY, () => calls === 0 || world.scheduler.isIdle);
    isPumping = false;
  };
  return async <T>(call: () => Promise<T>): Promise<T> => {
    calls++;
    void pump();
    try {
      return await call();
    } finally {
      calls--;
    }
  };
}

function pumped(port: BatchService, during: ReturnType<typeof createPump>): BatchService {
  return {
    facts: port.facts,
    create: (spec, o) => during(() => port.create(spec, o)),
    get: (jobArn, o) => during(() => port.get(jobArn, o)),
    async *list(query, o): AsyncIterable<JobView> {
      yield* await during(() => Array.fromAsync(port.list(query, o)));
    },
    stop: (jobArn, o) => during(() => port.stop(jobArn, o)),
  };
}

describeBatchService('simulation', async ({ maxJobs }) => {
  const fixed = { tokenMemoryMs: Number.POSITIVE_INFINITY, namesUnique: true, listLagMs: 0, getLagMs: 0 };
  const world = new World(1, { adjust: (plan) => ({ ...calm(plan), ...fixed }) });
  const objects = new ObjectState();
  const bedrock = new Bedrock(world, objects, { quota: maxJobs, outputSettleMs: FACTS.outputSettleMs });
  const process = new SimProcess(world, 'suite', () => new Promise(() => {}));
  process.boot();
  const life = process.life as Life;
  return {
    service: pumped(servicePort(life, bedrock, FACTS), createPump(world)),
    uri: `${objects.uri}/`,
    now: () => life.clock.now(),
    async putInput(folder, records) {
      const modelInput = { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] };
      const lines = Array.from({ length: records }, (_, i) => JSON.stringify({ recordId: `record-${i}`, modelInput }));
      objects.put(`${folder}000.jsonl`, Buffer.from(`${lines.join('\n')}\n`));
    },
    jobsEnd(end) {
      if (end !== 'Completed') world.faults = { ...world.faults, [RATE_OF[end]]: 1 };
    },
    async pass(ms) {
      await world.scheduler.run(world.scheduler.now + ms, () => false);
    },
    async close() {},
  };
});
