import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Holder } from './holder.ts';
import { INVARIANTS } from './invariants.ts';

const packages = fileURLToPath(new URL('../../../', import.meta.url));
const holders = INVARIANTS.flatMap(({ id, checkers, tests }) => [...checkers, ...tests].map((holder) => [id, holder] as const));
const isThere = ({ file, text }: Holder): boolean => readFileSync(`${packages}${file}`, 'utf8').includes(text ?? '');

describe('the promises', () => {
  it('are numbered from I1 to I26, each held by a test and a checker or told why there is none', () => {
    expect(INVARIANTS.map(({ id }) => id)).toEqual(Array.from({ length: 26 }, (_, i) => `I${i + 1}`));
    for (const { id, checkers, tests, unseen } of INVARIANTS) {
      expect([id, tests.length > 0, checkers.length > 0 || unseen !== undefined]).toEqual([id, true, true]);
    }
  });

  it.each(holders)('%s is held by what is there: %j', (_id, holder) => {
    expect(isThere(holder)).toBe(true);
  });

  it('would miss a holder that is gone', () => {
    expect(isThere({ file: 'testkit/src/simulation/check-jobs.ts', text: "'I999'" })).toBe(false);
  });
});
