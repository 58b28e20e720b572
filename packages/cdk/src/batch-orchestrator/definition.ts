import { Aws, Duration } from 'aws-cdk-lib';
import { passing } from '../engine/passing';

/** ARNs of the functions that the state machine calls. */
export interface DefinitionFunctions {
  readonly prepare: string;
  readonly follow: string;
  readonly export: string;
}

/** How long an execution waits without a sign of life; the sweep gives one every five minutes. */
const heartbeat = Duration.hours(1);

/** A function may run for 900 seconds; a call of it that was not answered by then is repeated. */
const callTimeout = Duration.seconds(960);

/** Failures of Lambda itself, throttling among them. */
const lambdaFailures = {
  ErrorEquals: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 10,
  MaxDelaySeconds: 300,
  BackoffRate: 2,
};

/** Functions that were killed. What they had done is in the bucket and in the ledger, so the next call goes on from there. */
const crashes = {
  ErrorEquals: ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError', 'Runtime.OutOfMemory'],
  IntervalSeconds: 5,
  MaxAttempts: 3,
  BackoffRate: 2,
};

/** A load or an outage that our functions have met: it says nothing about the run, and what they had done is kept. */
const passes = {
  ErrorEquals: passing.errors,
  IntervalSeconds: passing.interval.toSeconds(),
  MaxAttempts: passing.maxAttempts,
  MaxDelaySeconds: passing.maxDelay.toSeconds(),
  BackoffRate: passing.backoffRate,
  JitterStrategy: passing.jitterStrategy,
};

/** A task that no sweep gave a sign of life: it is begun anew under another token. Sweeps may be out for a day. */
const silence = { ErrorEquals: ['States.HeartbeatTimeout'], IntervalSeconds: 1, MaxAttempts: 24, BackoffRate: 1 };

/**
 * What an execution does, in Amazon States Language: prepare, wait for the run, export. Preparing and exporting are loops, since a
 * function has fifteen minutes and a dataset no end. No list travels in the state, and nothing is mapped over: the ledger knows
 * the parts. An error of ours is not caught, and retried only where it passes by waiting: the code and message of any other end
 * the execution, and a redrive goes on there.
 */
export function definition(functions: DefinitionFunctions): object {
  return {
    Comment: 'Runs a dataset through a model of Amazon Bedrock by batch inference',
    StartAt: 'PrepareRun',
    States: {
      PrepareRun: {
        ...call(functions.prepare, {
          'execution.$': '$$.Execution.Id',
          'started.$': '$$.Execution.StartTime',
          'input.$': '$$.Execution.Input',
        }),
        Comment: 'Reads the dataset and writes the input of the jobs, until the time is nearly up',
        Next: 'IsPrepared',
      },
      IsPrepared: whenDone('FollowRun', 'PrepareRun'),
      FollowRun: {
        Comment: 'Waits for the run: its jobs are created, collected and retried as their events come',
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken`,
        Parameters: { FunctionName: functions.follow, Payload: { 'run.$': '$.run', 'token.$': '$$.Task.Token' } },
        HeartbeatSeconds: heartbeat.toSeconds(),
        ResultSelector: { 'run.$': '$.run', from: 0 },
        Retry: [lambdaFailures, crashes, passes, silence],
        Next: 'ExportResults',
      },
      ExportResults: {
        ...call(functions.export, { 'run.$': '$.run', 'from.$': '$.from' }),
        Comment: 'Writes the files of results, until the time is nearly up',
        Next: 'IsExported',
      },
      IsExported: whenDone('Exported', 'ExportResults'),
      Exported: { Type: 'Succeed' },
    },
  };
}

/** A call of a function whose answer becomes the state. */
function call(functionArn: string, payload: object): object {
  return {
    Type: 'Task',
    Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, Payload: payload },
    OutputPath: '$.Payload',
    TimeoutSeconds: callTimeout.toSeconds(),
    Retry: [lambdaFailures, { ...crashes, ErrorEquals: [...crashes.ErrorEquals, 'States.Timeout'] }, passes],
  };
}

function whenDone(next: string, again: string): object {
  return { Type: 'Choice', Choices: [{ Variable: '$.done', BooleanEquals: true, Next: next }], Default: again };
}
