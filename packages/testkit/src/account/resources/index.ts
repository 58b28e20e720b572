export { type DeployedStack, deployStack } from './deploy.ts';
export type { AccountState, AlarmSettings, Clients, FunctionSettings, RuleSettings } from './making.ts';
