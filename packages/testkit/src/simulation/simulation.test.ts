import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { createRng } from './random.ts';
import { Scheduler, WORLD_START } from './scheduler.ts';
import { runSeed } from './seed.ts';
import { setTraps } from './traps.ts';
import { readWitnesses } from './witnesses.ts';

describe('virtual time', () => {
  it('runs timers in order of their moments, and those of one moment in the order they were set', async () => {
    const scheduler = new Scheduler();
    const order: string[] = [];
    scheduler.after(20, () => order.push('c'));
    scheduler.after(10, () => order.push('a'));
    scheduler.after(10, () => order.push('b'));
    await scheduler.run(WORLD_START + 1000, () => false);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('lets everything that a timer woke run before the next timer', async () => {
    const scheduler = new Scheduler();
    const order: string[] = [];
    scheduler.after(10, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await undefined;
        order.push('woken');
      })();
    });
    scheduler.after(11, () => order.push('next'));
    await scheduler.run(WORLD_START + 1000, () => false);
    expect(order).toEqual(['woken', 'next']);
  });

  it('stops at its deadline and leaves later timers for later', async () => {
    const scheduler = new Scheduler();
    let ran = false;
    scheduler.after(5000, () => {
      ran = true;
    });
    expect(await scheduler.run(WORLD_START + 1000, () => false)).toBe(false);
    expect([ran, scheduler.now]).toEqual([false, WORLD_START + 1000]);
    await scheduler.run(WORLD_START + 9000, () => ran);
    expect(ran).toBe(true);
  });
});

describe('chance', () => {
  it('is the same for the same seed and label, and another for another', () => {
    const draw = (seed: number, label: string): number[] => {
      const rng = createRng(seed, label);
      return Array.from({ length: 5 }, () => rng.next());
    };
    expect(draw(7, 'a')).toEqual(draw(7, 'a'));
    expect(draw(7, 'a')).not.toEqual(draw(8, 'a'));
    expect(draw(7, 'a')).not.toEqual(draw(7, 'b'));
  });

  it('is spread evenly', () => {
    const rng = createRng(1);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) buckets[rng.int(0, 9)]!++;
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('a simulated world', () => {
  it('keeps every promise in the first seeds, and goes the same way twice', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const once = await runSeed(seed);
      expect(once.violation?.message).toBeUndefined();
      expect((await runSeed(seed)).hash).toBe(once.hash);
    }
  });

  it('goes another way with another seed', async () => {
    expect((await runSeed(1)).hash).not.toBe((await runSeed(2)).hash);
  });

  it('tells its story in words', async () => {
    const { story } = await runSeed(3, { wholeStory: true });
    expect(story[0]).toContain('seed 3:');
    expect(story.some((line) => line.includes('bedrock') && line.includes('create'))).toBe(true);
  });

  it('lets no real time or chance in', () => {
    const release = setTraps();
    try {
      expect(() => Date.now()).toThrow('there is a port for it');
      expect(() => Math.random()).toThrow('there is a port for it');
      expect(() => globalThis.crypto.randomUUID()).toThrow('there is a port for it');
    } finally {
      release();
    }
    expect(Date.now()).toBeGreaterThan(0);
  });
});

describe('planted bugs', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s has its place in the source', async (_name, mutant) => {
    const source = await readFile(fileURLToPath(new URL(`../../../core/src/${mutant.file}`, import.meta.url)), 'utf8');
    for (const [find] of mutant.edits) expect(source.split(find).length - 1).toBe(1);
  });

  it('have witnesses of their own names alone', async () => {
    const names: readonly string[] = MUTANTS.map((mutant) => mutant.name);
    const witnesses = [...(await readWitnesses()).keys()];
    expect(witnesses.length).toBeGreaterThan(0);
    expect(witnesses.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('have a witness where they are sought in more than a thousand seeds, which would take minutes', async () => {
    const witnesses = await readWitnesses();
    expect(MUTANTS.filter(({ name, seeds }) => seeds > 1000 && !witnesses.has(name))).toEqual([]);
  });
});
