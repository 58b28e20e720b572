import { describe, expect, it } from 'vitest';
import { findDifference } from './metamorphic.ts';
import { createRng } from './random.ts';
import { drawRegions, REGIONS_FROM } from './region-world.ts';
import { runSeed } from './seed.ts';
import { TAIL_FROM } from './tail-world.ts';

describe('a world of several Regions', () => {
  it('is drawn from its own seeds alone', () => {
    const count = (seed: number) => drawRegions(seed, createRng(seed, 'regions')).length;
    expect([1, 315_400, TAIL_FROM, REGIONS_FROM - 1].map(count)).toEqual([0, 0, 0, 0]);
    expect(count(REGIONS_FROM)).toBeGreaterThan(0);
  });

  it('keeps every promise, has jobs elsewhere, and goes the same way twice', async () => {
    let elsewhere = 0;
    for (let seed = REGIONS_FROM; seed < REGIONS_FROM + 6; seed++) {
      const once = await runSeed(seed);
      expect(once.violation?.message).toBeUndefined();
      expect((await runSeed(seed)).hash).toBe(once.hash);
      elsewhere += once.marks.get('job-elsewhere') ?? 0;
    }
    expect(elsewhere).toBeGreaterThan(0);
  });

  it('ends in the bytes of one Region', async () => {
    for (let seed = REGIONS_FROM; seed < REGIONS_FROM + 3; seed++) expect(await findDifference(seed)).toBeUndefined();
  });
});
