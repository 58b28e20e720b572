import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnFate, keptFate, Places } from './fate.ts';
import { reduceFaults } from './reduce.ts';

describe('reducing a list of faults', () => {
  it('ends with exactly those that are needed, wherever they stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 4 }), async (needed) => {
        const faults = Array.from({ length: 61 }, (_, i) => String(i));
        const kept = await reduceFaults(faults, async (some) => needed.every((each) => some.includes(String(each))));
        expect([...kept].sort()).toEqual(needed.map(String).sort());
      }),
    );
  });

  it('leaves none that could be left out, where one of two will do', async () => {
    const fails = async (some: readonly string[]) => some.includes('a') || (some.includes('b') && some.includes('c'));
    const kept = await reduceFaults(['x', 'b', 'a', 'c', 'y'], fails);
    expect(await fails(kept)).toBe(true);
    for (const each of kept) expect(await fails(kept.filter((one) => one !== each))).toBe(false);
  });
});

describe('the fate of a world', () => {
  const strike = (fate: ReturnType<typeof drawnFate>) => {
    const places = new Places();
    return Array.from({ length: 50 }, () => fate.strikes('slow', 0.3, places.next('p0', 'ledger.get'))).map(Number);
  };

  it('is as its rates say, and the same for the same seed', () => {
    expect(strike(drawnFate(1))).toEqual(strike(drawnFate(1)));
    expect(strike(drawnFate(1))).not.toEqual(strike(drawnFate(2)));
    const places = new Places();
    const fate = drawnFate(3);
    for (let i = 0; i < 10_000; i++) fate.strikes('slow', 0.1, places.next('p0', `call ${i % 7}`));
    expect(Math.abs(fate.struck.length - 1000)).toBeLessThan(100);
  });

  it('strikes again with the faults that struck, and with those alone that are kept', () => {
    const drawn = drawnFate(5);
    const all = strike(drawn);
    expect(strike(keptFate(5, drawn.struck))).toEqual(all);
    const first = drawn.struck.slice(0, 1);
    expect(strike(keptFate(5, first)).reduce((sum, one) => sum + one)).toBe(1);
  });

  it('never strikes at rate 0, kept or not', () => {
    const place = new Places().next('p0', 'ledger.get');
    expect(drawnFate(1).strikes('slow', 0, place)).toBe(false);
    expect(keptFate(1, ['slow: p0 ledger.get #1']).strikes('slow', 0, place)).toBe(false);
    expect(keptFate(1, ['slow: p0 ledger.get #1']).strikes('slow', 0.1, place)).toBe(true);
  });
});
