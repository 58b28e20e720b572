import { MEMORY_LANE, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../errors/index.ts';
import type { LaneBody } from '../lane/index.ts';
import { intentPhase, writeIntent } from './intent.ts';
import { partItem } from './items.ts';
import { loadLane, loadPart, loadRun } from './load.ts';
import { resumeRun } from './resume.ts';
import { stopRun } from './stop.ts';
import { pursueIntent, submitPart } from './submit.ts';

const RUN = 'r-0000000001';
const PART = { run: RUN, attempt: 1, part: 0 };
const SECOND = { run: RUN, attempt: 1, part: 1 };
const MINUTE = 60_000;
/** Behind this, nothing that was sent can make a job: twice 1 minute of trust, 5 of a signature, 2 of List. */
const SETTLED = 9 * MINUTE;

let ports: MemoryPorts;

beforeEach(async () => {
  ports = memoryPorts({ script: () => ({ durationMs: 24 * 60 * MINUTE }) });
  await putMemoryRun(ports, { parts: [2, 2], slots: 2 });
});

const part = async (ref = PART) => (await loadPart(ports.ledger, ref)).body;
const lane = async (): Promise<LaneBody> => (await loadLane(ports.ledger, MEMORY_LANE)).body;
const run = async () => (await loadRun(ports.ledger, RUN)).body;
const refuse = (...refusals: MemoryPorts['service']['refusals']) => ports.service.refusals.push(...refusals);
const pursue = (ref = PART) => pursueIntent(ports, ref, { mayCreate: true });

describe('a submission', () => {
  it('takes a slot, writes the intent and records the job', async () => {
    expect(await submitPart(ports, PART)).toBe('submitted');
    const [job] = ports.service.jobs;
    expect(await part()).toMatchObject({ state: 'submitted', jobArn: job?.jobArn, since: ports.clock.now() });
    expect((await lane()).holders).toEqual([{ jobName: job?.spec.jobName, ...PART }]);
    expect(job?.spec).toMatchObject({
      inputUri: `${ports.objects.uri}/runs/${RUN}/input/00000-1/`,
      outputUri: `${ports.objects.uri}/runs/${RUN}/output/00000-1/`,
      invocationType: 'InvokeModel',
    });
  });

  it('writes intent, slot, name, run and event in one commit', async () => {
    const before = ports.ledger.items().length;
    await writeIntent(ports, PART);
    expect(ports.ledger.items()).toHaveLength(before + 2);
    expect(await part()).toMatchObject({ state: 'submitting' });
    expect((await lane()).holders).toHaveLength(1);
    expect((await run()).seq).toBe(1);
  });

  it('takes nothing when the lane is full or cools down', async () => {
    await putMemoryRun(ports, { run: 'r-0000000002', parts: [1], slots: 2 });
    await submitPart(ports, PART);
    await submitPart(ports, SECOND);
    const third = { run: 'r-0000000002', attempt: 1, part: 0 };
    expect(await submitPart(ports, third)).toBe('no-slot');
    expect(await part(third)).toMatchObject({ state: 'ready' });
    expect(ports.service.jobs).toHaveLength(2);
  });

  it('is made by one of several processes that try at once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => submitPart(ports, PART)));
    expect(results.filter((result) => result === 'submitted')).toHaveLength(1);
    expect(results.filter((result) => result === 'taken')).toHaveLength(5);
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('is not made for a part of a generation that the run does not count yet', async () => {
    const early = { ...(await part()), attempt: 2, jobName: 'batchrock-early' };
    const beyond = { ...(await part()), part: 7, jobName: 'batchrock-beyond' };
    await ports.ledger.commit([early, beyond].map((body) => ({ put: partItem(body), expect: 'absent' })));
    expect(await submitPart(ports, early)).toBe('not-running');
    expect(await submitPart(ports, beyond)).toBe('not-running');
    expect(ports.service.jobs).toHaveLength(0);
  });

  it('is not made for a run that is stopped or blocked', async () => {
    refuse({ reason: 'invalid' });
    await submitPart(ports, PART);
    expect(await submitPart(ports, SECOND)).toBe('not-running');
    await resumeRun(ports, RUN);
    await stopRun(ports, RUN, 'drain');
    expect(await submitPart(ports, SECOND)).toBe('not-running');
    expect(ports.service.jobs).toHaveLength(0);
  });

  it('sends the Create within the trust window of its intent', async () => {
    let notAfter = 0;
    const { service } = ports;
    const create = service.create.bind(service);
    service.create = (spec, o) => {
      notAfter = o.notAfter;
      return create(spec, o);
    };
    await submitPart(ports, PART);
    expect(notAfter).toBe(((await part()).since ?? 0) + service.facts.tokenTrustMs);
  });
});

describe('a refused submission', () => {
  it('keeps slot, token and intent whatever the reason, since a refusal proves nothing about another call', async () => {
    for (const reason of ['quota', 'throttled', 'unavailable', 'conflict', 'invalid', 'denied'] as const) {
      ports = memoryPorts();
      await putMemoryRun(ports, { parts: [2] });
      refuse({ reason });
      await submitPart(ports, PART);
      expect(await part(), reason).toMatchObject({ state: 'submitting' });
      expect((await lane()).holders, reason).toHaveLength(1);
    }
  });

  it('rests the lane when the quota is reached, and lowers its limit to what is held', async () => {
    refuse({ reason: 'quota' });
    expect(await submitPart(ports, PART, { cooldownMs: 5_000 })).toBe('quota');
    expect(await lane()).toMatchObject({ limit: 1, quota: 2, cooldownUntil: ports.clock.now() + 5_000 });
    expect(await submitPart(ports, SECOND)).toBe('no-slot');
    expect(await pursue()).toBe('waiting');
    ports.clock.jump(5_000);
    expect(await pursue()).toBe('submitted');
  });

  it('adopts the job that has the name already', async () => {
    await submitPart(ports, PART);
    const [job] = ports.service.jobs;
    const other = memoryPorts();
    await putMemoryRun(other, { parts: [2] });
    other.service.jobs.push(...ports.service.jobs);
    other.service.refusals.push({ reason: 'conflict' });
    expect(await submitPart(other, PART)).toBe('submitted');
    expect((await loadPart(other.ledger, PART)).body.jobArn).toBe(job?.jobArn);
  });

  it('blocks the run when the service refuses the job itself, with its reason; resume clears it', async () => {
    refuse({ reason: 'denied' });
    expect(await submitPart(ports, PART)).toBe('blocked');
    expect((await run()).blocked).toMatchObject({ code: 'BR-E0501', message: 'scripted: denied' });
    await resumeRun(ports, RUN);
    expect((await run()).blocked).toBeUndefined();
  });

  it('does not block the run when the refusal came too late, or may be about a call that was repeated', async () => {
    refuse({ reason: 'denied', effect: 'unknown' });
    expect(await submitPart(ports, PART)).toBe('kept');
    const create = ports.service.create.bind(ports.service);
    ports.service.create = (spec, o) => {
      ports.clock.jump(6 * MINUTE); // frozen on the way; the signature has expired
      refuse({ reason: 'denied' });
      return create(spec, o);
    };
    expect(await submitPart(ports, SECOND)).toBe('kept');
    expect((await run()).blocked).toBeUndefined();
  });
});

describe('an intent that was left behind', () => {
  it('goes through its phases: trusted, waiting, settled; one from the future is never settled', () => {
    const { facts } = ports.service;
    const phase = (age: number) => intentPhase(facts, 1e12, 1e12 + age);
    expect([-1e9, -1, 0, MINUTE, MINUTE + 1, SETTLED - 1, SETTLED].map(phase)).toEqual([
      'waiting',
      'waiting',
      'trusted',
      'trusted',
      'waiting',
      'waiting',
      'settled',
    ]);
  });

  it('is adopted when its job is found by name, however old it is', async () => {
    for (const age of [1_000, 2 * MINUTE, SETTLED + 1, 24 * 60 * MINUTE]) {
      ports = memoryPorts({ tokenMs: MINUTE, script: () => ({ durationMs: 99 * 60 * MINUTE }) });
      await putMemoryRun(ports, { parts: [2] });
      await loseAnswer();
      ports.clock.jump(age);
      expect(await pursue()).toBe('adopted');
      expect(await part()).toMatchObject({ state: 'submitted', jobArn: ports.service.jobs[0]?.jobArn });
      expect(ports.service.jobs).toHaveLength(1);
    }
  });

  it('is sent again at once within the trust window, and the service knows its token', async () => {
    ports = memoryPorts({ listLagMs: 2 * MINUTE, tokenMs: 5 * MINUTE });
    await putMemoryRun(ports, { parts: [2] });
    await loseAnswer();
    ports.clock.jump(30_000);
    expect(await pursue()).toBe('submitted');
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('waits behind the trust window until List must show its job, even if the token is forgotten', async () => {
    ports = memoryPorts({ listLagMs: 2 * MINUTE, tokenMs: 1, script: () => ({ durationMs: 99 * 60 * MINUTE }) });
    await putMemoryRun(ports, { parts: [2] });
    await loseAnswer();
    ports.clock.jump(MINUTE + 1);
    expect(await pursue()).toBe('waiting');
    ports.clock.jump(MINUTE);
    expect(await pursue()).toBe('adopted');
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('is renewed and sent again when it is settled and there is no job', async () => {
    await writeIntent(ports, PART);
    ports.clock.jump(SETTLED - 1);
    expect(await pursue()).toBe('waiting');
    ports.clock.jump(1);
    expect(await pursue()).toBe('submitted');
    expect(await part()).toMatchObject({ state: 'submitted', since: ports.clock.now() });
    expect(ports.service.jobs).toHaveLength(1);
  });

  it('is not sent again after a stop; once it is settled its slot is free and the part can be sent another time', async () => {
    await writeIntent(ports, PART);
    await stopRun(ports, RUN, 'drain');
    expect(await pursue()).toBe('waiting');
    ports.clock.jump(SETTLED);
    expect(await pursue()).toBe('withdrawn');
    expect(await part()).toMatchObject({ state: 'ready' });
    expect(await part()).not.toHaveProperty('since');
    expect((await lane()).holders).toEqual([]);
    expect(ports.service.jobs).toHaveLength(0);
    await stopRun(ports, RUN, 'drain');
    await resumeRun(ports, RUN);
    expect(await submitPart(ports, PART)).toBe('submitted');
  });

  it('is not created by its own writer when that one wakes up after the trust window', async () => {
    const { ledger } = ports;
    const commit = ledger.commit.bind(ledger);
    ledger.commit = async (writes, o) => {
      const result = await commit(writes, o);
      ports.clock.jump(40 * MINUTE); // the lid was closed between the intent and the Create
      return result;
    };
    expect(await submitPart(ports, PART)).toBe('kept');
    ledger.commit = commit;
    expect(ports.service.jobs).toHaveLength(0);
    expect(await pursue()).toBe('submitted');
  });

  /** A Create that took effect and whose answer never came. */
  async function loseAnswer(): Promise<void> {
    const create = ports.service.create.bind(ports.service);
    ports.service.create = async (spec, o) => {
      await create(spec, o);
      throw new ServiceError('BR-E0503', 'no answer', { reason: 'unavailable', effect: 'unknown' });
    };
    expect(await submitPart(ports, PART)).toBe('kept');
    ports.service.create = create;
  }
});
