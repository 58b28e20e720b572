import { ServiceError } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { openDeadline } from '../testing/orchestrator.ts';
import { Queue, records } from '../testing/queue.ts';

const NOTHING = { batchItemFailures: [] };
const AGAIN = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

/** A file of two parts whose run has ended, and the message that says so. */
async function atRest() {
  const world = new Queue();
  await world.put('a.jsonl', records(250));
  await untilTold(world);
  const [message] = world.finishes.splice(0);
  if (message === undefined) throw new Error('the run has not come to rest');
  return { world, message };
}

/** Lets jobs end and be collected; what the finish queue is told stays there. */
async function untilTold(world: Queue): Promise<void> {
  for (let minutes = 0; minutes < 6 && world.finishes.length === 0; minutes++) {
    await world.ports.clock.advance(61_000);
    await world.kickEnded();
    await world.collectAll();
  }
}

describe('the results of a file', () => {
  it('are written as far as the time goes, and gone on with by a message', async () => {
    const { world, message } = await atRest();
    let left = 1_000;
    const short = { ...openDeadline(), leftMs: () => (left -= 400) };
    expect(await world.finish(message, 1, short)).toEqual(NOTHING);
    expect(world.finishes).toEqual([{ file: message.file, from: 1 }]);
    expect(world.ports.objects.keys('processed/')).toEqual(['processed/a/0000.jsonl.out']);
    expect((await world.file('a.jsonl')).status).toBe('InProgress');
    await world.settle();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
    expect(world.ports.objects.keys('processed/')).toHaveLength(3);
  });

  it('come out the same whatever the message, and are told of once', async () => {
    const { world, message } = await atRest();
    await world.finish(message);
    const before = await world.file('a.jsonl');
    expect(await world.finish(message)).toEqual(NOTHING);
    expect(await world.finish({ ...message, from: 1 })).toEqual(NOTHING);
    expect(await world.file('a.jsonl')).toEqual(before);
    expect(world.notices).toHaveLength(1);
  });

  it('are made up for by the same message whatever step their function is killed at', async () => {
    for (let commits = 0; commits < 6; commits++) {
      const { world, message } = await atRest();
      world.killAfter(commits);
      await world.finish(message);
      world.killAfter(undefined);
      await world.finish(message, 2);
      expect(await world.file('a.jsonl'), `killed after ${commits}`).toMatchObject({ status: 'Completed' });
      expect(await world.file('a.jsonl')).not.toHaveProperty('isEnding');
      expect(await world.sweep()).toMatchObject({ runs: 0 });
      expect(world.notices.length).toBeLessThanOrEqual(2);
      expect(world.notices.length).toBeGreaterThanOrEqual(1);
    }
  });

  it('are asked for again by the sweep where their message is lost, and not before', async () => {
    const { world } = await atRest();
    await world.sweep();
    expect(world.finishes).toEqual([]);
    await world.ports.clock.advance(21 * 60_000);
    await world.sweep();
    await world.settle();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
  });

  it('have their folder also where another file had the run sent whose own function was killed', async () => {
    const world = new Queue();
    await world.put('b.jsonl', records(120, 'other'));
    world.inbox.put('memory-bucket', 'to-process/a.jsonl', records(120));
    world.ports.ledger.hook = ({ call, about, moment }) => {
      if (call === 'get' && moment === 'before' && about.startsWith('PLACE#')) throw new Error('killed');
    };
    await world.tellOf('a.jsonl');
    world.ports.ledger.hook = undefined;
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', results: 'processed/a/' });
    expect(world.results('processed/a/0000.jsonl.out')).toHaveLength(120);
  });

  it('that cannot be written fail the file at last, and are written when it is retried', async () => {
    const { world, message } = await atRest();
    world.ports.objects.hook = ({ call, about }) => {
      if (call === 'create' && about.startsWith('processed/')) {
        throw new ServiceError('BR-E0501', 'cannot write', { reason: 'denied', effect: 'none' });
      }
    };
    for (const tries of [1, 2, 3]) expect(await world.finish(message, tries)).toEqual(AGAIN);
    expect(await world.finish(message, 4)).toEqual(NOTHING);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', reason: { code: 'BR-E0501' } });
    world.ports.objects.hook = undefined;
    await world.change({ do: 'retry', file: message.file });
    await world.pass(1);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
    expect(await world.file('a.jsonl')).not.toHaveProperty('reason');
    expect(world.ports.service.jobs).toHaveLength(2);
  });

  it('that kill their function each time fail the file too', async () => {
    const { world, message } = await atRest();
    expect(await world.finish(message, 5)).toEqual(NOTHING);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Failed', reason: { code: 'GaveUp' } });
  });

  it('are not written of a run that goes on, nor of a file that is not there', async () => {
    const world = new Queue();
    await world.put('a.jsonl', records(120));
    const { file } = await world.file('a.jsonl');
    expect(await world.finish({ file, from: 0 })).toEqual(NOTHING);
    expect((await world.file('a.jsonl')).status).toBe('InProgress');
    expect(await world.finish({ file: 'f-0000000000', from: 0 })).toEqual(NOTHING);
    expect(world.ports.objects.keys('processed/')).toEqual([]);
  });

  it('show what failed, with the reason of its job', async () => {
    const world = new Queue({
      script: () => ({ end: 'Failed', message: 'the model is not there', record: () => ({ errorCode: 400 }) }),
    });
    await world.put('a.jsonl', records(120));
    await world.pass(10);
    const file = await world.file('a.jsonl');
    expect(file).toMatchObject({ status: 'Failed', counts: { succeeded: 0, failed: 120 }, results: 'processed/a/' });
    expect(file.reason).toMatchObject({ code: 'Failed', message: expect.stringContaining('the model is not there') });
    expect(world.results('processed/a/0000.jsonl.out')[0]).toMatchObject({
      recordId: 'mine-0',
      error: { errorCode: expect.anything() },
    });
    expect(world.inbox.text('memory-bucket', 'to-process/a.jsonl')).toBeDefined();
  });

  it('of single failed records make it partly completed, and those alone are sent again by retry', async () => {
    let isMended = false;
    const world = new Queue({
      script: () => ({ record: (id) => (!isMended && id.endsWith('700') ? { errorCode: 500 } : 'succeeded') }),
    });
    await world.put('a.jsonl', records(250));
    await world.pass(10);
    const before = await world.file('a.jsonl');
    expect(before).toMatchObject({
      status: 'PartiallyCompleted',
      counts: { succeeded: expect.any(Number), failed: expect.any(Number) },
    });
    expect(before.counts?.failed).toBeGreaterThan(0);
    isMended = true;
    expect(await world.change({ do: 'retry', file: before.file })).toMatchObject({
      status: 'InProgress',
      attempt: expect.any(Number),
    });
    await world.pass();
    const after = await world.file('a.jsonl');
    expect(after).toMatchObject({ status: 'Completed', attempt: 4, counts: { succeeded: 250, failed: 0 } });
    expect(world.notices).toHaveLength(2);
  });
});
