import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsWithout, theseRecords } from './record-set.ts';

test('a span of rows knows its records and not the rejected ones or those of its neighbours', () => {
  const set = rowsWithout(100, 110, [100, 104, 109]);
  const known = Array.from({ length: 20 }, (_, i) => 95 + i).filter((ordinal) => set.slotOf(ordinal) >= 0);
  expect(known).toEqual([101, 102, 103, 105, 106, 107, 108]);
  for (const ordinal of known) expect(set.ordinalAt(set.slotOf(ordinal))).toBe(ordinal);
  expect(set.isGap(4)).toBe(true);
});

test('any rising list of rows is found again, and nothing else', () => {
  const rows = fc.uniqueArray(fc.nat(10_000_000_000)).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(rows, fc.nat(10_000_000_000), (list, other) => {
      const set = theseRecords(Float64Array.from(list));
      for (const [slot, ordinal] of list.entries()) expect(set.slotOf(ordinal)).toBe(slot);
      expect(set.slotOf(other)).toBe(list.indexOf(other));
    }),
  );
});

test('records out of order are a bug, not a result', () => {
  expect(() => theseRecords(Float64Array.of(1, 3, 3))).toThrow(/out of order/);
  expect(() => rowsWithout(0, 5, [5])).toThrow(/outside/);
});
