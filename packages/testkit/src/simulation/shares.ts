import { MARKS, type Mark, TAIL_MARKS } from './marks.ts';
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
] as const satisfies readonly Share[];

/** After so many seeds of a kind every mark of it must have been met. */
const MARKED_SEEDS = 1000;
const MARKED_TAILS = 600;

/** What these seeds must have met. */
export function marksOf(shares: readonly Share[]): readonly Mark[] {
  return shares.flatMap<Mark>(({ from, seeds }) => {
    if (from >= TAIL_FROM) return seeds >= MARKED_TAILS ? TAIL_MARKS : [];
    return seeds >= MARKED_SEEDS ? MARKS : [];
  });
}
