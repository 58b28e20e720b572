import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  count,
  duration,
  durationRange,
  isoTime,
  localTime,
  percent,
  plural,
  short,
  UNKNOWN,
  usd,
  usdAbout,
  usdAlike,
} from './figures.ts';

describe('figures', () => {
  test.each([
    ['UTC', '2026-11-21 03:52 UTC'],
    ['Europe/Vienna', '2026-11-21 04:52 +01:00'],
    ['Asia/Kolkata', '2026-11-21 09:22 +05:30'],
    ['America/St_Johns', '2026-11-21 00:22 -03:30'],
  ])('a time in %s is %s', (zone, text) => {
    const before = process.env['TZ'];
    process.env['TZ'] = zone;
    try {
      expect(localTime(Date.UTC(2026, 10, 21, 3, 52))).toBe(text);
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  test.each([
    [0, '0'],
    [940, '940'],
    [999.4, '999'],
    [999.6, '1.0 k'],
    [9_800, '9.8 k'],
    [99_960, '100 k'],
    [412_000_000, '412 M'],
    [999_960, '1.0 M'],
    [2.5e9, '2.5 G'],
  ])('%d is short for %s', (value, text) => expect(short(value)).toBe(text));

  test.each([
    [0, '$0.00'],
    [0.00001, '<$0.0001'],
    [0.0327, '$0.0327'],
    [0.1, '$0.10'],
    [41.2, '$41.20'],
    [1234.5, '$1,234.50'],
    [-0.00001, '>-$0.0001'],
    [-0.0327, '-$0.0327'],
    [-41.2, '-$41.20'],
  ])('%d dollars are %s', (value, text) => expect(usd(value)).toBe(text));

  test('a sum that is estimated is told as one', () => {
    expect([41.2, 0, 0.00001, undefined].map(usdAbout)).toEqual(['~$41.20', '~$0.00', '<$0.0001', UNKNOWN]);
  });

  test.each([
    [400, '0 s'],
    [45_000, '45 s'],
    [150_000, '3 min'],
    [7_140_000, '119 min'],
    [12_000_000, '3 h 20 min'],
    [200_000_000, '2 d 7 h'],
  ])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

  test('a range has one unit where both ends have the same', () => {
    expect(durationRange(38 * 60_000, 52 * 60_000)).toBe('38–52 min');
    expect(durationRange(52 * 60_000, 38 * 60_000)).toBe('38–52 min');
    expect(durationRange(90_000, 180_000)).toBe('90 s–3 min');
    expect(durationRange(60_000, 60_000)).toBe('60 s');
  });

  test('a share is rounded down, so that 100 % means all', () => {
    expect([0, 0.61, 0.999, 1].map(percent)).toEqual(['0 %', '61 %', '99 %', '100 %']);
  });

  test('counts, bytes, times and words', () => {
    expect(count(1_000_000)).toBe('1,000,000');
    expect(bytes(14_200_000)).toBe('14.2 MB');
    expect(bytes(58)).toBe('58 B');
    expect(isoTime(0)).toBe('1970-01-01T00:00:00Z');
    expect([0, 1, 2].map((value) => plural(value, 'row'))).toEqual(['0 rows', '1 row', '2 rows']);
  });

  test('what is not known is told as such, whatever the figure', () => {
    for (const unknown of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([count, short, bytes, usd, percent, duration, isoTime].map((figure) => figure(unknown))).toEqual(
        Array(7).fill(UNKNOWN),
      );
      expect(durationRange(1, unknown)).toBe(UNKNOWN);
    }
  });

  test('no figure ever shows NaN or Infinity', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e15 }), (value) => {
        const text = [count, short, bytes, usd, percent, duration].map((figure) => figure(value)).join(' ');
        return !/NaN|Infinity|undefined|e\+/.test(text);
      }),
    );
  });
});

test.each([
  [
    [0.0817, 0.1634],
    ['$0.0817', '$0.1634'],
  ],
  [
    [1.2, 12],
    ['$1.20', '$12.00'],
  ],
  [
    [0.05, undefined, 1000.5],
    ['$0.0500', '—', '$1,000.5000'],
  ],
  [
    [0, 0.00001, 0.2],
    ['$0.0000', '<$0.0001', '$0.2000'],
  ],
  [
    [0, 5],
    ['$0.00', '$5.00'],
  ],
])('sums %j side by side have as many digits: %j', (values, texts) => expect(usdAlike(...values)).toEqual(texts));
