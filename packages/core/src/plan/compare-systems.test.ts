import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, resolveModel } from '../model/index.ts';
import { SERVICE_MODEL } from '../schedule/index.ts';
import { compareSystems, type SystemName, type WhatIf } from './compare-systems.ts';
import { estimatePlan } from './plan.ts';

const haiku = resolveModel('anthropic.claude-3-haiku-20240307-v1:0');
const lane = (slots: number, service = SERVICE_MODEL, name = 'us-east-1') => ({ name, slots, service });
const MILLION: WhatIf = { records: 1_000_000, limits: DEFAULT_LIMITS, lanes: [lane(20)], tokens: { input: 500, output: 200 } };

function compare(more: Partial<WhatIf> = {}) {
  const found = compareSystems({ ...MILLION, ...more });
  return (name: SystemName) => found.find((each) => each.system === name)!;
}

describe('systems side by side', () => {
  it('differ by how they learn of an end, with parts of one size', () => {
    const of = compare({ partRecords: 10_000 });
    expect(of('batchrock').forecast.ratio).toBeLessThan(1.2);
    expect(of('fixed-map').forecast.ratio).toBeCloseTo(of('batchrock').forecast.ratio, 1);
    expect(of('slow-poll').forecast.ratio).toBeGreaterThan(1.35);
    for (const name of ['batchrock', 'fixed-map', 'slow-poll'] as const) expect(of(name).forecast.jobs).toBe(100);
  });

  it('choose the size of a part by themselves where nobody does, and a Map has its own limit of jobs', () => {
    const of = compare({ lanes: [lane(100)] });
    expect([of('batchrock').partRecords, of('batchrock').atOnce]).toEqual([5_000, 100]);
    expect([of('fixed-map').partRecords, of('fixed-map').atOnce]).toEqual([1_000, 20]);
    expect(of('slow-poll').partRecords).toBe(5_000);
    // the default of 1,000 records a job costs more than four times the time
    expect(of('fixed-map').forecast.minutes.p50 / of('batchrock').forecast.minutes.p50).toBeGreaterThan(4);
    expect(of('fixed-map').forecast.slotUse).toBeLessThan(0.25);
  });

  it('take as long as the plan of the same run says', () => {
    const { minutes } = estimatePlan({ model: haiku, params: {}, records: 1_000_000, slots: 20 });
    expect(compare()('batchrock').forecast.minutes).toEqual(minutes);
  });

  it('answer every record that may be answered, or leave what failed', () => {
    const of = compare({ retryShare: 0.05 });
    expect(of('batchrock').unanswered).toBeLessThan(1_000);
    expect(Math.abs(of('slow-poll').unanswered / 50_000 - 1)).toBeLessThan(0.02);
    expect(of('batchrock').forecast.sent).toBeGreaterThan(1_050_000);
  });

  it('cost what their tokens cost, and nothing that is made up where the price is unknown', () => {
    expect(compare({ price: haiku.price })('batchrock').costUsd).toBeCloseTo(1_000_000 * (500 * 0.125e-6 + 200 * 0.625e-6), 6);
    expect(compare()('batchrock').costUsd).toBeUndefined();
  });

  it('use several Regions, if they know of more than one', () => {
    const slow = { ...SERVICE_MODEL, startMinutes: 30, recordsPerMinute: 400 };
    const of = compare({ partRecords: 10_000, lanes: [lane(20), lane(20, slow, 'us-west-2')] });
    const home = compare({ partRecords: 10_000 });
    expect(of('batchrock').forecast.minutes.p50).toBeLessThan(0.95 * home('batchrock').forecast.minutes.p50);
    expect(of('slow-poll').forecast).toEqual(home('slow-poll').forecast);
  });

  it('give every part to one of two Regions that are alike, and leave none to the other', () => {
    const lanes = [lane(400, SERVICE_MODEL, 'a'), lane(400, SERVICE_MODEL, 'b')];
    const { forecast } = compare({ partRecords: 10_000, lanes })('batchrock');
    expect(forecast.jobs).toBe(100);
    expect(forecast.minutes.p10).toBeGreaterThan(10);
  });

  it('cut parts for the slots of all their Regions', () => {
    const lanes = [0, 1, 2, 3].map((i) => lane(100, SERVICE_MODEL, `region-${i}`));
    expect(compare({ lanes })('batchrock').partRecords).toBe(1_250);
    expect(compare({ lanes })('slow-poll').partRecords).toBe(5_000);
  });

  it('are not asked for more jobs than can be played, those that send again counted', () => {
    const jobs = { records: 200_000_000, partRecords: 1_000 };
    expect(() => compare({ ...jobs, retryShare: 1, attempts: 6 })).toThrow(/1200000 jobs are too many.*1000000 at most/);
    expect(() => compare({ ...jobs, retryShare: 0.5, attempts: 100, partRecords: 100_000 })).not.toThrow();
  });

  it('are not asked for jobs that the service refuses', () => {
    expect(() => compare({ partRecords: 99 })).toThrow(/99 records is not possible: the service takes 100 to 100000/);
    expect(() => compare({ partRecords: 100_001 })).toThrow(/not possible/);
    expect(() => compare({ records: 1_000_001_000 })).toThrow(/1000001 jobs are too many/);
  });

  it('have nothing to do for no records', () => {
    expect(compare({ records: 0 })('batchrock').forecast).toMatchObject({ jobs: 0, minutes: { p50: 0 } });
  });
});
