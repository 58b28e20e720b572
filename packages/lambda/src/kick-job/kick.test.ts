import { loadPart } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { csvRows, eventOf, INPUT, Orchestrator, sqsEvent } from '../testing/orchestrator.ts';
import { jobOfMessage } from './job-event.ts';
import { kick } from './kick.ts';

const NOTHING = { batchItemFailures: [] };

/** A followed run of two parts with one slot. */
async function oneSlot(): Promise<{ readonly world: Orchestrator; readonly run: string }> {
  const world = new Orchestrator();
  world.settings = { ...world.settings, maxJobs: 1 };
  const { run } = await world.prepare();
  await world.follow(run);
  return { world, run };
}

describe('an event of a job', () => {
  it('of one that has ended fills its slot at once, and leaves its output to the queue', async () => {
    const { world, run } = await oneSlot();
    expect(world.ports.service.jobs).toHaveLength(1);
    await world.ports.clock.advance(61_000);
    expect(await world.kickEnded()).toEqual(NOTHING);
    expect(world.ports.service.jobs).toHaveLength(2);
    expect(world.messages).toEqual([{ run, attempt: 1, part: 0 }]);
  });

  it('that comes twice, in one batch or later, creates nothing twice', async () => {
    const { world } = await oneSlot();
    await world.ports.clock.advance(61_000);
    expect(await world.kickEnded(3)).toEqual(NOTHING);
    expect(await world.kickEnded(2)).toEqual(NOTHING);
    expect(world.ports.service.jobs).toHaveLength(2);
    await world.collectAll();
    const messages = world.messages.length;
    await world.kickEnded();
    expect(world.messages.length).toBe(messages);
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
  });

  it('of a job that lives, that is not ours, or of nothing at all changes nothing', async () => {
    const { world } = await oneSlot();
    const [job] = world.ports.service.jobs;
    const foreign = eventOf('arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/aaaaaaaaaaaa', 'somebody-elses-job');
    const before = JSON.stringify(world.ports.ledger.items());
    const bodies = [foreign, eventOf(job!.jobArn, 'not-its-name'), 'no JSON', '{}', '"x"', 'null'];
    expect(await kick(world.engine, sqsEvent(bodies))).toEqual(NOTHING);
    expect(await kick(world.engine, {})).toEqual(NOTHING);
    expect(JSON.stringify(world.ports.ledger.items())).toBe(before);
    expect(await kick(world.engine, sqsEvent([eventOf(job!.jobArn, job!.spec.jobName)]))).toEqual(NOTHING);
    expect(world.messages).toEqual([]);
  });

  it('that fails comes again, and the others of its batch do not', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.follow(run);
    await world.ports.clock.advance(61_000);
    const [first, second] = world.ports.service.jobs;
    const { service } = world.ports;
    const get = service.get.bind(service);
    service.get = (jobArn) => (jobArn === first?.jobArn ? Promise.reject(new Error('no answer')) : get(jobArn));
    expect(await world.kickEnded()).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(world.messages).toHaveLength(1);
    expect((await loadPart(world.ports.ledger, { run, attempt: 1, part: 1 })).body).toMatchObject({
      jobArn: second?.jobArn,
      state: 'ended',
    });
    service.get = get;
    await world.kickEnded();
    await world.collectAll();
    expect(world.tasks.get('token')).toMatchObject({ kind: 'success' });
  });

  it('whose function is killed behind any of its steps is made up for by the same event', async () => {
    const steps = await callsOfAKick();
    expect(steps).toBeGreaterThan(5);
    for (let killedAt = 0; killedAt < steps; killedAt += 2) {
      const { world } = await oneSlot();
      await world.ports.clock.advance(61_000);
      killAfter(world, killedAt);
      const answer = await world.kickEnded();
      restore(world);
      if (answer.batchItemFailures.length > 0) await world.kickEnded();
      // an intent without a job is nobody's but the sweep's: it may have one that was not heard of
      await world.ports.clock.advance(15 * 60_000);
      await world.sweep();
      expect(world.ports.service.jobs, `killed at ${killedAt}`).toHaveLength(2);
      expect(await world.untilTold(), `killed at ${killedAt}`).toMatchObject({ kind: 'success' });
      expect(world.ports.service.jobs, `killed at ${killedAt}`).toHaveLength(2);
    }
  });

  it('whose message could not be sent has it sent when it comes again', async () => {
    const { world, run } = await oneSlot();
    await world.ports.clock.advance(61_000);
    const [job] = world.ports.service.jobs;
    const event = sqsEvent([eventOf(job!.jobArn, job!.spec.jobName)]);
    const queue = { ...world.engine.queue, send: () => Promise.reject(new Error('no answer')) };
    expect(await kick({ ...world.engine, queue }, event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await kick(world.engine, event)).toEqual(NOTHING);
    expect(world.messages).toEqual([{ run, attempt: 1, part: 0 }]);
    expect(world.ports.service.jobs).toHaveLength(2);
  });

  it('comes again where the free slot could not be filled', async () => {
    const { world } = await oneSlot();
    await world.ports.clock.advance(61_000);
    world.ports.ledger.hook = ({ call, about }) => {
      if (call === 'page' && about.includes('#ready')) throw new Error('no answer');
    };
    expect(await world.kickEnded()).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    world.ports.ledger.hook = undefined;
    expect(await world.kickEnded()).toEqual(NOTHING);
    expect(world.ports.service.jobs).toHaveLength(2);
  });

  it('tells a run that waited for the slot, and is refused, at once', async () => {
    const { world } = await oneSlot();
    const { run } = await world.prepare({ ...INPUT, prompt: 'b {text}', job_name_prefix: 'b', slots: 1 });
    await world.follow(run, 'second');
    const { service } = world.ports;
    const create = service.create.bind(service);
    service.create = (spec, o) => {
      if (spec.inputUri.includes(run)) service.refusals.push({ reason: 'denied' });
      return create(spec, o);
    };
    for (let jobs = 0; jobs < 2; jobs++) {
      await world.ports.clock.advance(61_000);
      await world.kickEnded();
    }
    expect(world.tasks.get('second')).toMatchObject({ kind: 'failure', error: 'BR-E0501' });
    expect(world.tasks.get('token')).toBe('waiting');
  });

  it('does not tell what it is about by anything but name and ARN', () => {
    expect(jobOfMessage(eventOf('arn', 'name'))).toEqual({ jobName: 'name', jobArn: 'arn' });
    expect(jobOfMessage(JSON.stringify({ source: 'aws.bedrock', detail: { batchJobName: 'name' } }))).toEqual({
      jobName: 'name',
    });
    expect(jobOfMessage(JSON.stringify({ source: 'elsewhere', detail: { batchJobName: 'name' } }))).toBeUndefined();
    expect(jobOfMessage(JSON.stringify({ source: 'aws.bedrock', detail: { batchJobName: 7 } }))).toBeUndefined();
  });
});

/** Calls of the ledger in a kick whose job has ended. */
async function callsOfAKick(): Promise<number> {
  const { world } = await oneSlot();
  await world.ports.clock.advance(61_000);
  let calls = 0;
  world.ports.ledger.hook = ({ moment }) => {
    if (moment === 'after') calls++;
  };
  await world.kickEnded();
  return calls;
}

/** From this call of the ledger on nothing has an effect any more. */
function killAfter({ ports }: Orchestrator, calls: number): void {
  let left = calls;
  ports.ledger.hook = ({ moment }) => {
    if (moment === 'before' && left-- <= 0) throw new Error('killed');
  };
}

function restore({ ports }: Orchestrator): void {
  ports.ledger.hook = undefined;
}

it('two runs share the slots that come free', async () => {
  const world = new Orchestrator();
  world.datasets.set('s3://data/rows.csv', csvRows(600));
  world.settings = { ...world.settings, maxJobs: 2 };
  const first = await world.prepare();
  await world.follow(first.run);
  const second = await world.prepare({ ...INPUT, prompt: 'b {text}', job_name_prefix: 'b' });
  await world.follow(second.run, 'second');
  const runsOfJobs = () => world.ports.service.jobs.map(({ spec }) => spec.inputUri.split('/')[5]);
  expect(runsOfJobs()).toEqual([first.run, first.run]);
  await world.ports.clock.advance(61_000);
  await world.kickEnded();
  expect(runsOfJobs().slice(2)).toContain(second.run);
  expect(await world.untilTold('second')).toMatchObject({ kind: 'success' });
  expect(world.tasks.get('token')).toMatchObject({ kind: 'success' });
});
