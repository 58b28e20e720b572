import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earliestCompletion, type LaneOutlook } from './earliest-completion.ts';

const lane = (free: number, jobMs: number, freeIn: readonly number[] = []): LaneOutlook => ({ free, jobMs, freeIn });

describe('where parts go that may go to several lanes', () => {
  it('fills every free slot while there is enough for all of them', () => {
    expect(earliestCompletion([lane(20, 100), lane(10, 100)], 100)).toEqual([20, 10]);
    expect(earliestCompletion([lane(20, 100), lane(10, 300)], 100)).toEqual([20, 10]);
  });

  it('prefers the first of equal lanes', () => {
    expect(earliestCompletion([lane(5, 100), lane(5, 100)], 7)).toEqual([5, 2]);
  });

  it('waits for a quick lane where a slow one would be done later', () => {
    expect(earliestCompletion([lane(0, 100, [50]), lane(5, 400)], 1)).toEqual([0, 0]);
    expect(earliestCompletion([lane(0, 100, [350]), lane(5, 400)], 1)).toEqual([0, 1]);
    // the fifth part would be the fifth in the one slot of the quick lane
    expect(earliestCompletion([lane(1, 100), lane(5, 400)], 5)).toEqual([1, 1]);
  });

  it('takes no more than there are slots and parts, and knows a lane without any', () => {
    expect(earliestCompletion([lane(0, 100), lane(2, 100)], 9)).toEqual([0, 2]);
    expect(earliestCompletion([lane(0, 100), lane(0, 100)], 9)).toEqual([0, 0]);
    expect(earliestCompletion([], 9)).toEqual([]);
    const lanes = fc.array(
      fc.record({ free: fc.nat(6), jobMs: fc.integer({ min: 1, max: 9 }), freeIn: fc.array(fc.integer({ min: 1, max: 9 })) }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(lanes, fc.nat(30), (lanes, parts) => {
        const sent = earliestCompletion(lanes, parts);
        expect(sent.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(parts);
        for (const [i, count] of sent.entries()) expect(count).toBeLessThanOrEqual(lanes[i]?.free ?? 0);
      }),
    );
  });
});
