import validate from 'asl-validator';
import { Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { ReadmeStack } from '../testing/readme-stack';
import { definitionOf, fragmentIn, machineOf, testApp } from '../testing/synthesis';

function problemsOf(stack: Stack): unknown {
  const { isValid, errorsText } = validate(JSON.parse(JSON.stringify(definitionOf(stack)).replaceAll('<AWS::Partition>', 'aws')));
  return isValid ? [] : errorsText('\n');
}

it('is valid Amazon States Language in the example of the README', () => {
  expect(problemsOf(new ReadmeStack(testApp(), 'Stack'))).toEqual([]);
});

it('is valid with catches, branches, prefixes and every option', () => {
  const stack = new Stack(testApp(), 'Stack');
  const caught = new sfn.Pass(stack, 'Caught');
  const full = fragmentIn(stack, 'Full', { maxConcurrency: 3, toleratedFailure: 2, inputPath: '$.a', resultPath: '$.b' });
  (full.endStates[0] as sfn.TaskStateBase).addCatch(caught, { resultPath: '$.c' });
  const both = new sfn.Parallel(stack, 'Both').branch(fragmentIn(stack, 'Left')).branch(fragmentIn(stack, 'Right'));
  machineOf(stack, full.next(both).next(fragmentIn(stack, 'Single').toSingleState()));
  expect(problemsOf(stack)).toEqual([]);
});

it('is valid as JSONata', () => {
  const stack = new Stack(testApp(), 'Stack');
  const fragment = fragmentIn(stack);
  (fragment.endStates[0] as sfn.TaskStateBase).addCatch(new sfn.Succeed(stack, 'Caught'));
  machineOf(stack, fragment, { queryLanguage: sfn.QueryLanguage.JSONATA });
  expect(problemsOf(stack)).toEqual([]);
});

it('would tell a state without its transition', () => {
  const definition = definitionOf(new ReadmeStack(testApp(), 'Stack'));
  definition.States['BatchEvaluateMap'].Next = 'Nowhere';
  expect(validate(definition).isValid).toBe(false);
});
