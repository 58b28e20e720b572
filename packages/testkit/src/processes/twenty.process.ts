import { expect, test } from 'vitest';
import { expectSameEnd, openKnownPlace } from './undisturbed.ts';

const PROCESSES = 20;

test('the same command in twenty processes at once makes one set of jobs; all but one say that the run is busy, or that it has ended', async () => {
  const { world, expected } = await openKnownPlace();
  await world(async ({ start, outcome, finish }) => {
    const ended = await Promise.all(Array.from({ length: PROCESSES }, () => start().ended));
    for (const { code, stderr } of ended) {
      if (code === expected.code) continue;
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('BR-E0202 another process works on run') });
    }
    expect(ended.some(({ code }) => code === expected.code)).toBe(true);
    expectSameEnd(await outcome(expected.code), expected);
    expectSameEnd(await finish(), expected);
  });
});
