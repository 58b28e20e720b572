import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { orchestratorStack } from '../testing/orchestrator';
import { definitionOf, resource, type State } from '../testing/synthesis';

const stack = orchestratorStack();
const { StartAt, States } = definitionOf(stack);
const copy = () => JSON.parse(JSON.stringify({ StartAt, States }).replaceAll('<AWS::Partition>', 'aws'));

/** What the functions answer, in the order in which they are called; the states that are gone through. */
function wayThrough(answers: Readonly<Record<string, State[]>>): { readonly way: string[]; readonly output: State } {
  const way: string[] = [];
  let name = StartAt;
  let state: State = {};
  for (;;) {
    way.push(name);
    const { Type, Next, OutputPath, ResultSelector, Choices, Default } = States[name];
    if (Type === 'Succeed') return { way, output: state };
    if (Type === 'Choice') {
      const [{ Variable, BooleanEquals, Next: then }] = Choices;
      name = state[Variable.slice('$.'.length)] === BooleanEquals ? then : Default;
      continue;
    }
    const answer = answers[name]?.shift();
    if (answer === undefined) throw new Error(`${name} was called once too often`);
    expect(OutputPath ?? ResultSelector).toEqual(name === 'FollowRun' ? { 'run.$': '$.run', from: 0 } : '$.Payload');
    state = name === 'FollowRun' ? { run: answer.run, from: 0 } : answer;
    name = Next;
  }
}

it('is valid Amazon States Language, and would be told if it were not', () => {
  const { isValid, errorsText } = validate(copy());
  expect(isValid ? '' : errorsText('\n')).toBe('');
  const broken = copy();
  broken.States.FollowRun.Next = 'Nowhere';
  expect(validate(broken).isValid).toBe(false);
});

it('prepares until that is done, waits, and exports until that is done', () => {
  const { way, output } = wayThrough({
    PrepareRun: [
      { run: 'r', done: false },
      { run: 'r', done: true },
    ],
    FollowRun: [{ run: 'r' }],
    ExportResults: [
      { run: 'r', done: false, from: 7 },
      { run: 'r', done: true, from: 9 },
    ],
  });
  expect(way).toEqual([
    ...['PrepareRun', 'IsPrepared', 'PrepareRun', 'IsPrepared', 'FollowRun'],
    ...['ExportResults', 'IsExported', 'ExportResults', 'IsExported', 'Exported'],
  ]);
  expect(output).toEqual({ run: 'r', done: true, from: 9 });
});

it('hands the functions what they were promised', () => {
  const payloadOf = (name: string) => States[name].Parameters.Payload;
  expect(payloadOf('PrepareRun')).toEqual({
    'execution.$': '$$.Execution.Id',
    'started.$': '$$.Execution.StartTime',
    'input.$': '$$.Execution.Input',
  });
  expect(payloadOf('FollowRun')).toEqual({ 'run.$': '$.run', 'token.$': '$$.Task.Token' });
  expect(payloadOf('ExportResults')).toEqual({ 'run.$': '$.run', 'from.$': '$.from' });
  const calls = Object.entries({ PrepareRun: 'Prepare', FollowRun: 'Follow', ExportResults: 'Export' });
  for (const [name, id] of calls) {
    expect(States[name].Parameters.FunctionName).toMatch(new RegExp(`^<OrchestratorFunctions${id}[0-9A-F]+\\.Arn>$`));
  }
});

describe('retries', () => {
  const tasks = ['PrepareRun', 'FollowRun', 'ExportResults'];
  const errorsOf = (name: string): string[] => States[name].Retry.flatMap((retry: State) => retry.ErrorEquals);

  it('are for what Lambda failed at, and of what a function said for load and outages alone', () => {
    for (const name of tasks) {
      const said = errorsOf(name).filter((error) => !/^(Lambda|Sandbox|Runtime)\.|^States\.(Heartbeat)?Timeout$/.test(error));
      expect(said).toEqual(['BR-E0502', 'BR-E0503']);
    }
  });

  it('outlast load for 25 minutes, since their pauses, which are drawn, are half of the longest on average', () => {
    for (const name of tasks) {
      const [retry] = States[name].Retry.filter((each: State) => each.ErrorEquals.includes('BR-E0502'));
      const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds, JitterStrategy } = retry;
      const pauses = Array.from({ length: MaxAttempts }, (_, i) => Math.min(IntervalSeconds * BackoffRate ** i, MaxDelaySeconds));
      expect(pauses.reduce((sum, pause) => sum + pause / 2, 0) / 60).toBeGreaterThanOrEqual(25);
      expect(JitterStrategy).toBe('FULL');
    }
  });

  it('begin the wait anew after an hour without a sweep, with no pause that grows', () => {
    expect(States['FollowRun'].HeartbeatSeconds).toBe(3600);
    const [silence] = States['FollowRun'].Retry.filter((retry: State) => retry.ErrorEquals.includes('States.HeartbeatTimeout'));
    expect(silence).toMatchObject({ IntervalSeconds: 1, BackoffRate: 1 });
  });

  it('do not catch: the code and message of a function end the execution, and a redrive goes on at that function', () => {
    for (const name of tasks) expect(States[name]).not.toHaveProperty('Catch');
    expect(Object.values(States).map(({ Type }) => Type)).not.toContain('Fail');
  });

  it('wait for a call as long as a function may run, and a minute more', () => {
    for (const name of ['PrepareRun', 'ExportResults']) expect(States[name].TimeoutSeconds).toBe(900 + 60);
  });
});

it('is a standard machine that logs errors, without what executions hold', () => {
  const { StateMachineType, LoggingConfiguration, TracingConfiguration } = resource(
    stack,
    'AWS::StepFunctions::StateMachine',
  ).Properties;
  expect(StateMachineType).toBe('STANDARD');
  expect(LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
  expect(TracingConfiguration?.Enabled ?? false).toBe(false);
});
