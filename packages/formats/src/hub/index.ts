export type { HubConnection } from './hub-client.ts';
export { type HubDataset, type HubQuestion, openHubDataset } from './hub-sources.ts';
