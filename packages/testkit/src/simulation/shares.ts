import { DENIAL_MARKS, MARKS, type Mark, REGION_MARKS, TAIL_MARKS } from './marks.ts';
import { DENIALS_FROM, REGIONS_FROM } from './region-world.ts';
import { TAIL_FROM } from './tail-world.ts';

/** Seeds of one kind. */
export interface Share {
  readonly from: number;
  readonly seeds: number;
}

/** What every change runs. */
export const ALL_SHARES = [
  { from: 1, seeds: 5000 },
  { from: TAIL_FROM, seeds: 600 },
  { from: REGIONS_FROM, seeds: 400 },
  { from: DENIALS_FROM, seeds: 300 },
] as const satisfies readonly Share[];

/** After so many seeds of a kind every mark of it must have been met. */
const MARKED_SEEDS = 1000;
const MARKED_TAILS = 600;
const MARKED_REGIONS = 200;
const MARKED_DENIALS = 300;

/** What these seeds must have met. */
export function marksOf(shares: readonly Share[]): readonly Mark[] {
  return shares.flatMap<Mark>(({ from, seeds }) => {
    if (from >= DENIALS_FROM) return seeds >= MARKED_DENIALS ? DENIAL_MARKS : [];
    if (from >= REGIONS_FROM) return seeds >= MARKED_REGIONS ? REGION_MARKS : [];
    if (from >= TAIL_FROM) return seeds >= MARKED_TAILS ? TAIL_MARKS : [];
    return seeds >= MARKED_SEEDS ? MARKS : [];
  });
}
