export type { EventBody, LaneBody, RunBody, RunDocument, RunState } from './document.ts';
export { ledgerKeys, objectKeys, partId, partSort } from './keys.ts';
export type { RunPorts } from './ports.ts';
