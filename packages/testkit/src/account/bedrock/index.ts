export { type AccountBedrock, type AccountBedrockOptions, type ListedJob, startAccountBedrock } from './account-bedrock.ts';
