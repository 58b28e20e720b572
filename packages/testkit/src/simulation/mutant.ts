import type { InvariantName } from './trace.ts';

/** A bug that is planted into the code that ships, to see whether the simulation catches it. */
export interface Mutant {
  readonly name: string;
  /** What somebody might have thought. */
  readonly thought: string;
  /** Below `packages/core/src`. */
  readonly file: string;
  /** Each snippet stands in the file exactly once. */
  readonly edits: readonly (readonly [find: string, replace: string])[];
  /** Seeds in which it must be caught, from `from` on; default 1. A rare one begins near a seed that finds it. */
  readonly seeds: number;
  readonly from?: number;
  /** The promises that it may break first. */
  readonly breaks: readonly InvariantName[];
}
