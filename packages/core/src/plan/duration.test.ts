import { describe, expect, it } from 'vitest';
import { estimateDuration } from './duration.ts';

describe('the time of a run', () => {
  it.each([
    // the simulated figures of the design: rows, records a part, slots, minutes
    [100_000, 1_000, 10, 146],
    [1_000_000, 1_000, 20, 682],
    [1_000_000, 10_000, 20, 168],
    [1_000_000, 25_000, 20, 151],
    [1_000_000, 10_000, 100, 57],
  ])('of %d records in parts of %d in %d slots is about %d minutes', (records, partRecords, slots, minutes) => {
    const { p10, p50, p90 } = estimateDuration({ records, parts: records / partRecords, slots });
    expect(Math.abs(p50 / minutes - 1)).toBeLessThan(0.05);
    expect(p10).toBeLessThan(p50);
    expect(p90).toBeGreaterThan(p50);
  });

  it('is the same each time', () => {
    const input = { records: 123_456, parts: 159, slots: 13 };
    expect(estimateDuration(input)).toEqual(estimateDuration(input));
  });

  it('does not grow with more slots, and is bounded by the work of one slot', () => {
    let last = Number.POSITIVE_INFINITY;
    for (const slots of [1, 2, 5, 20, 100, 1000]) {
      const { p50 } = estimateDuration({ records: 100_000, parts: 100, slots });
      expect(p50).toBeLessThanOrEqual(last);
      last = p50;
    }
    expect(last).toBeGreaterThan(10);
  });

  it('is known for one part and for a hundred thousand', () => {
    expect(estimateDuration({ records: 1, parts: 1, slots: 20 }).p50).toBeCloseTo(10, -1);
    const huge = estimateDuration({ records: 1e9, parts: 100_000, slots: 100 });
    expect(huge.p90 / huge.p10).toBeLessThan(1.1);
  });
});
