import { Stack, type StackProps } from 'aws-cdk-lib';
import { BatchOrchestrator, type BatchOrchestratorProps } from '../batch-orchestrator';
import { flat, type Resource, resourcesOf, statementsOf, testApp } from './synthesis';

/** The functions of an orchestrator as its logical ids call them, by the folder of their bundle. */
export const functionIds = {
  'prepare-run': 'Prepare',
  'follow-run': 'Follow',
  'kick-job': 'Kick',
  'collect-part': 'Collect',
  'sweep-runs': 'Sweep',
  'export-results': 'Export',
} as const;

export type FunctionId = (typeof functionIds)[keyof typeof functionIds];

/** A stack with one orchestrator. */
export function orchestratorStack(props: BatchOrchestratorProps = {}, stackProps: StackProps = {}): Stack {
  const stack = new Stack(testApp(), 'Stack', stackProps);
  new BatchOrchestrator(stack, 'Orchestrator', props);
  return stack;
}

/** What a function of an `orchestratorStack` may do. */
export function allowed(stack: Stack, id: FunctionId) {
  return statementsOf(stack, `OrchestratorFunctions${id}ServiceRoleDefaultPolicy`);
}

/** A function of an `orchestratorStack`. */
export function functionOf(stack: Stack, id: FunctionId): Resource {
  const wanted = new RegExp(`^OrchestratorFunctions${id}[0-9A-F]{8}$`);
  const [found] = Object.entries(resourcesOf(stack, 'AWS::Lambda::Function')).filter(([logicalId]) => wanted.test(logicalId));
  if (found === undefined) throw new Error(`there is no function ${id}`);
  return found[1];
}

/** The environment of a function of an `orchestratorStack`, references in angle brackets. */
export function environmentOf(stack: Stack, id: FunctionId): Record<string, string> {
  const { Variables } = functionOf(stack, id).Properties.Environment;
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, flat(value)]));
}
