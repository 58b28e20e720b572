import { expect, test } from 'vitest';
import { createShuffler } from './shuffler.ts';

const shuffled = (seed: number, lines: readonly string[]): string[] => {
  const shuffler = createShuffler(seed);
  return [...lines.flatMap((line) => shuffler.push(line)), ...shuffler.drain()];
};

test('every line comes out once, in an order that depends on the seed alone', () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i}`);
  const out = shuffled(1, lines);
  expect(out.toSorted()).toEqual(lines.toSorted());
  expect(out).not.toEqual(lines);
  expect(shuffled(1, lines)).toEqual(out);
  expect(shuffled(2, lines)).not.toEqual(out);
});

test('long lines are not held back without bound', () => {
  const shuffler = createShuffler(1);
  let held = 0;
  for (let i = 0; i < 100; i += 1) held += 1 - shuffler.push('x'.repeat(100_000)).length;
  expect(held).toBeLessThanOrEqual(20);
});
