import { loadLane, loadRun, pauseRun, stopRun } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { findHome } from '../home/index.ts';
import { HAIKU, INPUT, Orchestrator } from '../testing/orchestrator.ts';
import { follow, parseFollowPayload } from './follow.ts';

const LANE = `123456789012/us-east-1/${HAIKU}`;

describe('following a run', () => {
  it('opens its lane with the slots of the stack, or with fewer that were asked for', async () => {
    const world = new Orchestrator();
    await world.follow((await world.prepare()).run);
    expect((await loadLane(world.ports.ledger, LANE)).body.limit).toBe(100);
    world.settings = { ...world.settings, maxJobs: 7 };
    await world.follow((await world.prepare({ ...INPUT, prompt: 'b {text}', job_name_prefix: 'b' })).run);
    expect((await loadLane(world.ports.ledger, LANE)).body.limit).toBe(7);
    await world.follow((await world.prepare({ ...INPUT, prompt: 'c {text}', job_name_prefix: 'c', slots: 3 })).run);
    expect((await loadLane(world.ports.ledger, LANE)).body.limit).toBe(3);
  });

  it('gives a lane the slots that the stack has now, and leaves it alone for a run that has ended', async () => {
    const world = new Orchestrator();
    world.settings = { ...world.settings, maxJobs: 2 };
    const { run } = await world.prepare();
    world.settings = { ...world.settings, maxJobs: 20 };
    await world.follow(run);
    expect((await loadLane(world.ports.ledger, LANE)).body.limit).toBe(20);
    await world.untilTold();
    world.settings = { ...world.settings, maxJobs: 5 };
    await world.follow(run, 'again');
    expect((await loadLane(world.ports.ledger, LANE)).body.limit).toBe(20);
  });

  it('sends each part once, however often it is called, and tells every task', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.follow(run, 'first');
    await Promise.all([world.follow(run, 'first'), world.follow(run, 'second')]);
    expect(world.ports.service.jobs).toHaveLength(2);
    await world.untilTold('first');
    expect(world.tasks.get('second')).toMatchObject({ kind: 'success' });
    expect(await findHome(world.ports, run)).toMatchObject({ waiting: [], isOpen: false });
  });

  it('whose rows were all rejected tells at once that it has ended', async () => {
    const world = new Orchestrator();
    world.datasets.set('s3://data/rows.csv', 'id,text\n1,a,b\n2,c,d\n');
    const { run, rows, rejected } = await world.prepare();
    expect([rows, rejected]).toEqual([2, 2]);
    await world.follow(run);
    expect(world.tasks.get('token')).toEqual({ kind: 'success', output: JSON.stringify({ run }) });
    expect(await world.export(run)).toMatchObject({ status: 'PartiallyCompleted', counts: { rows: 2, rejected: 2 } });
  });

  it('that is refused tells why, keeps the run, and a redrive goes on with it', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    world.ports.service.refusals.push({ reason: 'denied' });
    await world.follow(run);
    expect(world.tasks.get('token')).toEqual({
      kind: 'failure',
      error: 'BR-E0501',
      cause: expect.stringMatching(new RegExp(`^run ${run} cannot go on: .*access to the model; then redrive the execution`)),
    });
    expect((await loadRun(world.ports.ledger, run)).body).toMatchObject({ state: 'running', blocked: { code: 'BR-E0501' } });
    await world.ports.clock.advance(15 * 60_000);
    await world.sweep();
    await world.follow(run, 'redriven');
    await world.ports.clock.advance(15 * 60_000);
    await world.sweep();
    expect(await world.untilTold('redriven')).toMatchObject({ kind: 'success' });
  });

  it('whose jobs are all denied access ends as one that is refused, and a redrive answers every row', async () => {
    let isPermitted = false;
    const world = new Orchestrator({ script: () => (isPermitted ? {} : { end: 'Failed', message: 'Access Denied' }) });
    const { run } = await world.prepare({ ...INPUT, slots: 1, max_attempts: 1 });
    await world.follow(run);
    expect(await world.untilTold()).toEqual({
      kind: 'failure',
      error: 'BR-E0513',
      cause: expect.stringMatching(
        new RegExp(`^run ${run} cannot go on: .*: Access Denied; give the role of the jobs .*; then redrive the execution`),
      ),
    });
    expect(world.ports.service.jobs).toHaveLength(1);
    for (let times = 0; times < 3; times++) {
      await world.ports.clock.advance(15 * 60_000);
      await world.sweep();
    }
    expect(world.ports.service.jobs).toHaveLength(1);
    isPermitted = true;
    await world.follow(run, 'redriven');
    expect(await world.untilTold('redriven')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ counts: { rows: 250, succeeded: 250, failed: 0 } });
  });

  it('that is refused while jobs are in flight waits for what they bring', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    const { service } = world.ports;
    const create = service.create.bind(service);
    let creates = 0;
    service.create = (spec, o) => {
      if (creates++ === 1) service.refusals.push({ reason: 'invalid' });
      return create(spec, o);
    };
    await world.follow(run);
    expect(service.jobs).toHaveLength(1);
    expect(world.tasks.get('token')).toBe('waiting');
    expect(await world.untilTold()).toMatchObject({ kind: 'failure', error: 'BR-E0504' });
    expect(world.messages).toEqual([]);
  });

  it('wakes a run that was stopped, and says so to whoever waits when it is stopped', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.follow(run);
    await stopRun(world.ports, run, 'stop');
    expect(await world.untilTold()).toMatchObject({ kind: 'failure', error: 'Stopped', cause: expect.stringContaining(run) });
    await world.follow(run, 'again');
    expect(await world.untilTold('again')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts: { succeeded: 250 } });
  });

  it('wakes a run that was paused, and tells both tasks when it has ended', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await pauseRun(world.ports, run);
    await world.follow(run, 'first');
    expect((await loadRun(world.ports.ledger, run)).body.paused).toBeUndefined();
    await pauseRun(world.ports, run);
    await world.follow(run, 'again');
    expect(await world.untilTold('again')).toMatchObject({ kind: 'success' });
    expect(await world.untilTold('first')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts: { succeeded: 250 } });
  });

  it('of a run that is not prepared, or that nobody asked for, is refused', async () => {
    const world = new Orchestrator();
    await expect(world.follow('r-0000000000')).rejects.toMatchObject({ code: 'BR-E0201' });
    world.ports.objects.hook = ({ call, about }) => {
      if (call === 'create' && about.includes('/input/')) throw new Error('no answer');
    };
    await expect(world.prepare()).rejects.toThrow('no answer');
    const run = world.ports.objects.keys('runs/')[0]?.split('/')[1] ?? '';
    await expect(world.follow(run)).rejects.toMatchObject({ code: 'BR-E0207' });
    for (const payload of [undefined, { run: 'r' }, { run: 'r', token: '' }]) {
      expect(() => parseFollowPayload(payload)).toThrow('the payload is none of the state machine');
    }
  });

  it('logs no token', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.follow(run, 'secret-token');
    await world.sweep();
    await world.untilTold('secret-token');
    await follow(world.engine, { run, token: 'secret-token' });
    expect(world.lines.join('\n')).toContain('waiting task: told');
    expect(world.lines.join('\n')).not.toContain('secret-token');
  });
});
