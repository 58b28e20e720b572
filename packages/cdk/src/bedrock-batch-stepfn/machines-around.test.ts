import { type App, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { definitionOf, fragmentIn, machineOf, testApp } from '../testing/synthesis';
import type { BedrockBatchSfn } from './bedrock-batch-sfn';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';

describe('a fragment below a Parallel or Map state of a state machine that speaks JSONata', () => {
  const { JSONATA: queryLanguage } = sfn.QueryLanguage;
  const below = (
    stack: Stack,
    wrap: (fragment: BedrockBatchSfn) => sfn.IChainable,
    props: Partial<BedrockBatchSfnProps> = {},
  ) => {
    machineOf(stack, wrap(fragmentIn(stack, 'Batch', props)), { queryLanguage });
    return stack;
  };
  const wraps: [string, (stack: Stack) => (fragment: BedrockBatchSfn) => sfn.IChainable][] = [
    ['in a branch', (stack) => (fragment) => new sfn.Parallel(stack, 'Both', { queryLanguage }).branch(fragment)],
    ['in a Map', (stack) => (fragment) => new sfn.Map(stack, 'Each', { queryLanguage }).itemProcessor(fragment)],
    ['as a single state', () => (fragment) => fragment.toSingleState({ queryLanguage })],
  ];

  it.each(wraps)('is refused at synthesis without queryLanguage, %s', (_, wrap) => {
    const stack = new Stack(testApp(), 'Stack');
    expect(() => definitionOf(below(stack, wrap(stack)))).toThrow(
      /\[Stack\/Batch\] this fragment stands below a Parallel or Map state .* queryLanguage: sfn\.QueryLanguage\.JSONATA/,
    );
  });

  it.each(wraps)('speaks JSONata with it, %s', (_, wrap) => {
    const stack = new Stack(testApp(), 'Stack');
    const text = JSON.stringify(definitionOf(below(stack, wrap(stack), { queryLanguage })));
    expect(text).toContain('{% $states.context.Task.Token %}');
    expect(text).not.toContain('.$"');
  });

  it('does not mind another machine that speaks JSONata', () => {
    const stack = new Stack(testApp(), 'Stack');
    machineOf(stack, fragmentIn(stack, 'Other'), { queryLanguage });
    machineOf(stack, new sfn.Parallel(stack, 'Both').branch(fragmentIn(stack, 'Batch')));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

it('is refused in an Express state machine, which has no task tokens', () => {
  const stackOf = (stateMachineType: sfn.StateMachineType) => {
    const stack = new Stack(testApp(), 'Stack');
    machineOf(stack, fragmentIn(stack), { stateMachineType });
    return stack;
  };
  expect(() => Template.fromStack(stackOf(sfn.StateMachineType.STANDARD))).not.toThrow();
  expect(() => Template.fromStack(stackOf(sfn.StateMachineType.EXPRESS))).toThrow(
    /\[Stack\/Batch\] this fragment stands in Stack\/Machine.*, an Express state machine/,
  );
});

describe('in a distributed map', () => {
  const express = sfn.StateMachineType.EXPRESS;
  const stackOf = (type: sfn.StateMachineType | undefined, wrap = (map: sfn.IChainable, _: Stack): sfn.IChainable => map) => {
    const stack = new Stack(testApp(), 'Stack');
    const map = new sfn.DistributedMap(stack, 'Groups', { mapExecutionType: type });
    machineOf(stack, wrap(map.itemProcessor(fragmentIn(stack)), stack));
    return stack;
  };
  const refusal =
    /\[Stack\/Batch\] this fragment stands in the distributed map 'Groups', whose child executions are Express.*mapExecutionType/;

  it('is refused where its child executions are Express, however deep', () => {
    expect(() => Template.fromStack(stackOf(express))).toThrow(refusal);
    const deep = (map: sfn.IChainable, stack: Stack) => new sfn.Parallel(stack, 'Both').branch(new sfn.Pass(stack, 'P'), map);
    expect(() => Template.fromStack(stackOf(express, deep))).toThrow(refusal);
  });

  it('is refused there too in a machine of another stack', () => {
    const stack = new Stack(testApp(), 'Stack');
    const other = new Stack(Stack.of(stack).node.root as App, 'Other');
    machineOf(other, new sfn.DistributedMap(other, 'Groups', { mapExecutionType: express }).itemProcessor(fragmentIn(stack)));
    expect(() => Template.fromStack(other)).toThrow(refusal);
  });

  it('is taken where they are standard, also beside a map that is Express', () => {
    for (const type of [undefined, sfn.StateMachineType.STANDARD]) expect(() => Template.fromStack(stackOf(type))).not.toThrow();
    const beside = (map: sfn.IChainable, stack: Stack) => {
      const quick = new sfn.DistributedMap(stack, 'Quick', { mapExecutionType: express });
      return new sfn.Parallel(stack, 'Both').branch(map, quick.itemProcessor(new sfn.Pass(stack, 'P')));
    };
    expect(() => Template.fromStack(stackOf(undefined, beside))).not.toThrow();
  });
});
