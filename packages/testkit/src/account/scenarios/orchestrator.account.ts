import { zstdDecompressSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchOrchestratorStack } from '@batchrock/cdk';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type ExecutionEnd, startAccount } from '../index.ts';
import { endOf } from './end-of.ts';
import { synthesise } from './synthesise.ts';

let account: Account;
let machine: string;
let bucket: string;
beforeAll(async () => {
  account = await startAccount();
  const stack = await account.deploy(
    synthesise((app) => new BatchOrchestratorStack(app, 'Orchestrator')),
    'Orchestrator',
  );
  machine = stack.find('AWS::StepFunctions::StateMachine')[0] ?? '';
  bucket = stack.find('AWS::S3::Bucket')[0] ?? '';
  const topics = Array.from({ length: 250 }, (_, i) => `topic ${i}`);
  await account.clients.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: 'inputs/jokes/topics.csv', Body: `topic\n${topics.join('\n')}\n` }),
  );
});
afterAll(() => account?.close());

/** The first example of the original's README, executed to its end. */
async function execute(changes: object = {}): Promise<ExecutionEnd> {
  const input = {
    s3_uri: `s3://${bucket}/inputs/jokes/topics.csv`,
    job_name_prefix: 'test-joke-job1',
    model_id: 'anthropic.claude-3-haiku-20240307-v1:0',
    prompt_id: 'joke_about_topic',
    ...changes,
  };
  return endOf(account, await account.executions.start(machine, input));
}

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  const Key = path.slice(`s3://${bucket}/`.length);
  const { Body } = await account.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const compressors = { ZSTD: (compressed: Uint8Array) => new Uint8Array(zstdDecompressSync(compressed)) };
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
}

test('the first example of the original ends with files that have every row and its response', async () => {
  const end = await execute();
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: { status: 'Completed', counts: { rows: 250, succeeded: 250 } } });
  const { output_paths } = (end as { output: { output_paths: { output_path: string }[] } }).output;
  const rows = (await Promise.all(output_paths.map(({ output_path }) => rowsOf(output_path)))).flat();
  expect(rows.map(({ topic }) => topic)).toEqual(Array.from({ length: 250 }, (_, i) => `topic ${i}`));
  for (const { response } of rows) expect(response).toEqual(expect.stringMatching(/./));
});

test('a second execution with the same input pays for nothing again and ends alike', async () => {
  const before = (await account.bedrock.jobs()).length;
  expect(await execute()).toMatchObject({ status: 'SUCCEEDED', output: { counts: { rows: 250, succeeded: 250 } } });
  expect(before).toBeGreaterThan(0);
  expect(await account.bedrock.jobs()).toHaveLength(before);
});

test('what is wrong with the input ends the execution, with the code of the error and what to do about it', async () => {
  const end = await execute({ prompt_id: 'question_answering', job_name_prefix: 'other' });
  expect(end).toMatchObject({
    status: 'FAILED',
    error: expect.stringMatching(/^BR-E\d{4}$/),
    cause: expect.stringContaining('source'),
  });
});

test('nobody was refused anything', () => {
  expect(account.refusals()).toEqual([]);
});
