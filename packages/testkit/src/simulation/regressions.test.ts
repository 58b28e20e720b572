import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readRegressions, replay, writeRegression } from './regressions.ts';
import { runSeed } from './seed.ts';

describe('regressions', () => {
  it('break no promise any more', async () => {
    for (const [name, regression] of await readRegressions()) {
      expect([name, (await replay(regression))?.message]).toEqual([name, undefined]);
    }
  });

  it('are read as they were written', async () => {
    const folder = await mkdtemp(`${tmpdir()}/regressions-`);
    try {
      const regression = { seed: 7, invariant: 'I5', words: 'two jobs', faults: ['slow: p0 ledger.get #1'] };
      const name = await writeRegression(regression, folder);
      expect(await readRegressions(folder)).toEqual(new Map([[name, regression]]));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('go as their seed went when all its faults are kept', async () => {
    const whole = await runSeed(4);
    expect(whole.struck.length).toBeGreaterThan(0);
    const again = await runSeed(4, { faults: whole.struck });
    expect(again.hash).toBe(whole.hash);
    expect((await runSeed(4, { faults: [] })).hash).not.toBe(whole.hash);
  });
});
