import { writeOutcomes } from './collect-output.ts';
import { writeRetryParts } from './retry-parts.ts';
import type { RunSteps } from './steps.ts';

/** The steps that ship. */
export const realSteps: RunSteps = { writeOutcomes, writeRetryParts };
