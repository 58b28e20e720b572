import { describe, expect, it } from 'vitest';
import { measureFairness } from './fairness.ts';
import { median, modelRatio, shippedRatios } from './makespan.ts';
import { measureRetryJobs } from './retry-jobs.ts';
import { measureTogether } from './together.ts';

// The scheduler that ships, on a virtual clock: nothing here depends on the speed of a machine. `npm run figures` measures more.

const FIVE_WAVES = { waves: 5, slots: 20, partRecords: 10_000 };
const FIFTY_WAVES = { waves: 50, slots: 4, partRecords: 1_000 };

describe('time over the lower bound', () => {
  it('is at most 1.20 at five waves, and what the model says', async () => {
    const found = median(await shippedRatios(FIVE_WAVES, 3));
    expect(found).toBeLessThanOrEqual(1.2);
    expect(modelRatio(FIVE_WAVES)).toBeLessThanOrEqual(1.2);
    expect(Math.abs(found - modelRatio(FIVE_WAVES))).toBeLessThan(0.05);
  });

  it('is at most 1.10 at fifty', async () => {
    const [found] = await shippedRatios(FIFTY_WAVES, 1);
    expect(found).toBeLessThanOrEqual(1.1);
    expect(modelRatio({ ...FIFTY_WAVES, slots: 20 })).toBeLessThanOrEqual(1.1);
  });

  it('is far more where a schedule looks every 15 minutes', () => {
    expect(modelRatio(FIVE_WAVES, { by: 'poll', everyMinutes: 15 })).toBeGreaterThan(1.4);
    expect(modelRatio({ ...FIFTY_WAVES, slots: 20 }, { by: 'poll', everyMinutes: 15 })).toBeGreaterThan(1.5);
  });
});

describe('a run of 5 parts beside one of 100', () => {
  it.each([0, 20])('that begins %d minutes later takes at most 1.3 times as long as alone', async (arrivesAt) => {
    const ratios: number[] = [];
    for (const seed of [1, 2, 3]) ratios.push((await measureFairness(arrivesAt, seed)).ratio);
    expect(median(ratios)).toBeLessThanOrEqual(1.3);
    expect(Math.min(...ratios)).toBeGreaterThan(0.95);
  });
});

describe('100 jobs that end together', () => {
  it('are followed by 100 Creates before the first harvest ends, however quick a harvest is', async () => {
    const { lastCreateSeconds, firstCollectedSeconds } = await measureTogether(100, 0);
    expect(lastCreateSeconds).toBeLessThanOrEqual(firstCollectedSeconds);
  });
});

describe('5 % of the records failing in each of 100 parts', () => {
  it('are sent again in as many jobs as hold them, and at most one more', async () => {
    const { failures, jobs, allowed } = await measureRetryJobs(100, 100, 0.05);
    expect(failures).toBeGreaterThan(300);
    expect(allowed).toBe(Math.ceil(failures / 100) + 1);
    expect(jobs).toBeGreaterThanOrEqual(Math.ceil(failures / 100));
    expect(jobs).toBeLessThanOrEqual(allowed);
  });
});
