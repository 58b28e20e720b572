import { App, Duration, Stack, type StackProps, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BedrockBatchSfn, type BedrockBatchSfnProps } from '../bedrock-batch-stepfn';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is read by its paths, and what is not there fails the test
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly Metadata?: any;
}

/** An app that leaves assets where they are: their hashes follow from their place, and nothing is copied. */
export function testApp(): App {
  return new App({ context: { 'aws:cdk:disable-asset-staging': true } });
}

/** A fragment on one bucket. */
export function fragmentIn(stack: Stack, id = 'Batch', props: Partial<BedrockBatchSfnProps> = {}): BedrockBatchSfn {
  const bucket = (stack.node.tryFindChild('Bucket') as s3.Bucket | undefined) ?? new s3.Bucket(stack, 'Bucket');
  return new BedrockBatchSfn(stack, id, { bedrockBatchInputBucket: bucket, bedrockBatchOutputBucket: bucket, ...props });
}

/** A stack with one fragment in one state machine. */
export function stackWith(props: Partial<BedrockBatchSfnProps> = {}, stackProps: StackProps = {}): Stack {
  const stack = new Stack(testApp(), 'Stack', stackProps);
  machineOf(stack, fragmentIn(stack, 'Batch', props));
  return stack;
}

/** A state machine that begins with the chainable. */
export function machineOf(stack: Stack, chainable: sfn.IChainable, props: Partial<sfn.StateMachineProps> = {}): sfn.StateMachine {
  const id = `Machine${stack.node.children.length}`;
  return new sfn.StateMachine(stack, id, {
    definitionBody: sfn.DefinitionBody.fromChainable(chainable),
    timeout: Duration.days(30),
    ...props,
  });
}

// a stack is synthesised once, whatever is added to it then
const resources = new WeakMap<Stack, Record<string, Resource>>();

/** The resources of a stack's template, of one type where one is given. */
export function resourcesOf(stack: Stack, type?: string): Record<string, Resource> {
  const all = resources.get(stack) ?? (Template.fromStack(stack).toJSON().Resources as Record<string, Resource>);
  resources.set(stack, all);
  return Object.fromEntries(Object.entries(all).filter(([, resource]) => type === undefined || resource.Type === type));
}

/** The only resource of a type whose logical id begins so. */
export function resource(stack: Stack, type: string, begins = ''): Resource {
  const found = Object.entries(resourcesOf(stack, type)).filter(([id]) => id.startsWith(begins));
  if (found.length !== 1) throw new Error(`${found.length} resources of ${type} begin with '${begins}'`);
  return found[0]![1];
}

/** A value of a template as text: references in angle brackets. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as Record<string, unknown>;
  if (Array.isArray(intrinsic['Fn::Join'])) return (intrinsic['Fn::Join'][1] as unknown[]).map(flat).join('');
  if (Array.isArray(intrinsic['Fn::GetAtt'])) return `<${intrinsic['Fn::GetAtt'].join('.')}>`;
  return typeof intrinsic['Ref'] === 'string' ? `<${intrinsic['Ref']}>` : JSON.stringify(value);
}

/** A state of a definition. */
// biome-ignore lint/suspicious/noExplicitAny: a definition is read by its paths, and what is not there fails the test
export type State = any;

/** The definition of the only state machine of a stack, references in angle brackets. */
export function definitionOf(stack: Stack): { StartAt: string; States: Record<string, State> } {
  return JSON.parse(flat(resource(stack, 'AWS::StepFunctions::StateMachine').Properties.DefinitionString));
}

/** The statements of the inline policy whose logical id begins so, actions and resources as lists of texts. */
export function statementsOf(stack: Stack, begins: string) {
  const { Statement } = resource(stack, 'AWS::IAM::Policy', begins).Properties.PolicyDocument;
  return (Statement as { Action: unknown; Resource: unknown; Condition?: unknown }[]).map(({ Action, Resource, Condition }) => ({
    actions: listOf(Action).map(flat),
    resources: listOf(Resource).map(flat),
    condition: Condition,
  }));
}

/** Logical ids of the two functions' policies begin so. */
export const createPolicy = 'BatchCreateModelInvocationJobFunctionServiceRoleDefaultPolicy';
export const batchPolicy = 'BatchBedrockBatchRoleDefaultPolicy';
export const handlerId = 'BedrockInferenceJobEventHandler330899f022e34160002006bb8b09cc5b';
export const handlerPolicy = `${handlerId}BedrockEventHandlerServiceRoleDefaultPolicy`;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

// The first synthesis of a process loads most of the CDK; on a busy machine that takes longer than a test may.
resourcesOf(stackWith());
