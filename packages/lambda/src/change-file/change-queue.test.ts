import { queuePausedAt } from 'batchrock/queue';
import { describe, expect, it } from 'vitest';
import { QUEUE_BUCKET, Queue, records } from '../testing/queue.ts';
import { changeQueue, parseQueueChange } from './change-queue.ts';

describe('a queue that is paused', () => {
  it('sends nothing of files that come, until it goes on and they are resumed', async () => {
    const world = new Queue();
    const { queue, pausedAt } = await changeQueue(world.engine, 'pause-queue');
    expect({ queue, pausedAt }).toEqual({ queue: QUEUE_BUCKET, pausedAt: world.ports.clock.now() });
    await world.ports.clock.advance(3_600_000);
    await world.put('a.jsonl', records(120));
    await world.pass(2);
    await world.sweep();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Paused' });
    expect(world.ports.service.jobs).toEqual([]);

    expect(await changeQueue(world.engine, 'resume-queue')).toEqual({ queue: QUEUE_BUCKET });
    await world.put('b.jsonl', records(130));
    await world.change({ do: 'resume', file: 'to-process/a.jsonl' });
    await world.pass(2);
    for (const path of ['a.jsonl', 'b.jsonl']) expect(await world.file(path)).toMatchObject({ status: 'Completed' });
  });

  it('leaves a file alone that came before, which is paused by itself and goes on by itself', async () => {
    const world = new Queue();
    world.settings = { ...world.settings, maxJobs: 1 };
    await world.put('a.jsonl', records(300));
    await world.ports.clock.advance(120_000);
    await changeQueue(world.engine, 'pause-queue');
    await world.change({ do: 'pause', file: 'to-process/a.jsonl' });
    await world.change({ do: 'resume', file: 'to-process/a.jsonl' });
    await world.pass(4);
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
  });

  it('stays so since when it was first, and is asked for in its own words', async () => {
    const world = new Queue();
    const { pausedAt } = await changeQueue(world.engine, 'pause-queue');
    await world.ports.clock.advance(1_000);
    expect(await changeQueue(world.engine, 'pause-queue')).toMatchObject({ pausedAt });
    expect(await queuePausedAt(world.ports, QUEUE_BUCKET)).toBe(pausedAt);
    expect(await queuePausedAt(world.ports, 'another')).toBeUndefined();
    expect(parseQueueChange({ do: 'pause-queue' })).toBe('pause-queue');
    expect(parseQueueChange({ do: 'pause', file: 'f-0' })).toBeUndefined();
    expect(() => parseQueueChange({ do: 'resume-queue', file: 'a' })).toThrowError(/"?file"?/);
  });
});
