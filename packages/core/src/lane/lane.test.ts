import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, type RunDemand } from './fairness.ts';
import {
  coolDown,
  freeSlots,
  holdSlot,
  newLane,
  OTHERS_HOLD_MS,
  raiseLimit,
  releaseSlot,
  withOthers,
  withQuota,
} from './lane.ts';

const holder = (jobName: string, run = 'r-1') => ({ jobName, run, attempt: 1, part: 0 });

describe('the slots of a lane', () => {
  it('are free up to the limit, and none while the lane cools down', () => {
    let lane = newLane('lane', 2);
    expect(freeSlots(lane, 0)).toBe(2);
    lane = holdSlot(lane, holder('a'));
    expect(freeSlots(lane, 0)).toBe(1);
    expect(freeSlots({ ...lane, cooldownUntil: 10 }, 9)).toBe(0);
    expect(freeSlots({ ...lane, cooldownUntil: 10 }, 10)).toBe(1);
  });

  it('are a set of jobs: the same job holds one, however often it is written down', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c'))), (steps) => {
        let lane = newLane('lane', 3);
        const held = new Set<string>();
        for (const [takes, name] of steps) {
          lane = takes ? holdSlot(lane, holder(name)) : releaseSlot(lane, name);
          if (takes) held.add(name);
          else held.delete(name);
        }
        expect(lane.holders.map((each) => each.jobName).sort()).toEqual([...held].sort());
      }),
    );
  });

  it('are never fewer than what is held after a refusal, so the ledger never holds more than the limit', () => {
    let lane = newLane('lane', 20);
    for (const name of ['a', 'b', 'c']) lane = holdSlot(lane, holder(name));
    lane = coolDown(lane, 1_000, 30_000);
    expect(lane).toMatchObject({ limit: 3, quota: 20, cooldownUntil: 31_000 });
    expect(freeSlots(lane, 31_000)).toBe(0);
  });

  it('are those that the jobs of others leave, until their count is old', () => {
    const at = 1_000;
    const lane = withOthers(holdSlot(newLane('lane', 20), holder('a')), { jobs: 15, quota: 20, at }) ?? newLane('none', 0);
    expect(freeSlots(lane, at)).toBe(4);
    expect(freeSlots({ ...lane, limit: 3 }, at)).toBe(2);
    expect(freeSlots({ ...lane, limit: 30 }, at)).toBe(14);
    expect(freeSlots(lane, at + OTHERS_HOLD_MS)).toBe(4);
    expect(freeSlots(lane, at + OTHERS_HOLD_MS + 1)).toBe(19);
    expect(withOthers(lane, { jobs: 0, quota: 0, at })).toEqual(holdSlot(newLane('lane', 20), holder('a')));
    expect(withOthers(newLane('lane', 20), { jobs: 0, quota: 0, at })).toBeUndefined();
  });

  it('grow back by one with each rest, up to the quota', () => {
    let lane = coolDown(holdSlot(newLane('lane', 3), holder('a')), 0, 100);
    expect(raiseLimit(lane, 99, 100)).toBeUndefined();
    lane = raiseLimit(lane, 100, 100) ?? lane;
    expect(lane.limit).toBe(2);
    expect(raiseLimit(lane, 150, 100)).toBeUndefined();
    lane = raiseLimit(lane, 200, 100) ?? lane;
    expect(lane.limit).toBe(3);
    expect(raiseLimit(lane, 900, 100)).toBeUndefined();
  });

  it('follow another quota, but not above a limit that a refusal set', () => {
    expect(withQuota(newLane('lane', 3), 10).limit).toBe(10);
    const refused = coolDown(holdSlot(newLane('lane', 3), holder('a')), 0, 100);
    expect(withQuota(refused, 10)).toMatchObject({ quota: 10, limit: 1 });
    expect(() => withQuota(refused, 0)).toThrowError(/at least one job/);
  });
});

describe('who gets the next slot', () => {
  const demand = (run: string, more: Partial<RunDemand> = {}): RunDemand => ({
    run,
    weight: 1,
    attempt: 1,
    ready: 100,
    createdAt: 0,
    ...more,
  });

  it('is the run with the fewest slots for its weight', () => {
    let lane = newLane('lane', 9);
    for (const name of ['a', 'b', 'c']) lane = holdSlot(lane, holder(name, 'big'));
    lane = holdSlot(lane, holder('d', 'small'));
    expect(nextRun([demand('big'), demand('small')], lane)?.run).toBe('small');
    expect(nextRun([demand('big', { weight: 4 }), demand('small')], lane)?.run).toBe('big');
    expect(nextRun([demand('big'), demand('small', { ready: 0 })], lane)?.run).toBe('big');
    expect(nextRun([], lane)).toBeUndefined();
  });

  it('is, among equals, one with a few retries left, then the oldest', () => {
    const lane = newLane('lane', 9);
    const old = demand('old', { createdAt: 1 });
    const young = demand('young', { createdAt: 2 });
    expect(nextRun([young, old], lane)?.run).toBe('old');
    expect(nextRun([old, { ...young, attempt: 2, ready: 3 }], lane)?.run).toBe('young');
    expect(nextRun([old, { ...young, attempt: 2, ready: 30 }], lane)?.run).toBe('old');
  });

  it('is of the first class that has a part to send, whatever the others hold', () => {
    let lane = newLane('lane', 9);
    for (const name of ['a', 'b', 'c']) lane = holdSlot(lane, holder(name, 'high'));
    const high = demand('high', { priority: 'high', createdAt: 9, weight: 0.1 });
    const normal = demand('normal');
    const low = demand('low', { priority: 'low', weight: 99 });
    expect(nextRun([low, normal, high], lane)?.run).toBe('high');
    expect(nextRun([low, normal, { ...high, ready: 0 }], lane)?.run).toBe('normal');
    expect(nextRun([low, { ...normal, priority: 'normal' }], lane)?.run).toBe('normal');
    expect(nextRun([low], lane)?.run).toBe('low');
  });

  it('lets none of n equal runs wait for more than n slots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (count) => {
        const demands = Array.from({ length: count }, (_, i) => demand(`r-${i}`, { createdAt: i }));
        const order = giveSlots(demands, 4 * count);
        for (let at = 0; at + count <= order.length; at++) expect(new Set(order.slice(at, at + count)).size).toBe(count);
      }),
    );
  });

  it('gives no run a slot while another one has less for its weight', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), (weights) => {
        const demands = weights.map((weight, i) => demand(`r-${i}`, { weight, createdAt: i }));
        const held = new Map<string, number>();
        for (const run of giveSlots(demands, 30)) {
          const share = (each: RunDemand) => (held.get(each.run) ?? 0) / each.weight;
          const winner = demands.find((each) => each.run === run) ?? demand('none');
          for (const each of demands) expect(share(winner)).toBeLessThanOrEqual(share(each));
          held.set(run, (held.get(run) ?? 0) + 1);
        }
      }),
    );
  });

  /** The runs that get the first slots of an empty lane, in order. */
  function giveSlots(demands: readonly RunDemand[], count: number): string[] {
    let lane = newLane('lane', count);
    const order: string[] = [];
    for (let slot = 0; slot < count; slot++) {
      const run = nextRun(demands, lane)?.run ?? '';
      lane = holdSlot(lane, holder(`j-${slot}`, run));
      order.push(run);
    }
    return order;
  }
});
