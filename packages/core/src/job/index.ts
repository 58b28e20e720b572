export {
  checkNamePrefix,
  type JobIdentity,
  type JobIdentityInput,
  jobIdentity,
  MAX_NAME_PREFIX,
  type Sha256,
} from './identity.ts';
export type { CachedCounts, CollectCounts, DuplicateCounts, PartBody, PartFacts, PartSpan, PartState, Place } from './part.ts';
export { decide, evolve, type JobReport, type PartCommand, type PartEvent } from './transitions.ts';
