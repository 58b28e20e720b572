import { InvariantError } from '../errors/index.ts';
import type { RunSteps } from './steps.ts';

/** The steps that ship. */
export const realSteps: RunSteps = {
  writeOutcomes: () => Promise.reject(new InvariantError('outcomes are not written yet')),
  writeRetryParts: () => Promise.reject(new InvariantError('retry parts are not written yet')),
};
