import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../model/index.ts';
import { partRecordsFor, partsOf, wavesOf } from './part-size.ts';

const limits = DEFAULT_LIMITS;
const size = (estimatedRows: number, slots: number): number => partRecordsFor({ estimatedRows, slots, limits });

describe('the size of a part', () => {
  it.each([
    // rows, slots, records a part, waves
    [1_000_000, 10, 33_334, 3],
    [1_000_000, 20, 25_000, 2],
    [1_000_000, 50, 10_000, 2],
    [1_000_000, 100, 5_000, 2],
    [100_000, 10, 5_000, 2],
    [4_000, 20, 100, 2],
    // in two waves these would be parts of 98
    [3_900, 20, 195, 1],
    [3_201, 20, 161, 1],
    [2_000, 20, 100, 1],
    [1_000, 1, 500, 2],
    [50_000_000, 100, 100_000, 5],
    [1_000_000, 1, 100_000, 10],
    [50, 20, 100, 1],
    [0, 20, 100, 0],
  ])('for %d rows in %d slots is %d, in %d waves', (rows, slots, records, waves) => {
    expect(size(rows, slots)).toBe(records);
    expect(wavesOf(partsOf(rows, records, limits), slots)).toBe(waves);
  });

  it('stays inside the limits, and fills whole waves wherever a part may be that small', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), fc.integer({ min: 1, max: 300 }), (rows, slots) => {
        const records = size(rows, slots);
        expect(records).toBeGreaterThanOrEqual(limits.minRecords);
        expect(records).toBeLessThanOrEqual(limits.maxRecords);
        const used = Math.min(slots, limits.maxJobs);
        const parts = partsOf(rows, records, limits);
        if (records === limits.minRecords) return;
        // rounding up may leave the last slots of a wave free, less than one record a part
        expect(Math.ceil(parts / used) * used - parts).toBeLessThanOrEqual(Math.ceil(used / (records / parts)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is one of two to three waves wherever two are large enough, and no job becomes too large', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000_000 }), fc.integer({ min: 1, max: 100 }), (rows, slots) => {
        fc.pre(rows >= 2 * slots * limits.minRecords && rows <= 3 * slots * limits.maxRecords);
        const waves = wavesOf(partsOf(rows, size(rows, slots), limits), slots);
        expect(waves).toBeGreaterThanOrEqual(2);
        expect(waves).toBeLessThanOrEqual(3);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts the parts that a run makes: a last one below the minimum goes into the one before it', () => {
    expect([99, 100, 101, 199, 200, 250, 350].map((rows) => partsOf(rows, 100, limits))).toEqual([1, 1, 1, 1, 2, 2, 3]);
    expect(partsOf(350, 300, limits)).toBe(2);
  });

  it('leaves room for more rows than were estimated', () => {
    const records = partRecordsFor({ estimatedRows: 1_000_000, estimateError: 0.05, slots: 20, limits });
    expect(wavesOf(partsOf(1_050_000, records, limits), 20)).toBe(2);
    expect(wavesOf(partsOf(1_050_000, size(1_000_000, 20), limits), 20)).toBe(3);
  });

  it('makes parts larger where only so many may be made, as far as they may be', () => {
    const bounded = (maxParts: number, maxRecords = limits.maxRecords) =>
      partRecordsFor({ estimatedRows: 1_000_000, slots: 20, limits: { ...limits, maxRecords }, maxParts });
    expect(bounded(40)).toBe(25_000);
    expect(bounded(30)).toBe(33_334);
    expect(bounded(2)).toBe(limits.maxRecords);
    expect(bounded(10, 30_000)).toBe(30_000);
  });

  it('keeps a job of long records below the bytes that it may have', () => {
    const records = partRecordsFor({ estimatedRows: 1_000_000, slots: 20, limits, recordBytes: 1_000_000 });
    expect(records * 1_000_000).toBeLessThanOrEqual(limits.maxJobBytes);
    expect(records).toBeGreaterThan(2_000);
  });

  it('never plans more slots than the quota', () => {
    expect(size(1_000_000, 5_000)).toBe(size(1_000_000, limits.maxJobs));
  });

  it('refuses a number of rows that is none', () => {
    expect(() => size(Number.NaN, 20)).toThrow(/number of rows/);
  });
});
