export { type AccountSetup, openAccountSetup } from './account-setup.ts';
export { callerPolicyArn, roleArn, type SetupNeeds, type SetupNetwork } from './needs.ts';
export { bucketPolicies, callerPolicy, type PolicyDocument, rolePolicy, trustPolicy } from './policies.ts';
export { setupPolicy } from './setup-policy.ts';
export type { SetupChange, SetupSetting, SetupStep } from './setup-step.ts';
export { type SetupTemplate, setupTemplate } from './template.ts';
