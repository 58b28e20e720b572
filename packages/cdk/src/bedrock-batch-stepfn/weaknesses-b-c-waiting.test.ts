import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  batchPolicy,
  createPolicy,
  definitionOf,
  flat,
  handlerId,
  handlerPolicy,
  resource,
  resourcesOf,
  stackWith,
  statementsOf,
} from '../testing/synthesis';

const plain = stackWith();
const task = definitionOf(plain).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask;

describe('weakness 4: a lost event', () => {
  it('sweeps on a schedule, on the same handler', () => {
    const rule = resource(plain, 'AWS::Events::Rule', `${handlerId}Sweep`).Properties;
    expect(rule.ScheduleExpression).toBe('rate(5 minutes)');
    expect(rule.Targets[0].Input).toBe('{"sweep":true}');
    expect(flat(rule.Targets[0].Arn)).toContain('BedrockEventHandler');
  });

  it('sweeps as often as it is told, between a minute and an hour', () => {
    const stack = stackWith({ sweepInterval: Duration.minutes(1) });
    expect(resource(stack, 'AWS::Events::Rule', `${handlerId}Sweep`).Properties.ScheduleExpression).toBe('rate(1 minute)');
    expect(() => stackWith({ sweepInterval: Duration.hours(2) })).toThrow(
      'sweepInterval must be a whole number of minutes from 1 to 60',
    );
  });
});

describe('weakness 5: an error of the handler', () => {
  it('keeps what fails all the same in a queue, from the rules and from the function, and rings', () => {
    const queue = resource(plain, 'AWS::SQS::Queue');
    expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
    for (const rule of Object.values(resourcesOf(plain, 'AWS::Events::Rule'))) {
      expect(flat(rule.Properties.Targets[0].DeadLetterConfig.Arn)).toContain('DeadLetters');
    }
    const invoke = resource(plain, 'AWS::Lambda::EventInvokeConfig').Properties;
    expect(flat(invoke.DestinationConfig.OnFailure.Destination)).toContain('DeadLetters');
    const metrics = Object.values(resourcesOf(plain, 'AWS::CloudWatch::Alarm')).map((alarm) => alarm.Properties.MetricName);
    expect(metrics.sort()).toEqual(['ApproximateNumberOfMessagesVisible', 'Errors']);
  });

  it('rings for three sweeps that failed one after the other, however long the interval is', () => {
    const errorAlarm = (sweepInterval?: Duration) =>
      resource(stackWith({ sweepInterval }), 'AWS::CloudWatch::Alarm', `${handlerId}ErrorAlarm`).Properties;
    expect(errorAlarm()).toMatchObject({ Period: 300, EvaluationPeriods: 3 });
    expect(errorAlarm(Duration.minutes(1))).toMatchObject({ Period: 300, EvaluationPeriods: 3 });
    expect(errorAlarm(Duration.hours(1))).toMatchObject({ Period: 3600, EvaluationPeriods: 3 });
  });

  it('tells who is woken by an alarm where to look, what mends itself, and which command to give', () => {
    const adviceOf = (alarm: string) =>
      flat(resource(plain, 'AWS::CloudWatch::Alarm', `${handlerId}${alarm}`).Properties.AlarmDescription);
    const queue = `<${handlerId}DeadLetters[0-9A-F]{8}>`;
    const logs = `<${handlerId}BedrockEventHandlerLogs[0-9A-F]{8}>`;
    const sweep = `aws lambda invoke --function-name <${handlerId}BedrockEventHandler[0-9A-F]{8}> .*--payload '\\{"sweep":true\\}' /dev/null`;
    expect(adviceOf('DeadLetterAlarm')).toMatch(
      new RegExp(`An event .*, or a sweep, .*lies in the queue ${queue}\\..*log group ${logs}\\..*next sweep.*${sweep}`),
    );
    expect(adviceOf('DeadLetterAlarm')).toMatch(new RegExp(`aws sqs purge-queue --queue-url ${queue}$`));
    expect(adviceOf('ErrorAlarm')).toMatch(
      new RegExp(`log group ${logs}\\. Nothing is lost: .*the next sweep .*${sweep}.*${queue}$`),
    );
    // the longest that CloudFormation makes of each: CloudWatch takes 1,024 characters (API reference of PutMetricAlarm, 2026-11)
    const longest = (name: string) => 'x'.repeat(name.includes('DeadLetters') ? 137 : name.includes('Logs') ? 247 : 64);
    for (const alarm of ['DeadLetterAlarm', 'ErrorAlarm']) {
      expect(adviceOf(alarm).replace(/<[^>]*>/g, longest).length).toBeLessThanOrEqual(1024);
    }
  });

  it('names no partition of its own', () => {
    const text = JSON.stringify(Template.fromStack(plain).toJSON());
    expect(text.replace(/arn:aws:lambda/g, '')).not.toContain('arn:aws:');
  });
});

it('weakness 6: has no native code, so that the architecture of the builder does not matter', () => {
  for (const lambda of Object.values(resourcesOf(plain, 'AWS::Lambda::Function'))) {
    expect(lambda.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
  }
});

it("weakness 7: waits longer than the job's own timeout, so that Expired is reported", () => {
  expect(task.Parameters.Payload.timeoutDurationInHours).toBe(48);
  expect(task.HeartbeatSeconds).toBe((48 + 6) * 3600);
});

it('weakness 8: takes doubled events: the handler may mark a waiter as answered (packages/lambda, answered.test.ts)', () => {
  const onTable = statementsOf(plain, handlerPolicy).filter(({ resources }) => resources.join().includes('Waiters'));
  expect(onTable.flatMap(({ actions }) => actions).sort()).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem']);
});

describe('weakness 9: concurrency', () => {
  it('is bounded by maxConcurrency', () => {
    expect(definitionOf(plain).States['BatchEvaluateMap'].MaxConcurrency).toBeUndefined();
    expect(definitionOf(stackWith({ maxConcurrency: 7 })).States['BatchEvaluateMap'].MaxConcurrency).toBe(7);
    expect(() => stackWith({ maxConcurrency: 0 })).toThrow('maxConcurrency must be a whole number from 1; 0 was given');
  });
});

it('weakness 10: waits out quotas and throttling, with growing pauses and jitter', () => {
  const busy = task.Retry.find((retry: { ErrorEquals: string[] }) => retry.ErrorEquals.includes('ServiceQuotaExceededException'));
  expect(busy.ErrorEquals).toEqual(
    expect.arrayContaining(['ThrottlingException', 'ConflictException', 'TooManyRequestsException']),
  );
  expect(busy).toMatchObject({
    IntervalSeconds: 60,
    MaxDelaySeconds: 1800,
    BackoffRate: 2,
    JitterStrategy: 'FULL',
    MaxAttempts: 60,
  });
  expect(task.Retry.flatMap((retry: { ErrorEquals: string[] }) => retry.ErrorEquals)).not.toContain('ValidationException');
});

describe('weakness 11: one bad manifest', () => {
  it('is tolerated when the user says so, and the handler may stop jobs that nobody awaits', () => {
    const states = definitionOf(stackWith({ toleratedFailure: 3 })).States['BatchEvaluateMap'].ItemProcessor.States;
    expect(states.CreateModelInvocationJobTask.Parameters.Payload.batch).toMatchObject({
      toleratedFailure: 3,
      'taskEntered.$': '$$.State.EnteredTime',
    });
    expect(task.Parameters.Payload.batch).not.toHaveProperty('toleratedFailure');
    expect(statementsOf(plain, handlerPolicy).flatMap(({ actions }) => actions)).toEqual(
      expect.arrayContaining(['bedrock:StopModelInvocationJob', 'states:SendTaskHeartbeat']),
    );
    expect(() => stackWith({ toleratedFailure: 1.5 })).toThrow('toleratedFailure must be a whole number from 0; 1.5 was given');
  });
});

it('weakness 12: tells the function all that a repeatable token is made of', () => {
  expect(task.Parameters.Payload.batch).toEqual({
    'execution.$': '$$.Execution.Id',
    'entered.$': '$.entered',
    'index.$': '$.index',
    'jobName.$': '$.job_name',
    'manifestKey.$': '$.manifest_key',
    'manifestCount.$': '$.manifest_count',
  });
  expect(definitionOf(plain).States['BatchEvaluateMap'].ItemSelector).toMatchObject({ 'entered.$': '$$.State.EnteredTime' });
  expect(statementsOf(plain, createPolicy).flatMap(({ actions }) => actions)).toContain('bedrock:ListModelInvocationJobs');
});

it('weakness 13: may read what stopped and expired jobs left (packages/lambda tells it in the cause)', () => {
  const read = statementsOf(plain, handlerPolicy).find(({ actions }) => actions.includes('s3:GetObject*'));
  expect(read?.resources.some((arn) => arn.endsWith('/*'))).toBe(true);
  expect(statementsOf(plain, batchPolicy).flatMap(({ actions }) => actions)).not.toContain('s3:DeleteObject*');
});

it('has the original rule for the end of jobs', () => {
  Template.fromStack(plain).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.bedrock'],
      'detail-type': ['Batch Inference Job State Change'],
      detail: { status: ['Completed', 'PartiallyCompleted', 'Failed', 'Expired', 'Stopped'] },
    },
    State: Match.stringLikeRegexp('ENABLED'),
  });
});
