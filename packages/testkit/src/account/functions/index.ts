export type { CrashMoment, CrashPlan } from './crashes.ts';
export { type FunctionHost, type FunctionHostOptions, type InvokeAnswer, startFunctionHost } from './host.ts';
export { keptCode } from './kept-code.ts';
export type { FunctionSettings, RoleCredentials } from './settings.ts';
