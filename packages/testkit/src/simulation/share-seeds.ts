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
  /** Every so many-th seed is run twice, and in every variant of it. */
  readonly twiceEvery: number;
}

/**
 * Worlds are many small objects that live for a moment, and there is a process for each core: room for many worlds before
 * garbage is collected, and no threads beside ours, are a quarter less work in all.
 */
const NODE_ARGS = [
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
  '--initial-old-space-size=1024',
  '--single-threaded',
];

/** Splits seeds over processes, and adds up what they tell. Failures are in order of their seeds. */
export async function shareSeeds({ from, seeds, jobs, maxFailures, twiceEvery }: SharedSeeds): Promise<Totals> {
  const totals = noTotals();
  const shares = Array.from({ length: Math.min(jobs, seeds) }, async (_, i) => {
    const range = ['--from', String(from + i), '--seeds', String(seeds - i), '--step', String(jobs)];
    const limits = ['--failures', String(maxFailures), '--twice-every', String(twiceEvery)];
    addTotals(totals, JSON.parse(await runChild(program, [...range, ...limits], { nodeArgs: NODE_ARGS })) as Totals);
  });
  await Promise.all(shares);
  totals.failures.sort((a, b) => a.seed - b.seed);
  return totals;
}
