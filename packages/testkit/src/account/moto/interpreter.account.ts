import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { createServiceClock } from '@batchrock/local';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ForeignServer } from '../../clients/python-server.ts';
import { type AccountClients, createClients, destroyClients } from '../clients.ts';
import { createExecutions, type ExecutionEnd } from '../executions.ts';
import { type Front, type InvokeAnswer, openFront } from '../front/index.ts';
import { createMachineClock, type MachineClock, startMoto } from './index.ts';

// What `server.py` changes in moto's interpreter: each of these fails with moto as it comes.
const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' };
const clock = createServiceClock();
const roleArn = 'arn:aws:iam::111122223333:role/machine';
let folder: string;
let front: Front;
let moto: ForeignServer;
let machines: MachineClock;
let clients: AccountClients;
let callers: string[];
let tokens: string[];
/** What the function does, by the number of its call from 0. */
let onCall: (token: string, call: number) => Promise<InvokeAnswer>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchrock-moto-'));
  front = await openFront();
  const { account, region } = place;
  moto = await startMoto({ frontPort: front.port, account, region, log: join(folder, 'moto.log') });
  clients = createClients(front.url, region);
  machines = createMachineClock(clock, moto.url);
  front.serve({
    place,
    motoUrl: moto.url,
    machines,
    async invoke(_, payload) {
      const { token } = JSON.parse(payload.toString()) as { token: string };
      tokens.push(token);
      return onCall(token, tokens.length - 1);
    },
    async judge(caller) {
      callers.push(caller);
      return undefined;
    },
  });
});
beforeEach(() => {
  callers = [];
  tokens = [];
});
afterAll(async () => {
  destroyClients(clients);
  machines?.close();
  await moto?.close();
  await front?.close();
  rmSync(folder, { recursive: true, force: true });
});

const returned: InvokeAnswer = { statusCode: 200, payload: Buffer.from('{}') };
const succeed = (taskToken: string) => clients.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"done"' }));
const fail = (taskToken: string, error: string, cause: string) =>
  clients.sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }));

const HOUR_MS = 3_600_000;
const later = (ms: number, work: () => Promise<unknown>): void => {
  clock.at(clock.now() + ms, async () => void (await work()));
};

/** Begins a Map of one task that waits for its token with a heartbeat of 54 hours, and leads errors to a Fail state. */
async function begin(name: string, task: object = {}): Promise<string> {
  const Task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'arn:aws:lambda:us-east-1:111122223333:function:f', Payload: { 'token.$': '$$.Task.Token' } },
    HeartbeatSeconds: 194_400,
    End: true,
    ...task,
  };
  const ItemProcessor = { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Task', States: { Task } };
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Fail' }];
  const definition = {
    StartAt: 'Map',
    States: {
      Map: { Type: 'Map', ItemsPath: '$.items', ItemProcessor, Catch, End: true },
      Fail: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
  const command = new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn });
  const { stateMachineArn = '' } = await clients.sfn.send(command);
  return createExecutions(clients.sfn).start(stateMachineArn, { items: [1] });
}

/** Lets so much of the clock go by; how the execution has ended then, if it has. */
async function after(ms: number, execution: string): Promise<ExecutionEnd | undefined> {
  await clock.advance(ms);
  return createExecutions(clients.sfn).look(execution);
}

const TIMED_OUT = { status: 'FAILED', error: expect.stringMatching(/^States\.(Heartbeat)?Timeout$/) as string };
const DONE = { status: 'SUCCEEDED', output: ['done'] };

test('a task calls in the name of the role of its machine', async () => {
  onCall = async (token) => {
    later(1_000, () => succeed(token));
    return returned;
  };
  expect(await after(60_000, await begin('caller'))).toEqual(DONE);
  expect(callers).toEqual([roleArn]);
});

test('an answer that comes before the call of the task has returned is not lost', async () => {
  onCall = async (token) => {
    await succeed(token);
    return returned;
  };
  expect(await after(0, await begin('early'))).toEqual(DONE);
});

test('a retried task waits for a token of its own, and its interval is one of the clock', async () => {
  const Retry = [{ ErrorEquals: ['Again'], IntervalSeconds: 300, MaxAttempts: 2 }];
  onCall = async (token, call) => {
    if (call === 0) await fail(token, 'Again', 'once more');
    else await succeed(token);
    return returned;
  };
  const execution = await begin('retried', { Retry });
  expect(await after(299_000, execution)).toBeUndefined();
  expect(tokens).toHaveLength(1);
  expect(await after(2_000, execution)).toEqual(DONE);
  expect(new Set(tokens).size).toBe(2);
});

test('the cause of a failure reaches the end of the execution', async () => {
  onCall = async (token) => {
    await fail(token, 'Failed', 'the reason');
    return returned;
  };
  const execution = await begin('cause');
  expect(await after(0, execution)).toEqual({ status: 'FAILED', error: 'Failed', cause: 'the reason' });
  const failures = await createExecutions(clients.sfn).failures(
    execution.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
  );
  expect(failures.map((time) => Math.abs(time - clock.now()) < HOUR_MS)).toEqual([true]);
});

test('a timeout is one of the clock too, and its name passes through the Map to the Fail state', async () => {
  onCall = async () => returned;
  const execution = await begin('timeout', { TimeoutSeconds: 600, HeartbeatSeconds: 500 });
  expect(await after(490_000, execution)).toBeUndefined();
  expect(await after(120_000, execution)).toMatchObject(TIMED_OUT);
});

test('a task with a heartbeat and no timeout waits as long as its heartbeat, from the last one on', async () => {
  onCall = async () => returned;
  const execution = await begin('patient');
  expect(await after(53 * HOUR_MS, execution)).toBeUndefined();
  await clients.sfn.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));
  expect(await after(53 * HOUR_MS, execution)).toBeUndefined();
  expect(await after(2 * HOUR_MS, execution)).toMatchObject(TIMED_OUT);
});

test('a heartbeat that is missed is retried by its own name, and a timeout is not', async () => {
  const Retry = [{ ErrorEquals: ['States.HeartbeatTimeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
  onCall = async (token, call) => {
    if (call === 1) await succeed(token);
    return returned;
  };
  const missed = await begin('missed', { HeartbeatSeconds: 600, Retry });
  expect(await after(590_000, missed)).toBeUndefined();
  expect(await after(20_000, missed)).toEqual(DONE);
  expect(new Set(tokens).size).toBe(2);
  const late = await begin('late', { TimeoutSeconds: 600, HeartbeatSeconds: undefined, Retry });
  expect(await after(620_000, late)).toMatchObject(TIMED_OUT);
  expect(tokens).toHaveLength(3);
});

test('an execution has begun and ended at times of the clock, and its context says so', async () => {
  await clock.advance(24 * HOUR_MS);
  const now = { Type: 'Pass', Parameters: { 'started.$': '$$.Execution.StartTime', 'entered.$': '$$.State.EnteredTime' } };
  const until = { Type: 'Wait', Seconds: 3_600, Next: 'Now' };
  const definition = { StartAt: 'Until', States: { Until: until, Now: { ...now, End: true } } };
  const machine = { name: 'times', definition: JSON.stringify(definition), roleArn };
  const { stateMachineArn = '' } = await clients.sfn.send(new CreateStateMachineCommand(machine));
  const began = clock.now();
  const execution = await createExecutions(clients.sfn).start(stateMachineArn);
  const end = await after(2 * HOUR_MS, execution);
  const { started, entered } = { ...(end?.output as Readonly<Record<string, string>>) };
  const { startDate, stopDate } = await clients.sfn.send(new DescribeExecutionCommand({ executionArn: execution }));
  const times = [started, startDate, entered, stopDate].map((time) => new Date(time ?? 0).getTime());
  expect(times.map((time) => Math.floor((time - began) / HOUR_MS))).toEqual([0, 0, 1, 1]);
});

test('an execution that was stopped lets go of its tokens at once', async () => {
  onCall = async () => returned;
  const execution = await begin('stopped');
  await clock.idle();
  await createExecutions(clients.sfn).stop(execution);
  await clock.idle();
  const heartbeat = clients.sfn.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));
  await expect(heartbeat).rejects.toMatchObject({
    name: expect.stringMatching(/^(InvalidToken|TaskTimedOut|TaskDoesNotExist)$/),
  });
});
