import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invariantTable } from '../simulation/invariants.ts';

const BEGIN = '<!-- invariants: written by `npm run docs` from packages/testkit/src/simulation/invariants.ts -->';
const END = '<!-- end of invariants -->';

/** `reliability.md` as it is, with the table of promises as the code has it. Throws when the places for it are gone. */
export function reliabilityPage(): string {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/reliability.md'), 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place between ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${invariantTable()}\n\n${page.slice(to)}`;
}
