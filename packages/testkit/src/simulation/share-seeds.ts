import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import { addTotals, noTotals, type Totals } from './totals.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

/** What is shared among processes. */
export interface SharedSeeds {
  readonly from: number;
  readonly seeds: number;
  /** Processes. */
  readonly jobs: number;
  /** Each process ends at so many. */
  readonly maxFailures: number;
}

/** Splits seeds over processes, and adds up what they tell. Failures are in order of their seeds. */
export async function shareSeeds({ from, seeds, jobs, maxFailures }: SharedSeeds): Promise<Totals> {
  const totals = noTotals();
  const shares = Array.from({ length: Math.min(jobs, seeds) }, async (_, i) => {
    const range = ['--from', String(from + i), '--seeds', String(seeds - i), '--step', String(jobs)];
    addTotals(totals, JSON.parse(await runChild(program, [...range, '--failures', String(maxFailures)])) as Totals);
  });
  await Promise.all(shares);
  totals.failures.sort((a, b) => a.seed - b.seed);
  return totals;
}
