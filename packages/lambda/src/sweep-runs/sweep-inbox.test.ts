import { describe, expect, it } from 'vitest';
import { openDeadline } from '../testing/orchestrator.ts';
import { QUEUE_BUCKET, Queue, records } from '../testing/queue.ts';

const MINUTE = 60_000;

/** A queue that has swept once, so that what is put there now is its business, with objects whose events are lost. */
async function worldWith(...paths: readonly string[]): Promise<Queue> {
  const world = new Queue();
  await world.sweep();
  await world.ports.clock.advance(MINUTE);
  for (const path of paths) putUntold(world, path);
  return world;
}

function putUntold(world: Queue, path: string, text = records(120, path)): void {
  world.inbox.put(QUEUE_BUCKET, `to-process/${path}`, text);
}

/** A sweep behind so many minutes; the keys that it tells of. */
async function sweepAfter(world: Queue, minutes: number): Promise<readonly string[]> {
  await world.ports.clock.advance(minutes * MINUTE);
  expect(await world.sweep()).toMatchObject({ failed: 0 });
  return [...world.told];
}

describe('a sweep of an inbox', () => {
  it('takes an object whose event was lost, not while the event may be on its way', async () => {
    const world = await worldWith('a.jsonl');
    expect(await sweepAfter(world, 18)).toEqual([]);
    expect(await sweepAfter(world, 20)).toEqual(['to-process/a.jsonl']);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed', counts: { succeeded: 120 } });
    expect(await sweepAfter(world, 120)).toEqual([]);
    expect(world.ports.service.jobs).toHaveLength(1);
  });

  it('tells of it again when that message is lost too, and not with each sweep', async () => {
    const world = await worldWith('a.jsonl');
    expect(await sweepAfter(world, 31)).toHaveLength(1);
    world.told.length = 0;
    expect(await sweepAfter(world, 5)).toEqual([]);
    expect(await sweepAfter(world, 26)).toEqual(['to-process/a.jsonl']);
  });

  it('leaves alone what was told of, what is no file, and what lies elsewhere', async () => {
    const world = await worldWith('folder/');
    await world.put('b.jsonl', records(120));
    await world.put('bad.jsonl', 'no JSON\n');
    world.inbox.put(QUEUE_BUCKET, 'elsewhere/c.jsonl', records(120));
    expect(await sweepAfter(world, 40)).toEqual([]);
  });

  it('leaves alone what the bucket held long before it had a queue, not what was put there while the queue was made', async () => {
    const world = new Queue();
    putUntold(world, 'old.jsonl');
    await world.ports.clock.advance(60 * MINUTE);
    putUntold(world, 'while.jsonl');
    expect(await sweepAfter(world, 1)).toEqual([]);
    expect(await sweepAfter(world, 31)).toEqual(['to-process/while.jsonl']);
    await world.pass();
    expect(await sweepAfter(world, 24 * 60)).toEqual([]);
  });

  it('finds what was put there while no sweep ran for days', async () => {
    const world = await worldWith('a.jsonl');
    await world.ports.clock.advance(5 * 24 * 60 * MINUTE);
    expect(await sweepAfter(world, 1)).toEqual(['to-process/a.jsonl']);
  });

  it('takes content up again that was put there once more, and whose second event was lost', async () => {
    const world = await worldWith();
    await world.put('a.jsonl', records(120));
    await world.change({ do: 'cancel', file: 'to-process/a.jsonl' });
    await world.pass(2);
    putUntold(world, 'a.jsonl', records(120));
    expect(await sweepAfter(world, 40)).toEqual(['to-process/a.jsonl']);
    await world.pass();
    expect(await world.file('a.jsonl')).toMatchObject({ status: 'Completed' });
  });

  it('goes on behind the last key where the time was too short', async () => {
    const world = await worldWith('a.jsonl', 'b.jsonl', 'c.jsonl');
    await world.ports.clock.advance(31 * MINUTE);
    let left = 1_000;
    world.ports.ledger.hook = ({ call, about, moment }) => {
      if (call === 'get' && moment === 'after' && about.startsWith('FILE#')) left -= 600;
    };
    await world.sweep(openDeadline(() => left));
    expect(world.told.splice(0)).toEqual(['to-process/a.jsonl', 'to-process/b.jsonl']);
    world.ports.ledger.hook = undefined;
    expect(await sweepAfter(world, 5)).toEqual(['to-process/c.jsonl']);
    expect(await sweepAfter(world, 5)).toEqual(['to-process/c.jsonl']);
  });
});
