export { type Account, type AccountOptions, startAccount } from './account.ts';
export type { ExecutionEnd } from './executions.ts';
export type { DeployedStack } from './resources/index.ts';
