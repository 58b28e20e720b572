import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driveRun, type RunPorts } from '@batchrock/core';
import { type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteLedger, type SqliteLedger } from './sqlite-ledger.ts';

let folder: string;
let ledgers: SqliteLedger[];
let ports: MemoryPorts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-shared-'));
  ledgers = [1, 2, 3].map(() => openSqliteLedger(join(folder, 'ledger.db')));
  ports = memoryPorts();
});
afterEach(async () => {
  for (const ledger of ledgers) ledger.close();
  await rm(folder, { recursive: true, force: true });
});

it('several drives share a ledger file and a lane: both runs end, no job is created twice, no quota is broken', async () => {
  const through = (ledger: SqliteLedger): RunPorts => ({ ...ports, ledger });
  let most = 0;
  const create = ports.service.create.bind(ports.service);
  ports.service.create = async (spec, o) => {
    const made = await create(spec, o);
    most = Math.max(most, ports.service.liveJobs().length);
    return made;
  };
  const [one, two, three] = ledgers.map(through);
  if (!one || !two || !three) throw new Error('no ledger');
  await putMemoryRun(one, { run: 'r-1', parts: [1, 1, 1, 1, 1], slots: 3 });
  await putMemoryRun(one, { run: 'r-2', parts: [1, 1, 1], slots: 3 });
  const runs = await Promise.all([
    driveRun(one, 'r-1', { steps: plainSteps }),
    driveRun(two, 'r-2', { steps: plainSteps }),
    driveRun(three, 'r-1', { steps: plainSteps }),
  ]);
  expect(runs.map((run) => run.state)).toEqual(['ended', 'ended', 'ended']);
  expect(ports.service.jobs).toHaveLength(8);
  expect(new Set(ports.service.jobs.map((job) => job.spec.jobName)).size).toBe(8);
  expect(most).toBe(3);
});
