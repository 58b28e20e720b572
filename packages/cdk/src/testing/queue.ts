import { Stack, type StackProps } from 'aws-cdk-lib';
import { BatchQueue, type BatchQueueProps } from '../batch-queue';
import { flat, type Resource, resourcesOf, statementsOf, testApp } from './synthesis';

/** The functions of a queue as its logical ids call them, by the folder of their bundle. */
export const fileFunctionIds = {
  'take-file': 'Take',
  'kick-job': 'Kick',
  'collect-part': 'Collect',
  'finish-file': 'Finish',
  'change-file': 'Change',
  'sweep-runs': 'Sweep',
} as const;

export type FileFunctionId = (typeof fileFunctionIds)[keyof typeof fileFunctionIds];

/** A stack with one queue. */
export function queueStack(props: BatchQueueProps = {}, stackProps: StackProps = {}): Stack {
  const stack = new Stack(testApp(), 'Stack', stackProps);
  new BatchQueue(stack, 'Queue', props);
  return stack;
}

/** What a function of a `queueStack` may do by its own policy. */
export function allowedInQueue(stack: Stack, id: FileFunctionId) {
  return statementsOf(stack, `QueueFunctions${id}ServiceRoleDefaultPolicy`);
}

/** A function of a `queueStack`. */
export function fileFunctionOf(stack: Stack, id: FileFunctionId): Resource {
  const wanted = new RegExp(`^QueueFunctions${id}[0-9A-F]{8}$`);
  const [found] = Object.entries(resourcesOf(stack, 'AWS::Lambda::Function')).filter(([logicalId]) => wanted.test(logicalId));
  if (found === undefined) throw new Error(`there is no function ${id}`);
  return found[1];
}

/** The environment of a function of a `queueStack`, references in angle brackets. */
export function fileEnvironmentOf(stack: Stack, id: FileFunctionId): Record<string, string> {
  const { Variables } = fileFunctionOf(stack, id).Properties.Environment;
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, flat(value)]));
}
