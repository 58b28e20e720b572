import { type Rng, ratesFrom } from './random.ts';
import { DENIALS_FROM } from './region-world.ts';

/** Where a permission is missing: to create jobs, to read what they read, to write what they write. */
export const DENIALS = ['create', 'input', 'output'] as const;
export type Denial = (typeof DENIALS)[number];

/** How permissions are missing in a world. Rates are per job, or per look of the one who can give them. */
export interface DenialPlan {
  /** One is missing when the world begins; per Region. */
  readonly deniedAtFirstRate: number;
  /** One is taken away, per hour. */
  readonly revocationsPerHour: number;
  /** A job is denied what the others have. */
  readonly accidentRate: number;
  /** Somebody says `resume`, and has not given the permission. */
  readonly vainResumeRate: number;
}

/** Draws them; undefined for a seed that has none. */
export function drawDenials(seed: number, rng: Rng): DenialPlan | undefined {
  if (seed < DENIALS_FROM) return undefined;
  const rate = ratesFrom(rng);
  return {
    deniedAtFirstRate: rng.pick([0, 0.7, 1]),
    revocationsPerHour: rate(0.1, 2),
    accidentRate: rate(0.02, 0.3),
    vainResumeRate: rate(0.1, 0.8),
  };
}
