import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultTable } from '../simulation/fault-table.ts';
import { invariantTable } from '../simulation/invariants.ts';

/** What is between these lines is written. */
const TABLES = [
  {
    begin: '<!-- invariants: written by `npm run docs` from packages/testkit/src/simulation/invariants.ts -->',
    end: '<!-- end of invariants -->',
    table: invariantTable,
  },
  {
    begin: '<!-- faults: written by `npm run docs` from packages/testkit/src/simulation/fault-table.ts -->',
    end: '<!-- end of faults -->',
    table: faultTable,
  },
] as const;

/** `reliability.md` as it is, with the tables of promises and of faults as the code has them. Throws when the places for them are gone. */
export function reliabilityPage(): string {
  let page = readFileSync(join(import.meta.dirname, '../../../../docs/reliability.md'), 'utf8');
  for (const { begin, end, table } of TABLES) {
    const from = page.indexOf(begin);
    const to = page.indexOf(end);
    if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place between ${begin} and ${end}`);
    page = `${page.slice(0, from + begin.length)}\n\n${table()}\n\n${page.slice(to)}`;
  }
  return page;
}
