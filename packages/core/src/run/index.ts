export type { EventBody, RetrySelection, RunBody, RunDocument, RunState, StopMode } from './document.ts';
export { runIdFor } from './identity.ts';
export {
  eventItem,
  eventSort,
  laneItem,
  type NameBody,
  nameItem,
  openPartsAt,
  openRunsAt,
  openSort,
  partItem,
  runItem,
} from './items.ts';
export { ledgerKeys, objectKeys, partId, partSort } from './keys.ts';
export type { RunPorts } from './ports.ts';
