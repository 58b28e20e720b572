import { Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { textOf } from './text-of';

/**
 * What CloudFormation or Step Functions would refuse, at deployment or later, of the state machines that a fragment stands in.
 *
 * The CDK tells a state nothing of its machine, and those below a Parallel or Map state not even the language, so it shows only
 * when the machine is there: its definition names the function that the fragment calls.
 */
export function faultsOfMachines(fragment: IConstruct, functionArn: string, speaksJsonPath: boolean): string[] {
  const machines = fragment.node.root.node
    .findAll()
    .filter((construct) => construct instanceof sfn.CfnStateMachine)
    .filter((machine) => names(machine, functionArn));
  return machines.flatMap((machine) => [
    ...(machine.stateMachineType === sfn.StateMachineType.EXPRESS ? [express(machine)] : []),
    ...(speaksJsonPath && speaksJsonata(machine) ? [otherLanguage] : []),
  ]);
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

function speaksJsonata(machine: sfn.CfnStateMachine): boolean {
  // the last member that the CDK writes; states write theirs inside of States
  return /"QueryLanguage":"JSONata"\}$/.test(definitionOf(machine));
}

function names(machine: sfn.CfnStateMachine, functionArn: string): boolean {
  return definitionOf(machine).includes(textOf(Stack.of(machine).resolve(functionArn)));
}

function definitionOf(machine: sfn.CfnStateMachine): string {
  return textOf(Stack.of(machine).resolve(machine.definitionString ?? ''));
}
