export { type AccountBedrock, type AccountBedrockOptions, type ListedJob, startAccountBedrock } from './account-bedrock.ts';
export { networkPermissions } from './network-permissions.ts';
