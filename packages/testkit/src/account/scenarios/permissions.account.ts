import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentialsFor } from '../front/index.ts';
import { type Account, startAccount } from '../index.ts';
import { type Batch, BatchStack, deployBatch, MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { everyOption } from './every-option.ts';
import { putLongFolder, putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

const HOUR_MS = 3_600_000;
const PROFILE = `us.${MODEL}`;
let account: Account;
let batch: Batch;
beforeAll(async () => {
  account = await startAccount({ bedrock: { extraModels: [PROFILE] } });
  const folder = synthesise((app) => new BatchStack(app, 'Least', (stack) => ({ batch: everyOption(stack) })));
  batch = await deployBatch(account, folder, 'Least');
  await putRecords(account.clients.s3, batch.input, 'a.jsonl');
});
afterAll(() => account?.close());

const start = (job_name: string, manifest_keys: readonly string[], model_id = MODEL): Promise<string> =>
  account.executions.start(batch.machine, { batch: { job_name, manifest_keys, model_id } });
const crashCreate = (times: number): void => {
  // the third call: Bedrock has made the job, and nobody has written that down
  for (let i = 0; i < times; i += 1) account.functions.crashNext(batch.createFunctions[0] ?? '', { afterCalls: 3 });
};

test('jobs of models and profiles, crashes, dead letters and large answers are allowed, and nothing else was needed', async () => {
  expect(await endOf(account, await start('model', ['a.jsonl']))).toMatchObject({ status: 'SUCCEEDED' });
  expect(await endOf(account, await start('profile', ['a.jsonl'], PROFILE))).toMatchObject({ status: 'SUCCEEDED' });

  crashCreate(1);
  expect(await endOf(account, await start('crashed', ['a.jsonl']))).toMatchObject({ status: 'SUCCEEDED' });
  // more crashes than retries, in less time than the job takes: the sweep finds the job by its name
  await account.bedrock.setFaults({ jobRunMs: { 'lost*': 20 * 60_000 } });
  crashCreate(7);
  const lost = await endOf(account, await start('lost', ['a.jsonl']));
  expect(lost).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
  account.bus.faults.drop(1);
  await account.clock.advance(HOUR_MS);

  // sweeps come between the tries of an event and take crashes of their own
  for (let i = 0; i < 12; i += 1) account.functions.crashNext(batch.eventHandler, 'before');
  const execution = await start('buried', ['a.jsonl']);
  expect(await endOf(account, execution)).toMatchObject({ status: 'SUCCEEDED' });
  await account.clock.advance(HOUR_MS);
  expect(await account.alarms.ringing()).not.toEqual([]);

  const { manifests } = await putLongFolder(account.clients.s3, batch.input);
  expect(await endOf(account, await start('large', manifests))).toMatchObject({ status: 'SUCCEEDED' });
  expect(account.refusals()).toEqual([]);
});

test('no statement of any role stays unused', async () => {
  const unused = (await account.unusedStatements()).map(({ policy, statement }) => ({ policy, statement }));
  expect(unused).toEqual([]);
});

test('what a role may not do is refused as its service refuses it, and is named', async () => {
  const roles = account.verdicts().flatMap(({ principal }) => (principal.kind === 'role' ? [principal.roleArn] : []));
  const roleArn = roles.find((arn) => arn.includes('BedrockInferenceJob')) ?? '';
  const options = { endpoint: account.url, region: account.place.region, credentials: credentialsFor(roleArn) };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const dynamodb = new DynamoDBClient(options);
  const put = s3.send(new PutObjectCommand({ Bucket: batch.output, Key: 'output/x', Body: '' }));
  await expect(put).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  const scan = dynamodb.send(new ScanCommand({ TableName: batch.table }));
  await expect(scan).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('dynamodb:Scan') });
  const missing = s3.send(new GetObjectCommand({ Bucket: batch.input, Key: 'a.jsonl' }));
  await expect(missing).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(account.refusals().map(({ action }) => action)).toEqual(['s3:PutObject', 'dynamodb:Scan', 's3:GetObject']);
  s3.destroy();
  dynamodb.destroy();
});

test('nobody is served who has signed nothing, or with a key of nobody', async () => {
  const url = `${account.url}/${batch.output}?list-type=2`;
  const signed = (key: string) => `AWS4-HMAC-SHA256 Credential=${key}/20261121/us-east-1/s3/aws4_request, SignedHeaders=host`;
  const statusFor = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
  expect(await statusFor({})).toBe(403);
  expect(await statusFor({ authorization: signed('SOMEBODY') })).toBe(403);
  expect(await statusFor({ authorization: signed('ADMINISTRATOR') })).toBe(200);
});

/** What is taken away, whose work fails of it, and how: a caller is refused, or a job ends as Failed. */
const NEEDED = [
  { statement: 'iam:PassRole', error: 'AccessDeniedException', cause: 'iam:PassRole' },
  { statement: 'kms:GenerateDataKey*', error: 'Failed', cause: 'kms:GenerateDataKey' },
  { statement: 'ec2:CreateNetworkInterface', error: 'Failed', cause: 'ec2:CreateNetworkInterface' },
  { statement: 'ec2:CreateTags', error: 'Failed', cause: 'ec2:CreateTags' },
];

test.each(NEEDED)('a template without $statement does not work', async ({ statement, error, cause }) => {
  const name = `Without${statement.replace(/\W/g, '')}`;
  const folder = synthesise((app) => new BatchStack(app, name, (stack) => ({ batch: everyOption(stack) })));
  const file = join(folder, `${name}.template.json`);
  const template = readFileSync(file, 'utf8');
  const crippling = template.replaceAll(`"${statement}"`, '"iam:GetRole"');
  expect(crippling).not.toBe(template);
  writeFileSync(file, crippling);
  const crippled = await deployBatch(account, folder, name);
  await putRecords(account.clients.s3, crippled.input, 'a.jsonl');
  const input = { batch: { job_name: 'never', manifest_keys: ['a.jsonl'], model_id: MODEL } };
  const end = await endOf(account, await account.executions.start(crippled.machine, input));
  expect(end).toMatchObject({ status: 'FAILED', error, cause: expect.stringContaining(cause) });
});
