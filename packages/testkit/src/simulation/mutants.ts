import { DENIAL_MUTANTS } from './denial-mutants.ts';
import { JOB_MUTANTS } from './job-mutants.ts';
import type { Mutant } from './mutant.ts';
import { OBJECT_MUTANTS } from './object-mutants.ts';
import { REGION_MUTANTS } from './region-mutants.ts';
import { REQUEST_MUTANTS } from './request-mutants.ts';
import { RUN_MUTANTS } from './run-mutants.ts';
import { SLOT_MUTANTS } from './slot-mutants.ts';
import { TAIL_MUTANTS } from './tail-mutants.ts';

/** The planted bugs, by what they break. */
export const MUTANTS: readonly Mutant[] = [
  ...REQUEST_MUTANTS,
  ...SLOT_MUTANTS,
  ...JOB_MUTANTS,
  ...OBJECT_MUTANTS,
  ...RUN_MUTANTS,
  ...TAIL_MUTANTS,
  ...REGION_MUTANTS,
  ...DENIAL_MUTANTS,
];
