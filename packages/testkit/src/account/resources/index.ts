export { type DeployedStack, deployStack } from './deploy.ts';
export type { AccountState, AlarmSettings, Clients } from './making.ts';
