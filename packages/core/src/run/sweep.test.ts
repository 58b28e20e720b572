import { MEMORY_LANE, type MemoryPorts, memoryPorts, plainSteps, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { holdSlot } from '../lane/index.ts';
import { dispatchLane } from './dispatch.ts';
import { writeIntent } from './intent.ts';
import { laneItem } from './items.ts';
import { loadLane, loadPart, loadRun, putPart, putRun } from './load.ts';
import { submitPart } from './submit.ts';
import { sweepLane, sweepSlots } from './sweep.ts';

const RUN = 'r-0000000001';
const OTHER = 'r-0000000002';
const PART = { run: RUN, attempt: 1, part: 0 };
const MINUTE = 60_000;

let ports: MemoryPorts;

beforeEach(async () => {
  ports = memoryPorts({ script: () => ({ durationMs: 30 * MINUTE }) });
  await putMemoryRun(ports, { parts: [2, 2, 2], slots: 3 });
});

const lane = async () => (await loadLane(ports.ledger, MEMORY_LANE)).body;
const stateOf = async (ref = PART) => (await loadPart(ports.ledger, ref)).body.state;
const sweep = (run?: string) => sweepLane(ports, MEMORY_LANE, { steps: plainSteps, ...(run !== undefined && { run }) });

describe('a sweep', () => {
  it('alone brings a run from its parts to its end', async () => {
    for (let i = 0; i < 10; i++) {
      await sweep();
      ports.clock.jump(10 * MINUTE);
    }
    expect((await loadRun(ports.ledger, RUN)).body).toMatchObject({ state: 'ended' });
    expect(ports.service.jobs).toHaveLength(3);
    expect((await lane()).holders).toEqual([]);
  });

  it('does no harm beside others: three at once, again and again', async () => {
    for (let i = 0; i < 10; i++) {
      await Promise.all([sweep(), sweep(), sweep()]);
      ports.clock.jump(10 * MINUTE);
    }
    expect((await loadRun(ports.ledger, RUN)).body).toMatchObject({ state: 'ended' });
    expect(new Set(ports.service.jobs.map((job) => job.spec.jobName)).size).toBe(3);
    expect(ports.service.jobs).toHaveLength(3);
  });

  it('frees a slot whose part needs none, and only that', async () => {
    await submitPart(ports, PART);
    const { body, version } = await loadLane(ports.ledger, MEMORY_LANE);
    // of a part that is not sent, of no part, and of a part whose job has another name
    const leaks = [
      { jobName: 'leaked', ...PART, part: 1 },
      { jobName: 'lost', ...PART, part: 99 },
      { jobName: 'other', ...PART },
    ];
    await ports.ledger.commit([{ put: laneItem(leaks.reduce(holdSlot, body)), expect: version }]);
    const report = await sweepLane(ports, MEMORY_LANE, { run: OTHER });
    expect(report.repaired).toBe(3);
    expect((await lane()).holders.map((holder) => holder.part)).toEqual([0]);
  });

  it('frees the slot of a part whose job is in another lane, and of one that goes on demand', async () => {
    const parts = [PART, { ...PART, part: 1 }];
    for (const ref of parts) await submitPart(ports, ref);
    const [west, onDemand] = await Promise.all(parts.map((ref) => loadPart(ports.ledger, ref)));
    const moved = { ...west!.body, elsewhere: { region: 'us-west-2', lane: MEMORY_LANE.replace('us-east-1', 'us-west-2') } };
    await ports.ledger.commit([putPart(west!, moved), putPart(onDemand!, { ...onDemand!.body, onDemand: true })]);
    expect(await sweepSlots(ports, MEMORY_LANE, { run: OTHER })).toMatchObject({ repaired: 2 });
    expect((await lane()).holders).toEqual([]);
  });

  it('leaves a young intent to the process that wrote it', async () => {
    await writeIntent(ports, PART);
    await sweep();
    expect(await stateOf()).toBe('submitting');
    expect(ports.service.jobs).toHaveLength(2);
    ports.clock.jump(MINUTE + 1);
    await sweep();
    expect(await stateOf()).toBe('submitting');
    ports.clock.jump(8 * MINUTE);
    await sweep();
    expect(await stateOf()).toBe('submitted');
  });

  it('sends nothing for another run than its own, but frees the slots that others left behind', async () => {
    await putMemoryRun(ports, { run: OTHER, parts: [2], slots: 3 });
    await writeIntent(ports, PART);
    ports.clock.jump(9 * MINUTE);
    const report = await sweep(OTHER);
    expect(report.submitted).toBe(1);
    expect(ports.service.jobs.map((job) => job.spec.inputUri.includes(OTHER))).toEqual([true]);
    expect(await stateOf()).toBe('ready');
    expect((await lane()).holders.map((holder) => holder.run)).toEqual([OTHER]);
  });

  it('stops a second job of a part, and leaves jobs alone whose names this ledger never gave', async () => {
    await submitPart(ports, PART);
    const [first] = ports.service.jobs;
    if (first === undefined) throw new Error('no job');
    const arn = (id: string) => `${first.jobArn.slice(0, -12)}${id}`;
    const theirs = { ...first.spec, jobName: 'batchrock-0123456789abcdef0123', clientRequestToken: 'theirs' };
    ports.service.jobs.push({ ...first, jobArn: arn('twintwintwin') }, { ...first, jobArn: arn('theirstheirs'), spec: theirs });
    expect(await sweep()).toMatchObject({ stopped: 1 });
    const stopped = ports.service.jobs.filter((job) => job.stoppedAt !== undefined).map((job) => job.jobArn);
    expect(stopped).toEqual([arn('twintwintwin')]);
  });

  it('goes on behind what fails for the moment, and tells of it', async () => {
    await dispatchLane(ports, MEMORY_LANE);
    ports.clock.jump(31 * MINUTE);
    const get = ports.service.get.bind(ports.service);
    let calls = 0;
    ports.service.get = (jobArn) => (++calls === 1 ? Promise.reject(outage()) : get(jobArn));
    const troubles: unknown[] = [];
    const report = await sweepLane(ports, MEMORY_LANE, { steps: plainSteps, onTrouble: (error) => void troubles.push(error) });
    expect(report.ended).toBe(2);
    expect(troubles).toHaveLength(1);
  });
});

describe('a dispatch', () => {
  it('shares the slots of a lane between its runs', async () => {
    await putMemoryRun(ports, { run: OTHER, parts: [1, 1, 1, 1], slots: 5 });
    expect(await dispatchLane(ports, MEMORY_LANE)).toMatchObject({ submitted: 5, ended: 'no-slot' });
    const runs = (await lane()).holders.map((holder) => holder.run);
    expect(runs.filter((run) => run === OTHER)).toHaveLength(2);
    expect(runs).toEqual([RUN, OTHER, RUN, OTHER, RUN]);
  });

  it('sends the parts of its own run only, and leaves its turn to a run that another process works on', async () => {
    await putMemoryRun(ports, { run: OTHER, parts: [1, 1, 1, 1], slots: 5 });
    for (const id of [RUN, OTHER]) {
      const run = await loadRun(ports.ledger, id);
      await ports.ledger.commit([putRun(run, { ...run.body, activeUntil: ports.clock.now() + MINUTE })]);
    }
    expect(await dispatchLane(ports, MEMORY_LANE, { run: OTHER })).toMatchObject({ submitted: 2, ended: 'other-run' });
    expect((await lane()).holders.map((holder) => holder.run)).toEqual([OTHER, OTHER]);
    ports.clock.jump(2 * MINUTE);
    expect(await dispatchLane(ports, MEMORY_LANE, { run: OTHER })).toMatchObject({ submitted: 2, ended: 'nothing-ready' });
  });

  it('ends its round when the service throttles, so that calls are not wasted', async () => {
    ports.service.refusals.push({ reason: 'throttled' });
    expect(await dispatchLane(ports, MEMORY_LANE)).toMatchObject({ submitted: 0, ended: 'throttled' });
    expect((await lane()).holders).toHaveLength(1);
  });
});

function outage(): Error {
  return Object.assign(new Error('service not reachable'), {
    code: 'BR-E0503',
    kind: 'service',
    reason: 'unavailable',
    effect: 'none',
  });
}
