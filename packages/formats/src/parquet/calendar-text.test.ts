import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateText, intervalText, splitUnits, timestampText, timeText } from './calendar-text.ts';

const halves = (value: bigint) => [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))] as const;

describe('dates', () => {
  it('are those of Date, for every day that it knows', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        expect(dateText(days)).toBe(new Date(days * 86_400_000).toISOString().split('T')[0]);
      }),
      { numRuns: 5000 },
    );
  });

  it('go on where Date ends', () => {
    expect(dateText(2 ** 31 - 1)).toBe('+5881580-07-11');
    expect(dateText(-(2 ** 31))).toBe('-5877641-06-23');
  });
});

describe('timestamps', () => {
  it('have all digits of their unit, or none where they are all zero', () => {
    expect(timestampText(splitUnits(...halves(-1n), 'ms'), 'ms', true)).toBe('1969-12-31T23:59:59.999Z');
    expect(timestampText(splitUnits(...halves(1_500_000n), 'us'), 'us', false)).toBe('1970-01-01T00:00:01.500000');
    expect(timestampText(splitUnits(...halves(0n), 'ns'), 'ns', true)).toBe('1970-01-01T00:00:00Z');
    expect(timestampText(splitUnits(...halves(-(2n ** 63n)), 'ns'), 'ns', false)).toBe('1677-09-21T00:12:43.145224192');
  });

  it('lose nothing', () => {
    // beyond it, seconds are no whole doubles; those are milliseconds of the year 285,000,000
    const any = fc.bigInt({ min: -(2n ** 63n) + 2n ** 58n, max: 2n ** 63n - 2n ** 58n });
    fc.assert(
      fc.property(any, fc.constantFrom('ms' as const, 'us' as const, 'ns' as const), (value, unit) => {
        const { seconds, fraction } = splitUnits(...halves(value), unit);
        const per = { ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }[unit];
        expect(BigInt(seconds) * per + BigInt(fraction)).toBe(value);
        expect(fraction).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('times and intervals', () => {
  it('are those of ISO 8601', () => {
    expect(timeText({ seconds: 45_296, fraction: 5 }, 'ns', true)).toBe('12:34:56.000000005Z');
    expect(intervalText(14, 3, 4005)).toBe('P14M3DT4.005S');
    expect(intervalText(0, 0, 0)).toBe('P0M0DT0S');
  });
});
