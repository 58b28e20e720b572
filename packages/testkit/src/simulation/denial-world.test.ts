import { describe, expect, it } from 'vitest';
import { drawDenials } from './denial-world.ts';
import { findDifference } from './metamorphic.ts';
import { createRng } from './random.ts';
import { DENIALS_FROM, drawRegions, REGIONS_FROM } from './region-world.ts';
import { runSeed } from './seed.ts';
import { TAIL_FROM } from './tail-world.ts';

describe('a world without all permissions', () => {
  it('is drawn from its own seeds alone, half of them with several Regions', () => {
    const isDrawn = (seed: number) => drawDenials(seed, createRng(seed, 'denials')) !== undefined;
    expect([1, 435_400, TAIL_FROM, REGIONS_FROM, DENIALS_FROM - 1, DENIALS_FROM].map(isDrawn)).toEqual([
      ...new Array<boolean>(5).fill(false),
      true,
    ]);
    const seeds = Array.from({ length: 100 }, (_, i) => DENIALS_FROM + i);
    const several = seeds.filter((seed) => drawRegions(seed, createRng(seed, 'regions')).length > 0).length;
    expect(several).toBeGreaterThan(30);
    expect(several).toBeLessThan(70);
  });

  it('keeps every promise, has jobs that are denied, and goes the same way twice', async () => {
    let denied = 0;
    for (let seed = DENIALS_FROM; seed < DENIALS_FROM + 6; seed++) {
      const once = await runSeed(seed);
      expect(once.violation?.message).toBeUndefined();
      expect((await runSeed(seed)).hash).toBe(once.hash);
      denied += once.marks.get('job-denied') ?? 0;
    }
    expect(denied).toBeGreaterThan(0);
  });

  it('ends in the same bytes in every variant, where all is permitted', async () => {
    for (let seed = DENIALS_FROM; seed < DENIALS_FROM + 3; seed++) expect(await findDifference(seed)).toBeUndefined();
  });
});
