export type { StackKind, StackRequest, StackValue, StackValues } from './stack/request.ts';
export { type WrittenTemplate, writeTemplate } from './template/write-template.ts';
export type { DeployedResource } from './toolkit/deployed-stack.ts';
export {
  type BootstrapState,
  type Deployed,
  type Deployment,
  type DeploymentOptions,
  openDeployment,
} from './toolkit/deployment.ts';
export type { DeployStep } from './toolkit/progress.ts';
export type { ResourceChange, ResourceFate, StackDiff } from './toolkit/stack-diff.ts';
