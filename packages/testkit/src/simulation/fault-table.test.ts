import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawDenials } from './denial-world.ts';
import { FAULTS } from './fault-table.ts';
import { drawFaults } from './faults.ts';
import { createRng } from './random.ts';
import { DENIALS_FROM, drawRegions, REGIONS_FROM } from './region-world.ts';
import { drawTail, TAIL_FROM } from './tail-world.ts';

const packages = fileURLToPath(new URL('../../../', import.meta.url));
const holders = FAULTS.flatMap(({ words, tests }) => tests.map((holder) => [words, holder] as const));
const named = new Set<string>(FAULTS.flatMap(({ drawn }) => drawn));

/** What a world may draw. How jobs go is no fault but the promise of a world to itself. */
const DRAWN = [
  ...Object.keys(drawFaults(createRng(1, 'faults'))).filter((field) => field !== 'jobsStaySo'),
  ...Object.keys(drawTail(TAIL_FROM, createRng(1, 'tail')) ?? {}),
  ...drawRegions(REGIONS_FROM, createRng(1, 'regions')).flatMap((plan) => Object.keys(plan)),
  ...Object.keys(drawDenials(DENIALS_FROM, createRng(1, 'denials')) ?? {}),
];

describe('the faults', () => {
  it('are each drawn by a world or brought about by a test', () => {
    for (const { words, drawn, tests } of FAULTS) expect([words, drawn.length + tests.length > 0]).toEqual([words, true]);
  });

  it('have every class that a world may draw, and no other', () => {
    expect(DRAWN.length).toBeGreaterThan(70);
    expect(DRAWN.filter((field) => !named.has(field))).toEqual([]);
    expect([...named].filter((field) => !DRAWN.includes(field))).toEqual([]);
  });

  it.each(holders)('%s: is brought about by what is there: %j', (_words, { file, text }) => {
    expect(readFileSync(`${packages}${file}`, 'utf8')).toContain(text ?? '');
  });
});
