import { Duration, aws_lambda as lambda, NestedStack, Stack, Stage, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  fragmentIn,
  handlerId,
  handlerPolicy,
  machineOf,
  resourcesOf,
  type State,
  statementsOf,
  testApp,
} from '../testing/synthesis';
import { LogLevel } from '.';

describe('weakness 1: more than one stack, stage or app', () => {
  it('synthesises two stacks of one app, two stages and a second app in the same process', () => {
    for (const app of [testApp(), testApp()]) {
      const stacks = [app, new Stage(app, 'Beta'), new Stage(app, 'Prod')].flatMap((scope) =>
        ['One', 'Two'].map((id) => new Stack(scope, id)),
      );
      for (const stack of stacks) machineOf(stack, fragmentIn(stack));
      for (const stack of stacks) expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function'))).toHaveLength(2);
    }
  });

  it('synthesises a stack and its nested stack', () => {
    const stack = new Stack(testApp(), 'Stack');
    const nested = new NestedStack(stack, 'Nested');
    machineOf(stack, fragmentIn(stack));
    machineOf(nested, fragmentIn(nested));
    expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function'))).toHaveLength(2);
    expect(Object.keys(resourcesOf(nested, 'AWS::Lambda::Function'))).toHaveLength(2);
  });
});

describe('weakness 2: one event handler for each stack', () => {
  it('gives the second stack its own rule, table and grant', () => {
    const app = testApp();
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    for (const stack of stacks) machineOf(stack, fragmentIn(stack));
    for (const stack of stacks) {
      expect(stack.node.tryFindChild(handlerId)).toBeDefined();
      expect(Object.keys(resourcesOf(stack, 'AWS::Events::Rule'))).toHaveLength(2);
      expect(statementsOf(stack, handlerPolicy).some(({ actions }) => actions.includes('s3:GetObject*'))).toBe(true);
    }
  });

  it('shares the handler among the fragments of a stack, and answers for the roles of all', () => {
    const stack = new Stack(testApp(), 'Stack');
    machineOf(stack, sfn.Chain.start(fragmentIn(stack, 'First')).next(fragmentIn(stack, 'Second')));
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 3);
    const [, handler] = Object.entries(resourcesOf(stack, 'AWS::Lambda::Function')).find(([id]) => id.startsWith(handlerId))!;
    expect(JSON.stringify(handler.Properties.Environment.Variables.BATCH_ROLE_ARNS).match(/BedrockBatchRole/g)).toHaveLength(2);
  });

  it('takes fragments that say the same in other words', () => {
    const stack = new Stack(testApp(), 'Stack');
    fragmentIn(stack, 'First', { logRetention: 30, logLevel: LogLevel.INFO, sweepInterval: Duration.seconds(300) });
    expect(() => fragmentIn(stack, 'Second', { tracing: lambda.Tracing.DISABLED })).not.toThrow();
    expect(() => fragmentIn(stack, 'Third', { sweepInterval: Duration.hours(1) })).toThrow(
      'Stack/Third: sweepInterval is 60 minutes, and another fragment of the same stack said 5 minutes',
    );
  });

  it('refuses fragments that want different handlers', () => {
    const stack = new Stack(testApp(), 'Stack');
    fragmentIn(stack, 'First', { logRetention: 7 });
    expect(() => fragmentIn(stack, 'Second', { logRetention: 14 })).toThrow(
      'Stack/Second: logRetention is 14, and another fragment of the same stack said 7; both share one event handler',
    );
    expect(() => fragmentIn(stack, 'Third', { logRetention: 7, logLevel: LogLevel.DEBUG })).toThrow(
      'Stack/Third: logLevel is DEBUG',
    );
    const tracing = lambda.Tracing.ACTIVE;
    expect(() => fragmentIn(stack, 'Fourth', { logRetention: 7, tracing })).toThrow('Stack/Fourth: tracing is Active');
  });
});

describe('weakness 3: more than one fragment in a state machine', () => {
  function namesIn(stack: Stack): string[] {
    const names: string[] = [];
    const walk = (states: Record<string, State>): void => {
      for (const [name, state] of Object.entries(states)) {
        names.push(name);
        if (state.ItemProcessor) walk(state.ItemProcessor.States);
        for (const branch of state.Branches ?? []) walk(branch.States);
      }
    };
    walk(definitionOf(stack).States);
    return names;
  }

  it('keeps the names of the first and gives the second its id', () => {
    const stack = new Stack(testApp(), 'Stack');
    const [first, second] = [fragmentIn(stack, 'First', { resultPath: '$.first' }), fragmentIn(stack, 'Second')];
    machineOf(stack, sfn.Chain.start(first).next(second));
    expect(namesIn(stack)).toEqual([
      'BatchEvaluateMap',
      'CreateModelInvocationJobTask',
      'Second: BatchEvaluateMap',
      'Second: CreateModelInvocationJobTask',
    ]);
    expect(definitionOf(stack).States['BatchEvaluateMap'].Next).toBe('Second: BatchEvaluateMap');
  });

  it('names them apart in the branches of a Parallel and in a Map of the user, whichever comes first', () => {
    const stack = new Stack(testApp(), 'Stack');
    const inner = new sfn.Map(stack, 'Inner').itemProcessor(fragmentIn(stack, 'InMap'));
    const both = new sfn.Parallel(stack, 'Both').branch(fragmentIn(stack, 'Left')).branch(fragmentIn(stack, 'Right'));
    machineOf(stack, both.next(inner));
    const names = namesIn(stack);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.endsWith('BatchEvaluateMap')).sort()).toEqual([
      'BatchEvaluateMap',
      'Left: BatchEvaluateMap',
      'Right: BatchEvaluateMap',
    ]);
  });

  it('keeps the plain names in two state machines of one stack', () => {
    const stack = new Stack(testApp(), 'Stack');
    machineOf(stack, fragmentIn(stack, 'First'));
    machineOf(stack, fragmentIn(stack, 'Second'));
    const definitions = Object.values(resourcesOf(stack, 'AWS::StepFunctions::StateMachine')).map((machine) =>
      JSON.stringify(machine.Properties.DefinitionString),
    );
    expect(definitions).toHaveLength(2);
    for (const definition of definitions) expect(definition).toContain('StartAt\\":\\"BatchEvaluateMap');
  });

  it('prefixes inner states and error states by prefixStates() and toSingleState()', () => {
    const stack = new Stack(testApp(), 'Stack');
    const single = fragmentIn(stack, 'First');
    (single.endStates[0] as sfn.TaskStateBase).addCatch(new sfn.Pass(single, 'Caught'));
    const prefixed = fragmentIn(stack, 'Second').prefixStates('mine ');
    machineOf(stack, single.toSingleState({ prefixStates: 'one ' }).next(prefixed));
    expect(namesIn(stack).sort()).toEqual(
      [
        'First',
        'mine BatchEvaluateMap',
        'mine CreateModelInvocationJobTask',
        'one BatchEvaluateMap',
        'one BatchEvaluateMapError1',
        'one BatchEvaluateMapError2',
        'one Caught',
        'one CreateModelInvocationJobTask',
      ].sort(),
    );
  });

  it('says so when a state of the user has a name of the fragment', () => {
    const stack = new Stack(testApp(), 'Stack');
    const own = new sfn.Pass(stack, 'BatchEvaluateMap');
    expect(() => machineOf(stack, own.next(fragmentIn(stack)))).toThrow(
      "another state of the same state machine is called 'BatchEvaluateMap' already",
    );
  });
});
