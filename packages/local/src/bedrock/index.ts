export { openApplicationProfiles } from './application-profiles.ts';
export { createControlService } from './control-service.ts';
export { createJsonService, type FoundOperation, type JsonAnswer } from './json-service.ts';
export {
  createModelTable,
  type Home,
  identifyModel,
  type ModelIdentity,
  type ModelTable,
  partitionOf,
  refuseUnreachable,
} from './model-identity.ts';
export type { ServiceModel } from './model-table.ts';
export { type BedrockOptions, type BedrockSettings, resolveBedrockOptions, type UpstreamSettings } from './options.ts';
export { AwsError, type AwsErrorType } from './service-error.ts';
export type { BedrockState, Call, Operation } from './state.ts';
export { createValidation, isStructure } from './validation.ts';
