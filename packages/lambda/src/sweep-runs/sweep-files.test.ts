import { describe, expect, it } from 'vitest';
import { changeFile, closeRun } from '../files/index.ts';
import { openDeadline } from '../testing/orchestrator.ts';
import { Queue, records } from '../testing/queue.ts';

const MINUTE = 60_000;
const there = { bucket: 'data', key: 'in/a.jsonl' };

async function enqueued(token?: string): Promise<{ readonly world: Queue; readonly file: string }> {
  const world = new Queue();
  world.inbox.put('data', 'in/a.jsonl', records(120));
  if (token !== undefined) world.tasks.set(token, 'waiting');
  const { file } = await world.change({ do: 'enqueue', ...there, ...(token !== undefined && { token }) });
  return { world, file };
}

describe('a sweep of a queue', () => {
  it('sends the message of a file again that was lost, not too soon and not too often', async () => {
    const { world, file } = await enqueued();
    world.intake.length = 0;
    await world.sweep();
    expect(world.intake).toEqual([]);
    await world.ports.clock.advance(21 * MINUTE);
    await world.sweep();
    await world.sweep();
    expect(world.intake).toEqual([file]);
    world.intake.length = 0;
    await world.ports.clock.advance(30 * MINUTE);
    await world.sweep();
    expect(world.intake).toEqual([]);
    await world.ports.clock.advance(31 * MINUTE);
    await world.sweep();
    expect(world.intake).toEqual([file]);
    await world.pass();
    expect(await world.fileOf(file)).toMatchObject({ status: 'Completed' });
  });

  it('goes on with a file whose message of the next call was lost', async () => {
    const world = new Queue();
    world.inbox.put('memory-bucket', 'to-process/a.jsonl', records(420));
    const deadline = openDeadline();
    let made = 0;
    world.ports.objects.hook = ({ call, about, moment }) => {
      if (call === 'create' && moment === 'after' && /\/input\/.*000\.jsonl$/.test(about) && ++made === 2) deadline.end();
    };
    await world.tellOf('a.jsonl', 1, deadline);
    world.ports.objects.hook = undefined;
    world.intake.length = 0;
    await world.ports.clock.advance(21 * MINUTE);
    await world.sweep();
    expect(world.intake).toHaveLength(1);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { succeeded: 420 } });
  });

  it('brings a file to its end whose function was killed when it was just prepared, and whose message was lost', async () => {
    const world = new Queue();
    world.inbox.put('memory-bucket', 'to-process/a.jsonl', records(120));
    world.ports.ledger.hook = ({ call, about, moment }) => {
      if (call === 'get' && moment === 'before' && about.startsWith('PLACE#')) throw new Error('killed');
    };
    await world.tellOf('a.jsonl');
    world.ports.ledger.hook = undefined;
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Pending' });
    await world.ports.clock.advance(21 * MINUTE);
    await world.sweep();
    expect(world.intake).toHaveLength(1);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', results: 'processed/a/' });
  });

  it('looks after a run whose file is at its end until its jobs are too', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    const { file, run = '' } = await world.file('a.jsonl');
    await changeFile(world.engine, file, (there) => there && { ...there, status: 'Cancelled' });
    await closeRun(world.ports, run);
    expect(await world.sweep()).toMatchObject({ runs: 1 });
    await world.ports.clock.advance(5 * MINUTE);
    await world.sweep();
    await world.collectAll();
    await world.settle();
    expect(await world.sweep()).toMatchObject({ runs: 0 });
  });

  it('brings a file to its end of which every event is lost', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(250));
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await world.ports.clock.advance(5 * MINUTE);
      await world.sweep();
      await world.collectAll();
    }
    await world.settle();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { succeeded: 250 } });
  });

  it('brings a file to its end that failed and was told to nobody', async () => {
    const world = new Queue();
    world.inbox.failure = new Error('killed');
    await world.put('a.jsonl', 'no JSON\n');
    world.inbox.failure = undefined;
    await world.sweep();
    expect(world.finishes).toEqual([]);
    await world.ports.clock.advance(21 * MINUTE);
    await world.sweep();
    await world.settle();
    expect(world.notices).toHaveLength(1);
    expect(world.inbox.text('memory-bucket', 'failed/a.jsonl')).toBe('no JSON\n');
    await world.sweep();
    expect(world.finishes).toEqual([]);
  });

  it('beats the hearts of tasks, and cancels a file that nobody waits for any more', async () => {
    const { world, file } = await enqueued('token');
    await world.sweep();
    expect(world.heartbeats).toEqual(['token']);
    await world.settle();
    await world.sweep();
    expect(world.heartbeats).toEqual(['token', 'token']);
    world.tasks.delete('token');
    await world.sweep();
    expect(await world.fileOf(file)).toMatchObject({ status: 'InProgress', reason: { code: 'Cancelled' } });
    await world.pass(2);
    expect(await world.fileOf(file)).toMatchObject({ status: 'Cancelled' });
    expect(world.ports.service.liveJobs()).toEqual([]);
  });

  it('cancels one that was not even begun', async () => {
    const { world, file } = await enqueued('token');
    world.intake.length = 0;
    world.tasks.delete('token');
    await world.sweep();
    expect(await world.fileOf(file)).toMatchObject({ status: 'Cancelled', isEnding: true });
    await world.settle();
    expect(await world.fileOf(file)).not.toHaveProperty('isEnding');
    expect(world.notices).toHaveLength(1);
  });

  it('leaves a file alone that nobody was ever to wait for', async () => {
    const { world, file } = await enqueued();
    await world.settle();
    await world.sweep();
    expect(world.heartbeats).toEqual([]);
    await world.pass();
    expect(await world.fileOf(file)).toMatchObject({ status: 'Completed' });
  });

  it('shows that a run is refused, whoever found out', async () => {
    const world = new Queue();
    world.settings = { ...world.settings, maxJobs: 1 };
    await world.put('a.jsonl', records(120));
    await world.put('b.jsonl', records(120, 'other'));
    expect(await world.file('b.jsonl')).toMatchObject({ status: 'Pending' });
    world.ports.service.refusals.push({ reason: 'denied' });
    await world.pass(2);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
    expect(await world.file('b.jsonl')).toMatchObject({ status: 'Pending', reason: { code: 'BR-E0501' } });
  });
});
