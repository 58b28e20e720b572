import { findDifference } from './metamorphic.ts';
import { runSeed, type SeedOptions } from './seed.ts';
import { addSeed, noTotals, type Totals } from './totals.ts';
import { setTraps } from './traps.ts';

/** Which seeds one process runs: `from`, `from + step`, … below `to`. */
export interface SeedRange {
  readonly from: number;
  /** The seed after the last one. */
  readonly to: number;
  readonly step: number;
  /** Ends at so many failures. */
  readonly maxFailures: number;
  /** Every so many-th seed is run twice to see whether the same happens, and in every variant of it. */
  readonly twiceEvery: number;
}

/** Runs seeds one after the other, with the real world locked out. */
export async function runSeeds(range: SeedRange, options: SeedOptions = {}): Promise<Totals> {
  const totals = noTotals();
  const before = process.cpuUsage();
  const release = setTraps();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    for (let seed = range.from; seed < range.to && totals.failures.length < range.maxFailures; seed += range.step) {
      const result = await runSeed(seed, options);
      addSeed(totals, result);
      if (seed % range.twiceEvery !== 0 || result.violation !== undefined) continue;
      const again = await runSeed(seed, options);
      if (again.hash !== result.hash) {
        const message = `went differently the second time: ${result.hash}, ${again.hash}`;
        totals.failures.push({ seed, invariant: 'I16', at: '-', message });
      }
      const difference = await findDifference(seed);
      if (difference !== undefined)
        totals.failures.push({ seed, invariant: difference.holds, at: '-', message: difference.message });
    }
  } finally {
    Error.stackTraceLimit = limit;
    release();
  }
  const { user, system } = process.cpuUsage(before);
  totals.cpuMs = (user + system) / 1000;
  return totals;
}
