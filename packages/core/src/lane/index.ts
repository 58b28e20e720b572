export { nextRun, PRIORITIES, type Priority, type RunDemand } from './fairness.ts';
export {
  coolDown,
  freeSlots,
  holdSlot,
  holdsSlot,
  type LaneBody,
  newLane,
  QUOTA_COOLDOWN_MS,
  raiseLimit,
  releaseSlot,
  type SlotHolder,
  withQuota,
} from './lane.ts';
