export {
  checkNamePrefix,
  type JobIdentity,
  type JobIdentityInput,
  jobIdentity,
  MAX_NAME_PREFIX,
  type Sha256,
} from './identity.ts';
export {
  type CachedCounts,
  type CollectCounts,
  type DuplicateCounts,
  elsewhereOf,
  laneOfJob,
  type PartBody,
  type PartFacts,
  type PartSpan,
  type PartState,
  type Place,
  type RegionLane,
} from './part.ts';
export { decide, evolve, type JobReport, type PartCommand, type PartEvent } from './transitions.ts';
