import { fileURLToPath } from 'node:url';
import { runChild } from './child.ts';
import { addTotals, noTotals, type Totals } from './totals.ts';

/** Of the seeds that every change runs, every so many-th is run twice, and in every variant of it. */
export const TWICE_EVERY = 50;

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
 * Worlds are many small objects that live for a moment, and there is a process for each core: what is new stays within the cache
 * that the cores share, no thread runs beside ours, and the blocks of files, which lie outside the heap, are no reason to look
 * through all of it every dozen worlds, nor to throw code away that is used again in the next one.
 */
const NODE_ARGS = [
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
  '--initial-old-space-size=1024',
  '--external-memory-accounted-in-global-limit',
  '--no-flush-bytecode',
  '--single-threaded',
];

/** For glibc; others ignore it. Blocks that are given back are used again, and not fetched anew from the system, which clears them. */
const MALLOC = {
  MALLOC_TRIM_THRESHOLD_: String(512 * 2 ** 20),
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TOP_PAD_: String(16 * 2 ** 20),
};

/** Splits seeds over processes, and adds up what they tell. Failures are in order of their seeds. */
export async function shareSeeds({ from, seeds, jobs, maxFailures, twiceEvery }: SharedSeeds): Promise<Totals> {
  const totals = noTotals();
  const shares = Array.from({ length: Math.min(jobs, seeds) }, async (_, i) => {
    const range = ['--from', String(from + i), '--seeds', String(seeds - i), '--step', String(jobs)];
    const limits = ['--failures', String(maxFailures), '--twice-every', String(twiceEvery)];
    const told = await runChild(program, [...range, ...limits], { nodeArgs: NODE_ARGS, env: MALLOC });
    addTotals(totals, JSON.parse(told) as Totals);
  });
  await Promise.all(shares);
  totals.failures.sort((a, b) => a.seed - b.seed);
  return totals;
}
