import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRegressions, replay, writeRegression } from './regressions.ts';
import { runSeed } from './seed.ts';
import { readWitnesses } from './witnesses.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** `npm run sim` with one seed and the regressions of a folder, a bug planted. */
async function simulate(mutant: string, folder: string): Promise<{ readonly code: number | null; readonly out: string }> {
  const bug = ['--conditions=@batchrock/source', '--import', new URL('./plant.ts', import.meta.url).href];
  const child = spawn(process.execPath, [...bug, fileOf('./main.ts'), '--seeds', '1', '--regressions', folder], {
    env: { ...process.env, SIM_MUTANT: mutant },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, code] = await Promise.all([text(child.stdout), new Promise<number | null>((done) => child.once('close', done))]);
  return { code, out };
}

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

  it('are none where nothing has failed', async () => {
    const folder = await mkdtemp(`${tmpdir()}/regressions-`);
    try {
      expect((await readRegressions(folder)).size).toBe(0);
      expect((await readRegressions(`${folder}/none`)).size).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are replayed with every simulation, which fails when one breaks its promise again', async () => {
    const folder = await mkdtemp(`${tmpdir()}/regressions-`);
    try {
      const mutant = 'trust-the-event';
      const { seed, faults } = (await readWitnesses()).get(mutant)!;
      const bad = await writeRegression({ seed, invariant: 'I10', words: 'a job that nobody stopped', faults }, folder);
      await writeRegression({ seed, invariant: 'I10', words: 'the same without its faults', faults: [] }, folder);
      const { code, out } = await simulate(mutant, folder);
      expect(out).toContain(`regression ${bad}: I10`);
      // the seed and the other regression pass
      expect(out).toContain('2 passed, 1 failed');
      expect(code).toBe(1);
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
