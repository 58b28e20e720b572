import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchLedgerStack, BatchQueue, BatchQueueStack, bedrock_batch_stepfn as batch } from '@batchrock/cdk';
import { type App, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type DeployedStack, startAccount } from '../index.ts';
import { type FileQueue, fileQueueIn, records } from './file-queue.ts';
import { endWithin, passUntil } from './pass-until.ts';
import { putRecords } from './records.ts';
import { MODEL } from './scenario.ts';
import { synthesise } from './synthesise.ts';

/** A queue whose files come from a state machine, from another bucket, and from a fragment. */
class TaskStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const queue = new BatchQueue(this, 'Queue', { modelId: MODEL, maxSubmittedAndInProgressJobs: 2, dashboard: false });
    const data = new s3.Bucket(this, 'Data');
    const task = queue.enqueueTask(this, 'Enqueue', {
      bucket: data,
      key: sfn.JsonPath.stringAt('$.key'),
      outputBucket: data,
      outputPrefix: 'answers',
      resultPath: '$.answer',
    });
    new sfn.StateMachine(this, 'TaskMachine', { definitionBody: sfn.DefinitionBody.fromChainable(task) });
    const fragment = new batch.BedrockBatchSfn(this, 'Batch', {
      bedrockBatchInputBucket: data,
      bedrockBatchOutputBucket: data,
      queue,
    });
    new sfn.StateMachine(this, 'FragmentMachine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  }
}

/** Two queues, each in a stack of its own, that share one ledger. */
function sharing(app: App): void {
  const { ledger } = new BatchLedgerStack(app, 'Slots');
  for (const name of ['Left', 'Right']) {
    new BatchQueueStack(app, name, { ledger, modelId: MODEL, maxSubmittedAndInProgressJobs: 1, dashboard: false });
  }
}

let account: Account;
let stack: DeployedStack;
let queue: FileQueue;
let data: string;
beforeAll(async () => {
  account = await startAccount();
  stack = await account.deploy(
    synthesise((app) => new TaskStack(app, 'Tasks')),
    'Tasks',
  );
  queue = fileQueueIn(account, stack);
  data = stack.find('AWS::S3::Bucket', 'Data')[0] ?? '';
});
afterAll(async () => {
  try {
    expect(account?.refusals()).toEqual([]);
  } finally {
    await account?.close();
  }
});

const machine = (id: string): string => stack.find('AWS::StepFunctions::StateMachine', id)[0] ?? '';
const put = (Key: string, Body: string) => account.clients.s3.send(new PutObjectCommand({ Bucket: data, Key, Body }));
const linesOf = async (Key: string): Promise<number> => {
  const { Body } = await account.clients.s3.send(new GetObjectCommand({ Bucket: data, Key }));
  return ((await Body?.transformToString()) ?? '').trimEnd().split('\n').length;
};

test('a state waits for its file, whose results lie where it says; a file that cannot be used is an error with the reason', async () => {
  await put('in/reviews.jsonl', records(120, 'Reviews'));
  await put('in/prose.jsonl', 'prose\n');
  const good = await account.executions.start(machine('TaskMachine'), { key: 'in/reviews.jsonl' });
  const bad = await account.executions.start(machine('TaskMachine'), { key: 'in/prose.jsonl' });
  const { status, output } = await endWithin(account, good);
  const { answer } = output as { answer: { keys: string[]; file: string } };
  expect(status).toBe('SUCCEEDED');
  expect(answer).toMatchObject({
    status: 'Completed',
    bucket: data,
    keys: ['answers/0000.jsonl.out'],
    record_counts: { rows: 120 },
  });
  expect(await linesOf('answers/0000.jsonl.out')).toBe(120);
  expect(await endWithin(account, bad)).toMatchObject({
    status: 'FAILED',
    error: 'Failed',
    cause: expect.stringMatching(/BR-E\d{4}/),
  });
});

test('a second execution for the same file is answered at once, and pays for nothing', async () => {
  const jobs = (await account.bedrock.jobs()).length;
  const again = await account.executions.start(machine('TaskMachine'), { key: 'in/reviews.jsonl' });
  expect(await endWithin(account, again, 5)).toMatchObject({ status: 'SUCCEEDED', output: { answer: { status: 'Completed' } } });
  expect((await account.bedrock.jobs()).length).toBe(jobs);
});

test("the manifests of a fragment go through its queue, in the queue's slots, with the fragment's answer", async () => {
  const manifest_keys = ['in/0.jsonl', 'in/1.jsonl', 'in/2.jsonl'];
  for (const [i, key] of manifest_keys.entries()) await putRecords(account.clients.s3, data, key, 100 + i);
  const execution = await account.executions.start(machine('FragmentMachine'), {
    job_name: 'night',
    manifest_keys,
    model_id: MODEL,
  });
  let most = 0;
  await passUntil(account, async () => {
    const open = (await account.bedrock.jobs()).filter(({ endedAt }) => endedAt === undefined);
    most = Math.max(most, open.length);
    return (await account.executions.look(execution)) !== undefined;
  });
  expect(most).toBe(2);
  const { status, output } = await endWithin(account, execution);
  expect(status).toBe('SUCCEEDED');
  expect(output).toMatchObject(
    manifest_keys.map((_, i) => ({ status: 'Completed', bucket: data, keys: [`output/night/${i}/0000.jsonl.out`] })),
  );
  for (const i of manifest_keys.keys()) expect(await linesOf(`output/night/${i}/0000.jsonl.out`)).toBe(100 + i);
  expect((await queue.files()).map(({ name }) => name)).toEqual(expect.arrayContaining(['night/0', 'night/1', 'night/2']));
});

test('8: a second queue stands beside it in the same account and Region, under a role that its parameter names', async () => {
  const role = account.verdicts().find(({ action }) => action === 'bedrock:InvokeModel')?.principal;
  const roleArn = role?.kind === 'role' ? role.roleArn : '';
  const assembly = synthesise((app) => new BatchQueueStack(app, 'Second'));
  const second = await account.deploy(assembly, 'Second', { ModelId: MODEL, RoleArn: roleArn });
  expect(second.outputs).toMatchObject({ queueKind: 'BatchQueue', bucketName: expect.not.stringMatching(queue.bucket) });
  expect(Object.keys(second.ids).filter((id) => id.startsWith('BedrockRole'))).toEqual([]);
});

test('3: two queues that share a ledger share its slot', async () => {
  const assembly = synthesise(sharing);
  await account.deploy(assembly, 'Slots');
  const both: FileQueue[] = [];
  for (const name of ['Left', 'Right']) both.push(fileQueueIn(account, await account.deploy(assembly, name)));
  const before = new Set((await account.bedrock.jobs()).map(({ jobArn }) => jobArn));
  for (const [i, each] of both.entries()) await each.put('to-process/shared.jsonl', records(100, `Shared ${i}`));
  const jobs = async () => (await account.bedrock.jobs()).filter(({ jobArn }) => !before.has(jobArn));
  await passUntil(account, async () => {
    expect((await jobs()).filter(({ endedAt }) => endedAt === undefined).length).toBeLessThanOrEqual(1);
    return (await jobs()).filter(({ status }) => status === 'Completed').length === 2;
  });
  const [first, second] = await jobs();
  expect((second?.submittedAt ?? 0) - (first?.endedAt ?? 0)).toBeLessThan(60_000);
});
