import { Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { textOf } from './text-of';

/**
 * Whether a fragment speaks JSONPath in a state machine that speaks JSONata, which CloudFormation would refuse at deployment.
 *
 * The CDK tells the states below a Parallel or Map state nothing of their machine's language, so it shows only when the machine
 * is there: its definition names the function that the fragment calls.
 */
export function faultsOfLanguage(fragment: IConstruct, functionArn: string): string[] {
  const machines = fragment.node.root.node.findAll().filter((construct) => construct instanceof sfn.CfnStateMachine);
  if (!machines.some((machine) => speaksJsonata(machine) && names(machine, functionArn))) return [];
  return [
    'this fragment stands below a Parallel or Map state (or in toSingleState()) of a state machine that speaks JSONata, and speaks ' +
      'JSONPath itself; give it queryLanguage: sfn.QueryLanguage.JSONATA',
  ];
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
