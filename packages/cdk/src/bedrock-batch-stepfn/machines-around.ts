import { Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { textOf } from '../nag/text-of';

/**
 * What CloudFormation or Step Functions would refuse, at deployment or later, of the state machines that a fragment stands in.
 *
 * The CDK tells a state nothing of its machine, and those below a Parallel or Map state not even the language, so it shows only
 * when the machine is there: its definition names the function that the fragment calls.
 */
export function faultsOfMachines(fragment: IConstruct, functionArn: string, speaksJsonPath: boolean): string[] {
  const machines = fragment.node.root.node.findAll().filter((construct) => construct instanceof sfn.CfnStateMachine);
  return machines.flatMap((machine) => {
    const stack = Stack.of(machine);
    const definition = plain(stack.resolve(machine.definitionString ?? ''));
    const called = plain(stack.resolve(functionArn));
    if (!definition.includes(called)) return [];
    return [
      ...(machine.stateMachineType === sfn.StateMachineType.EXPRESS ? [express(machine)] : []),
      ...expressMapsOf(definition, called).map(expressMap),
      ...(speaksJsonPath && speaksJsonata(definition) ? [otherLanguage] : []),
    ];
  });
}

/** The members of a Map state that tell how its children run (Amazon States Language, 2026-11). */
interface MapState {
  readonly Type?: string;
  readonly ItemProcessor?: { readonly ProcessorConfig?: { readonly ExecutionType?: string } };
}

const otherLanguage =
  'this fragment stands below a Parallel or Map state (or in toSingleState()) of a state machine that speaks JSONata, and speaks ' +
  'JSONPath itself; give it queryLanguage: sfn.QueryLanguage.JSONATA';

function express(machine: sfn.CfnStateMachine): string {
  return (
    `this fragment stands in ${machine.node.scope?.node.path}, an Express state machine, which ends after five minutes and has no ` +
    'task tokens to wait by; make that a standard one, by leaving stateMachineType out'
  );
}

function expressMap(name: string): string {
  return (
    `this fragment stands in the distributed map '${name}', whose child executions are Express: they end after five minutes and ` +
    'have no task tokens to wait by; make them standard ones, by leaving mapExecutionType out'
  );
}

/** The states of a definition that run what calls the function in Express executions of their own. */
function expressMapsOf(definition: string, called: string): string[] {
  try {
    return expressMapsIn(JSON.parse(definition), called);
  } catch (error) {
    // a definition that is no JSON was not written by the CDK; CloudFormation will say so
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Looks below every member, for states stand in machines, branches and processors. */
function expressMapsIn(value: unknown, called: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(isExpressMap(member) && JSON.stringify(member).includes(called) ? [name] : []),
    ...expressMapsIn(member, called),
  ]);
}

function isExpressMap(state: MapState | null | undefined): boolean {
  return state?.Type === 'Map' && state.ItemProcessor?.ProcessorConfig?.ExecutionType === 'EXPRESS';
}

function speaksJsonata(definition: string): boolean {
  // the last member that the CDK writes; states write theirs inside of States
  return /"QueryLanguage":"JSONata"\}$/.test(definition);
}

/** As `textOf`, without the quotes of an intrinsic function, such as an import, so that a definition stays JSON around it. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] };
  return join === undefined ? textOf(value).replaceAll('"', '') : join[1].map(plain).join(join[0]);
}
