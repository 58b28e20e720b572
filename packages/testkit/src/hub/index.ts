export { type HubFault, type SeenRequest, startHub, type TestHub } from './hub.ts';
export type { ConvertedSplit, TestDataset } from './hub-content.ts';
