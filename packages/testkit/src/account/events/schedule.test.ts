import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedule } from './schedule.ts';

const at = (iso: string): number => Date.parse(iso);
const next = (expression: string, after: string): string | undefined => {
  const time = parseSchedule(expression, at('2026-11-21T10:00:00Z')).next(at(after));
  return time === undefined ? undefined : new Date(time).toISOString().replace(':00.000Z', '');
};

describe('rate', () => {
  test.each([
    ['rate(5 minutes)', '2026-11-21T10:00:00Z', '2026-11-21T10:05'],
    ['rate(5 minutes)', '2026-11-21T10:05:00Z', '2026-11-21T10:10'],
    ['rate(5 minutes)', '2026-11-21T10:07:59Z', '2026-11-21T10:10'],
    ['rate(1 hour)', '2026-11-21T10:00:00Z', '2026-11-21T11:00'],
    ['rate(2 days)', '2026-11-22T10:00:00Z', '2026-11-23T10:00'],
  ])('%s after %s strikes at %s', (expression, after, expected) => expect(next(expression, after)).toBe(expected));
});

describe('cron', () => {
  test.each([
    // the examples of the User Guide
    ['cron(0 10 * * ? *)', '2026-11-21T10:00:00Z', '2026-11-22T10:00'],
    ['cron(15 12 * * ? *)', '2026-11-21T10:00:00Z', '2026-11-21T12:15'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-21T10:00:00Z', '2026-11-23T18:00'],
    ['cron(0 8 1 * ? *)', '2026-11-21T10:00:00Z', '2026-12-01T08:00'],
    ['cron(0/15 * * * ? *)', '2026-11-21T10:16:00Z', '2026-11-21T10:30'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-20T17:55:00Z', '2026-11-23T08:00'],
    // last day, nearest weekday, last Friday, second Tuesday
    ['cron(0 0 L * ? *)', '2027-02-01T00:00:00Z', '2027-02-28T00:00'],
    ['cron(0 0 15W * ? *)', '2026-11-01T00:00:00Z', '2026-11-16T00:00'],
    ['cron(0 0 1W * ? *)', '2027-04-30T00:00:00Z', '2027-05-03T00:00'],
    ['cron(0 0 ? * 6L *)', '2026-11-01T00:00:00Z', '2026-11-27T00:00'],
    ['cron(0 0 ? * TUE#2 *)', '2026-11-01T00:00:00Z', '2026-11-10T00:00'],
    ['cron(0 0 ? * FRI-SUN *)', '2026-11-21T10:00:00Z', '2026-11-22T00:00'],
    ['cron(0 0 29 2 ? *)', '2026-11-21T10:00:00Z', '2028-02-29T00:00'],
    ['cron(30 6,18 * JAN,jul ? 2027)', '2026-11-21T10:00:00Z', '2027-01-01T06:30'],
    ['cron(0 0 1 1 ? 2020)', '2026-11-21T10:00:00Z', undefined],
    ['cron(0 0 31 4 ? *)', '2026-11-21T10:00:00Z', undefined],
  ])('%s after %s strikes at %s', (expression, after, expected) => expect(next(expression, after)).toBe(expected));

  test('strikes at the same minute of every day that it names', () => {
    const time = fc.record({ minute: fc.integer({ min: 0, max: 59 }), hour: fc.integer({ min: 0, max: 23 }) });
    fc.assert(
      fc.property(
        time,
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        ({ minute, hour }, from) => {
          const struck = parseSchedule(`cron(${minute} ${hour} * * ? *)`, 0).next(from.getTime()) ?? 0;
          const date = new Date(struck);
          expect([date.getUTCMinutes(), date.getUTCHours(), date.getUTCSeconds()]).toEqual([minute, hour, 0]);
          expect(struck - from.getTime()).toBeGreaterThan(0);
          expect(struck - from.getTime()).toBeLessThanOrEqual(86_400_000);
        },
      ),
    );
  });
});

test.each([
  'rate(5 minute)',
  'rate(1 minutes)',
  'rate(0 minutes)',
  'rate(5 weeks)',
  'every 5 minutes',
  'cron(0 10 * * *)',
  'cron(0 10 * * * *)',
  'cron(0 10 ? * ? *)',
  'cron(60 10 * * ? *)',
  'cron(0 10 * 13 ? *)',
  'cron(0 10 ? * MOO *)',
  'cron(0/0 10 * * ? *)',
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression, 0).next(0)).toThrow('Parameter ScheduleExpression is not valid');
});
