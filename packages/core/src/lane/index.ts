export { nextRun, PRIORITIES, type Priority, type RunDemand } from './fairness.ts';
export {
  coolDown,
  freeSlots,
  holdSlot,
  holdsSlot,
  jobsOfOthers,
  type LaneBody,
  newLane,
  type OtherJobs,
  QUOTA_COOLDOWN_MS,
  raiseLimit,
  releaseSlot,
  type SlotHolder,
  slotsBesideOthers,
  withOthers,
  withQuota,
} from './lane.ts';
