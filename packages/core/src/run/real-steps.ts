import { InvariantError } from '../errors/index.ts';
import { writeOutcomes } from './collect-output.ts';
import type { RunSteps } from './steps.ts';

/** The steps that ship. */
export const realSteps: RunSteps = {
  writeOutcomes,
  writeRetryParts: () => Promise.reject(new InvariantError('retry parts are not written yet')),
};
