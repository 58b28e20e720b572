import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { forecast } from './forecast.ts';
import { jobTimes } from './job-times.ts';
import { play } from './play.ts';
import { evenParts, type Scene } from './scene.ts';
import { SERVICE_MODEL, type ServiceModel } from './service-model.ts';
import { TimeQueue } from './time-queue.ts';
import { OUR_WATCH, type Watch } from './watch.ts';

/** Events that all come, after a quarter of a minute. */
const EVENTS = { by: 'events', delayMinutes: 0.25, lostShare: 0, sweepMinutes: 5 } as const;
const EXACT: ServiceModel = { startMinutes: 10, startSigma: 0, recordsPerMinute: 600, rateSigma: 0 };

const scene = (slots: number, parts: readonly number[], watch: Watch = EVENTS, service = EXACT): Scene => ({
  lanes: [{ slots, times: jobTimes(service) }],
  runs: [{ parts }],
  watch,
});

describe('a service that always takes the same time', () => {
  it.each([
    // slots, parts, records a part; a job of n records takes 10 + n / 600 minutes
    [1, 7, 1_200],
    [4, 8, 600],
    [4, 9, 600],
    [20, 5, 6_000],
  ])('needs in %d slots for %d parts of %d what whole waves need', (slots, parts, records) => {
    const job = 10 + records / 600;
    const waves = Math.ceil(parts / slots);
    const { minutes, lowerBound, jobs, sent, jobMinutes } = play(
      scene(slots, evenParts(parts * records, parts)),
      createChance(1),
    );
    expect(minutes).toBeCloseTo(waves * (job + 0.25), 9);
    expect(lowerBound).toBeCloseTo(Math.max((parts * job) / slots, job), 9);
    expect([jobs, sent]).toEqual([parts, parts * records]);
    expect(jobMinutes).toBeCloseTo(parts * job, 9);
  });

  it('of ten minutes is looked at each quarter of an hour: 100 jobs in 10 slots take 150 minutes', () => {
    const watch: Watch = { by: 'poll', everyMinutes: 15 };
    const played = play(scene(10, evenParts(0, 100), watch), createChance(1));
    expect(played.minutes).toBeCloseTo(150, 9);
    expect(played.lowerBound).toBeCloseTo(100, 9);
  });

  it('whose events are all lost is known by the sweep alone', () => {
    const watch: Watch = { by: 'events', delayMinutes: 0.25, lostShare: 1, sweepMinutes: 4 };
    expect(play(scene(1, [600, 600], watch), createChance(1)).minutes).toBe(24);
  });

  it('does parts of later generations after all of the one before, pooled into as few jobs as hold them', () => {
    const spec = { parts: evenParts(60_000, 100), retryShare: 0.05, attempts: 2 };
    const played = play({ ...scene(100, []), runs: [spec] }, createChance(1));
    const again = played.sent - 60_000;
    expect(Math.abs(again - 3_000)).toBeLessThan(300);
    expect(played.jobs).toBe(100 + Math.ceil(again / 600));
    expect(played.failed).toBeGreaterThan(0);
    expect(played.failed).toBeLessThan(300);
    // two generations, one after the other, in slots for all
    expect(played.minutes).toBeGreaterThan(2 * 10 + 1);
    expect(played.minutes).toBeLessThanOrEqual(2 * (10 + 1 + 0.25));
  });

  it('waits for jobs that run already, which hold their slots', () => {
    const running = () => [{ records: 600, minutes: 3 }];
    const one = { ...scene(1, []), runs: [{ parts: [600], running }] };
    expect(play(one, createChance(1)).minutes).toBeCloseTo(3 + 0.25 + 11 + 0.25, 9);
  });

  it('runs no more jobs at once than a Map of its own allows, though the lane has slots for them', () => {
    const { minutes, lowerBound } = play({ ...scene(100, evenParts(60_000, 100)), mostAtOnce: 20 }, createChance(1));
    expect(minutes).toBeCloseTo(5 * (11 + 0.25), 9);
    expect(lowerBound).toBeCloseTo(11, 9);
  });

  it('is over at once where there is nothing to do', () => {
    expect(play(scene(1, []), createChance(1))).toMatchObject({ minutes: 0, jobs: 0 });
    expect(forecast(scene(1, []))).toMatchObject({ minutes: { p10: 0, p50: 0, p90: 0 }, jobs: 0, ratio: 1, slotUse: 1 });
  });
});

describe('a service whose times vary', () => {
  it('takes in one slot, on average, what the distribution says', () => {
    const plays = Array.from({ length: 300 }, (_, seed) =>
      play(scene(1, evenParts(60_000, 20), EVENTS, SERVICE_MODEL), createChance(seed)),
    );
    const mean = plays.reduce((sum, each) => sum + each.minutes, 0) / plays.length;
    // E exp(sigma Z) = exp(sigma^2 / 2), for the start and for one over the rate
    const expected = 20 * (10 * Math.exp(0.125) + (3_000 / 600) * Math.exp(0.045) + 0.25);
    expect(mean / expected).toBeCloseTo(1, 2);
  });

  it('is never ended before its lower bound, nor later than any list schedule (Graham)', () => {
    const scenes = fc.record({
      slots: fc.integer({ min: 1, max: 30 }),
      parts: fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 60 }),
      seed: fc.integer(),
    });
    const atOnce: Watch = { by: 'events', delayMinutes: 0, lostShare: 0, sweepMinutes: 5 } as const;
    fc.assert(
      fc.property(scenes, ({ slots, parts, seed }) => {
        const { minutes, lowerBound } = play(scene(slots, parts, atOnce, SERVICE_MODEL), createChance(seed));
        expect(minutes).toBeGreaterThanOrEqual(lowerBound - 1e-6);
        expect(minutes).toBeLessThanOrEqual((2 - 1 / slots) * lowerBound + 1e-6);
      }),
      { numRuns: 200 },
    );
  });

  it('goes the same way for the same seed, another for another', () => {
    const one = scene(5, evenParts(100_000, 40), OUR_WATCH, SERVICE_MODEL);
    expect(forecast(one, { seed: 3 })).toEqual(forecast(one, { seed: 3 }));
    expect(forecast(one, { seed: 3 }).minutes).not.toEqual(forecast(one, { seed: 4 }).minutes);
  });
});

describe('what waits', () => {
  it('comes out in the order of time, and of one moment in the order it was put in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new TimeQueue<readonly [number, number]>();
        for (const [i, at] of times.entries()) queue.add(at, [at, i]);
        const out = times.map(() => queue.take());
        expect(out).toEqual(times.map((at, i) => [at, i] as const).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
        expect([queue.take(), queue.nextAt]).toEqual([undefined, undefined]);
      }),
    );
  });
});

describe('chance', () => {
  it('is normal with mean 0 and deviation 1', () => {
    const chance = createChance(7);
    const drawn = Array.from({ length: 20_000 }, () => chance.normal());
    const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length;
    const variance = drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    // a tenth lies beyond 1.2816 on one side
    expect(drawn.filter((each) => each > 1.2816).length / drawn.length).toBeCloseTo(0.1, 2);
  });
});
