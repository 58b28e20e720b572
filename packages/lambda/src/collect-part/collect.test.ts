import { loadRun } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { findHome } from '../home/index.ts';
import { Orchestrator, sqsEvent } from '../testing/orchestrator.ts';
import { collect } from './collect.ts';

const NOTHING = { batchItemFailures: [] };
const AGAIN = { batchItemFailures: [{ itemIdentifier: 'm0' }] };
type Options = ConstructorParameters<typeof Orchestrator>[0];

/** A followed run whose two jobs have ended, and the messages about them. */
async function ended(options: Options = {}): Promise<{ readonly world: Orchestrator; readonly run: string }> {
  const world = new Orchestrator(options);
  const { run } = await world.prepare();
  await world.follow(run);
  await world.ports.clock.advance(61_000);
  await world.kickEnded();
  return { world, run };
}

const generationOf = (spec: { readonly inputUri: string }): number => Number(/-(\d+)\/$/.exec(spec.inputUri)?.[1]);

describe('a part whose job has ended', () => {
  it('is collected, and the last one ends the run and tells the task', async () => {
    const { world, run } = await ended();
    expect(await world.collect(world.messages[0]!)).toEqual(NOTHING);
    expect(world.tasks.get('token')).toBe('waiting');
    expect(await world.collect(world.messages[1]!)).toEqual(NOTHING);
    expect(world.tasks.get('token')).toEqual({ kind: 'success', output: JSON.stringify({ run }) });
    expect(await findHome(world.ports, run)).toMatchObject({ waiting: [], isOpen: false });
    expect(await world.collect(world.messages[0]!)).toEqual(NOTHING);
  });

  it('has what failed for a passing reason sent again, and nothing else', async () => {
    const failing = (recordId: string): boolean => /0000[0-9a]00$/.test(recordId);
    const { world, run } = await ended({
      script: (spec) => ({ record: (id) => (failing(id) && generationOf(spec) === 1 ? { errorCode: 503 } : 'succeeded') }),
    });
    await world.collectAll();
    expect((await loadRun(world.ports.ledger, run)).body).toMatchObject({ state: 'running', attempt: 2 });
    expect(world.ports.service.jobs).toHaveLength(3);
    expect(world.ports.service.jobs[2]?.spec.inputUri).toContain('/input/00000-2/');
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts: { succeeded: 250, failed: 0 } });
  });

  it.each(['Failed', 'Expired', 'PartiallyCompleted'] as const)('that %s costs no other part anything', async (end) => {
    const { world, run } = await ended({ script: (_, index) => (index === 0 ? { end } : {}) });
    await world.collectAll();
    expect(await world.untilTold()).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts: { rows: 250, succeeded: 250 } });
    // one that failed before it had processed anything may have been broken by a record: it is sent again by halves
    expect(world.ports.service.jobs).toHaveLength(end === 'Failed' ? 4 : 3);
  });

  it('with records that fail for good ends with them told apart', async () => {
    const { world, run } = await ended({
      script: () => ({ record: (id) => (/a00$/.test(id) ? { errorCode: 400 } : 'succeeded') }),
    });
    await world.collectAll();
    const exported = await world.export(run);
    expect(exported).toMatchObject({ status: 'PartiallyCompleted', counts: { rows: 250 } });
    if (!exported.done) throw new Error('one call is enough');
    expect(exported.counts.failed).toBeGreaterThan(0);
    expect(exported.counts.succeeded + exported.counts.failed).toBe(250);
  });

  it('whose output is not there yet is looked for again, then left to the sweep', async () => {
    const { world, run } = await ended({ script: () => ({ outputDelayMs: 40 * 60_000 }), facts: { outputSettleMs: 3_600_000 } });
    const [part] = world.messages;
    expect(await world.collect(part!, 1)).toEqual(AGAIN);
    expect(await world.collect(part!, 2)).toEqual(AGAIN);
    expect(world.putBack.map(({ seconds }) => seconds)).toEqual([60, 120]);
    expect(await world.collect(part!, 3)).toEqual(NOTHING);
    world.messages.splice(0);
    await world.ports.clock.advance(5 * 60_000);
    await world.sweep();
    expect(world.messages).toEqual([]);
    await world.ports.clock.advance(41 * 60_000);
    await world.sweep();
    expect(world.messages).toEqual([0, 1].map((number) => ({ run, attempt: 1, part: number })));
    await world.collectAll();
    expect(world.tasks.get('token')).toMatchObject({ kind: 'success' });
  });

  it('that cannot be collected comes again, and later each time', async () => {
    const { world, run } = await ended();
    world.ports.objects.hook = ({ call, about }) => {
      if (call === 'open' && about.includes('/output/')) throw new Error('no answer');
    };
    for (const count of [1, 2, 3, 4]) expect(await world.collect({ run, attempt: 1, part: 0 }, count)).toEqual(AGAIN);
    expect(world.putBack.map(({ seconds }) => seconds)).toEqual([60, 120, 240, 480]);
    expect(world.lines.join('\n')).toContain('a part could not be collected');
    world.ports.objects.hook = undefined;
    const { queue } = world.engine;
    const engine = { ...world.engine, queue: { ...queue, showAgain: () => Promise.reject(new Error('denied')) } };
    const missing = JSON.stringify({ run, attempt: 1, part: 9 });
    expect(await collect(engine, sqsEvent([missing]))).toEqual(AGAIN);
  });

  it('whose function is killed at any step is made up for by the same message, with no job twice', async () => {
    const script: NonNullable<Options>['script'] = (spec, index) => ({
      record: (id) => (id.endsWith('500') && generationOf(spec) === 1 && index < 2 ? { errorCode: 503 } : 'succeeded'),
    });
    let steps = 0;
    const counted = await ended({ script });
    await counted.world.collect(counted.world.messages[0]!);
    counted.world.ports.ledger.hook = ({ moment }) => void (moment === 'after' && steps++);
    await counted.world.collect(counted.world.messages[1]!);
    expect(steps).toBeGreaterThan(10);
    for (let killedAt = 0; killedAt < steps; killedAt += 5) {
      const { world, run } = await ended({ script });
      const [first, last] = world.messages.splice(0);
      await world.collect(first!);
      let left = killedAt;
      world.ports.ledger.hook = ({ moment }) => {
        if (moment === 'before' && left-- <= 0) throw new Error('killed');
      };
      await world.collect(last!);
      world.ports.ledger.hook = undefined;
      await world.collect(last!);
      await world.ports.clock.advance(15 * 60_000);
      await world.sweep();
      await world.collectAll();
      expect(await world.untilTold(), `killed at ${killedAt}`).toMatchObject({ kind: 'success' });
      const names = world.ports.service.jobs.map(({ spec }) => spec.jobName);
      expect(new Set(names).size, `killed at ${killedAt}`).toBe(names.length);
      expect(await world.export(run), `killed at ${killedAt}`).toMatchObject({ counts: { rows: 250, succeeded: 250 } });
    }
  });

  it('sends the next generation when its message comes again, where it could not be sent at once', async () => {
    const { world } = await ended({
      script: (spec) => ({ record: (id) => (id.endsWith('500') && generationOf(spec) === 1 ? { errorCode: 503 } : 'succeeded') }),
    });
    const [first, last] = world.messages.splice(0);
    await world.collect(first!);
    world.ports.ledger.hook = ({ call, about }) => {
      if (call === 'get' && about.startsWith('LANE#')) throw new Error('no answer');
    };
    expect(await world.collect(last!)).toEqual(AGAIN);
    expect(world.ports.service.jobs).toHaveLength(2);
    world.ports.ledger.hook = undefined;
    expect(await world.collect(last!)).toEqual(NOTHING);
    expect(world.ports.service.jobs).toHaveLength(3);
  });

  it('that two functions collect at once is collected once', async () => {
    const { world, run } = await ended();
    const twice = world.messages.splice(0).flatMap((part) => [part, part]);
    expect(await Promise.all(twice.map((part) => world.collect(part)))).toEqual(twice.map(() => NOTHING));
    expect(world.tasks.get('token')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ counts: { succeeded: 250 } });
  });
});

it('a message that names no part is dropped', async () => {
  const { engine } = new Orchestrator();
  const bodies = ['no JSON', 'null', '{}', '{"run":"r","attempt":1,"part":-1}', '{"run":7,"attempt":1,"part":1}'];
  expect(await collect(engine, sqsEvent(bodies))).toEqual(NOTHING);
});
