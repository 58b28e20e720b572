import { describe, expect, it } from 'vitest';
import { createRng } from './random.ts';
import { runSeed } from './seed.ts';
import { drawTail, TAIL_FROM } from './tail-world.ts';

describe('a world with a tail on demand', () => {
  it('is drawn from its own seeds alone', () => {
    const isDrawn = (seed: number) => drawTail(seed, createRng(seed, 'tail')) !== undefined;
    expect([1, 315_400, TAIL_FROM - 1, TAIL_FROM, TAIL_FROM + 999].map(isDrawn)).toEqual([false, false, false, true, true]);
  });

  it('keeps every promise, asks for records, and goes the same way twice', async () => {
    let kept = 0;
    for (let seed = TAIL_FROM; seed < TAIL_FROM + 6; seed++) {
      const once = await runSeed(seed);
      expect(once.violation?.message).toBeUndefined();
      expect((await runSeed(seed)).hash).toBe(once.hash);
      kept += once.marks.get('answer-kept') ?? 0;
    }
    expect(kept).toBeGreaterThan(0);
  });

  it('names the faults of its models, so that they can be kept and left out', async () => {
    const named = new Set<string | undefined>();
    for (let seed = TAIL_FROM; seed < TAIL_FROM + 20; seed++) {
      for (const fault of (await runSeed(seed)).struck) named.add(fault.split(':')[0]);
    }
    expect([...named]).toEqual(expect.arrayContaining(['model throttled', 'model fails', 'answer lost', 'other words']));
  });
});
