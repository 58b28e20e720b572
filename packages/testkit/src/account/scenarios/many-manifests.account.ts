import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type Batch, BatchStack, deployBatch, MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { putLongFolder, putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

const COUNT = 300;
let account: Account;
let batch: Batch;
beforeAll(async () => {
  account = await startAccount({ bedrock: { minRecords: 1 } });
  const folder = synthesise((app) => new BatchStack(app, 'Many', { batch: { maxConcurrency: 40 } }));
  batch = await deployBatch(account, folder, 'Many');
});
afterAll(() => account?.close());

interface Answer {
  readonly manifest_key: string;
  readonly keys?: readonly string[];
  readonly keys_location?: { readonly bucket: string; readonly key: string };
  readonly key_count?: number;
}

test('300 manifests give 300 answers in their order, within what an execution may hold', async () => {
  const keys = Array.from({ length: COUNT }, (_, i) => `in/part-${String(i).padStart(3, '0')}.jsonl`);
  for (const key of keys) await putRecords(account.clients.s3, batch.input, key, 1);
  const input = { batch: { job_name: 'many', manifest_keys: keys, model_id: MODEL } };
  const end = await endOf(account, await account.executions.start(batch.machine, input), 72);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  const answers = end.output as readonly Answer[];
  expect(answers.map(({ manifest_key }) => manifest_key)).toEqual(keys);
  expect(JSON.stringify(end.output).length).toBeLessThanOrEqual(262_144);
  const names = (await account.bedrock.jobs()).map(({ jobName }) => jobName);
  expect(names).toHaveLength(COUNT);
  expect(new Set(names).size).toBe(COUNT);
});

test('an answer that is too large lies beside the output, and the execution says where', async () => {
  const { manifests: manifest_keys, files } = await putLongFolder(account.clients.s3, batch.input);
  const input = { batch: { job_name: 'large', manifest_keys, model_id: MODEL } };
  const end = await endOf(account, await account.executions.start(batch.machine, input), 72);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  const answers = end.output as readonly Answer[];
  const [large, ...short] = answers;
  expect({ keys: large?.keys, key_count: large?.key_count }).toEqual({ keys: undefined, key_count: files });
  expect(short.map(({ keys }) => keys?.length)).toEqual(Array.from({ length: 19 }, () => 1));
  const { bucket = '', key = '' } = large?.keys_location ?? {};
  const object = await account.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const whole = JSON.parse((await object.Body?.transformToString()) ?? '') as Answer;
  expect(whole.keys).toHaveLength(files);
  expect(account.refusals()).toEqual([]);
});
