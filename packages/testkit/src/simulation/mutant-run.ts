import type { Mutant } from './mutant.ts';
import { reduceSeed } from './regressions.ts';
import { runSeeds } from './run-seeds.ts';
import { TWICE_EVERY } from './share-seeds.ts';
import { addTotals, type Failure, noTotals, type Totals } from './totals.ts';
import { readWitnesses, type Witness } from './witnesses.ts';

/** How a mutant fared; plain JSON, as one process tells it to another. */
export interface MutantRun {
  /** The first promise that it broke; absent: it survives. */
  readonly failure?: Failure;
  readonly byWitness: boolean;
  readonly seeds: number;
  readonly cpuMs: number;
  /** Where one was asked for and can be had. */
  readonly witness?: Witness;
}

/** A witness need not be the smallest one. */
const WITNESS_TRIES = 100;

/** True for a promise that the mutant is known to break. */
export function isExpected(mutant: Mutant, failure: Failure): boolean {
  return mutant.breaks.some((name) => name === failure.invariant);
}

/**
 * Tries the world that caught the mutant before, then seeds until one breaks a promise or their budget is spent. The mutant
 * must be planted already. `renews`: no witness is believed, and another one is sought.
 */
export async function runMutant(mutant: Mutant, renews: boolean): Promise<MutantRun> {
  const totals = noTotals();
  const known = renews ? undefined : (await readWitnesses()).get(mutant.name);
  if (known !== undefined) {
    const { seed, faults } = known;
    const failure = await firstFailure(totals, { from: seed, to: seed + 1 }, faults);
    if (failure !== undefined && isExpected(mutant, failure)) return tell(totals, { failure, byWitness: true });
  }
  const { from = 1, seeds } = mutant;
  const failure = await firstFailure(totals, { from, to: from + seeds });
  if (failure === undefined) return tell(totals, { byWitness: false });
  const reduced = renews && isExpected(mutant, failure) ? await reduceSeed(failure.seed, mutant.name, WITNESS_TRIES) : undefined;
  return tell(totals, {
    failure,
    byWitness: false,
    ...(reduced && { witness: { seed: reduced.seed, faults: reduced.faults } }),
  });
}

async function firstFailure(
  totals: Totals,
  range: { readonly from: number; readonly to: number },
  faults?: readonly string[],
): Promise<Failure | undefined> {
  const found = await runSeeds(
    { ...range, step: 1, maxFailures: 1, twiceEvery: TWICE_EVERY },
    faults === undefined ? {} : { faults },
  );
  addTotals(totals, found);
  return found.failures[0];
}

function tell({ seeds, cpuMs }: Totals, found: Omit<MutantRun, 'seeds' | 'cpuMs'>): MutantRun {
  return { ...found, seeds, cpuMs };
}
