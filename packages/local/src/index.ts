export { SYNTHETIC_LABEL } from './answers/text-model.ts';
export type { BedrockOptions } from './bedrock/options.ts';
export { type CliFlags, type CliOption, LOCAL_CLI_OPTIONS, LOCAL_FAULTS, localOptionsFromFlags } from './cli-options.ts';
export type { JobEvent } from './events/index.ts';
export { type Faults, NO_FAULTS, type Rate } from './faults/faults.ts';
export { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalBedrockOptions } from './options.ts';
export { ensureLocalBedrock, type SharedBedrock, type SharedOptions } from './share.ts';
export { type LocalBedrock, startLocalBedrock } from './start.ts';
export { startLocalBedrockInWorker, type WorkerBedrock } from './worker.ts';
