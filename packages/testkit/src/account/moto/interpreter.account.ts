import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand, SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ForeignServer } from '../../clients/python-server.ts';
import { type AccountClients, createClients, destroyClients } from '../clients.ts';
import { createExecutions, type ExecutionEnd } from '../executions.ts';
import { type Front, type InvokeAnswer, openFront } from '../front/index.ts';
import { startMoto } from './index.ts';

// What `server.py` changes in moto's interpreter: each of these fails with moto as it comes.
const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' };
const roleArn = 'arn:aws:iam::111122223333:role/machine';
let folder: string;
let front: Front;
let moto: ForeignServer;
let clients: AccountClients;
let callers: string[];
let tokens: string[];
/** What the function does, by the number of its call from 0. */
let onCall: (token: string, call: number) => Promise<InvokeAnswer>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batchrock-moto-'));
  front = await openFront();
  const { account, region } = place;
  moto = await startMoto({ frontPort: front.port, speed: 1000, account, region, log: join(folder, 'moto.log') });
  clients = createClients(front.url, region);
  front.serve({
    place,
    motoUrl: moto.url,
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
  await moto?.close();
  await front?.close();
  rmSync(folder, { recursive: true, force: true });
});

const returned: InvokeAnswer = { statusCode: 200, payload: Buffer.from('{}') };
const succeed = (taskToken: string) => clients.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"done"' }));
const fail = (taskToken: string, error: string, cause: string) =>
  clients.sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }));

/** Runs a Map of one task that waits for its token with a heartbeat of hours, and leads errors to a Fail state. */
async function run(name: string, task: object = {}, patienceMs?: number): Promise<ExecutionEnd> {
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
  const executions = createExecutions(clients.sfn);
  return executions.end(await executions.start(stateMachineArn, { items: [1] }), patienceMs);
}

test('a task calls in the name of the role of its machine', async () => {
  onCall = async (token) => {
    setTimeout(() => void succeed(token), 200);
    return returned;
  };
  expect(await run('caller')).toEqual({ status: 'SUCCEEDED', output: ['done'] });
  expect(callers).toEqual([roleArn]);
});

test('an answer that comes before the call of the task has returned is not lost', async () => {
  onCall = async (token) => {
    await succeed(token);
    return returned;
  };
  expect(await run('early')).toEqual({ status: 'SUCCEEDED', output: ['done'] });
});

test('a retried task waits for a token of its own, after an interval that is shortened', async () => {
  const Retry = [{ ErrorEquals: ['Again'], IntervalSeconds: 300, MaxAttempts: 2 }];
  onCall = async (token, call) => {
    setTimeout(() => void (call === 0 ? fail(token, 'Again', 'once more') : succeed(token)), 200);
    return returned;
  };
  expect(await run('retried', { Retry })).toEqual({ status: 'SUCCEEDED', output: ['done'] });
  expect(new Set(tokens).size).toBe(2);
});

test('the cause of a failure reaches the end of the execution', async () => {
  onCall = async (token) => {
    await fail(token, 'Failed', 'the reason');
    return returned;
  };
  expect(await run('cause')).toEqual({ status: 'FAILED', error: 'Failed', cause: 'the reason' });
});

test('a timeout is shortened too, and its name passes through the Map to the Fail state', async () => {
  onCall = async () => returned;
  expect(await run('timeout', { TimeoutSeconds: 600, HeartbeatSeconds: 500 })).toMatchObject({
    status: 'FAILED',
    error: expect.stringMatching(/^States\.(Heartbeat)?Timeout$/),
  });
});

test('a task with a heartbeat and no timeout waits longer than a minute', async () => {
  onCall = async (token) => {
    setTimeout(() => void succeed(token), 62_000);
    return returned;
  };
  expect(await run('patient', {}, 90_000)).toEqual({ status: 'SUCCEEDED', output: ['done'] });
});
