import { StopModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Duration } from 'aws-cdk-lib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type Batch, BatchStack, deployBatch, MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

const HOUR_MS = 3_600_000;
let account: Account;
let strict: Batch;
let tolerant: Batch;
beforeAll(async () => {
  account = await startAccount();
  const folder = synthesise((app) => {
    // a sweep of every five minutes would make two days on the clock a minute on the wall
    const sweepInterval = Duration.hours(1);
    new BatchStack(app, 'Strict', { batch: { sweepInterval } });
    new BatchStack(app, 'Tolerant', { batch: { sweepInterval, toleratedFailure: 1 } });
  });
  strict = await deployBatch(account, folder, 'Strict');
  tolerant = await deployBatch(account, folder, 'Tolerant');
  for (const { input } of [strict, tolerant]) {
    for (const key of ['a.jsonl', 'b.jsonl', 'c.jsonl']) await putRecords(account.clients.s3, input, key);
  }
});
afterEach(() => account.bedrock.clearFaults());
afterAll(() => account?.close());

const start = (batch: Batch, job_name: string, manifest_keys: readonly string[] = ['a.jsonl']): Promise<string> =>
  account.executions.start(batch.machine, { batch: { job_name, manifest_keys, model_id: MODEL } });
const jobNamed = async (name: string) => (await account.bedrock.jobs()).find(({ jobName }) => jobName.startsWith(name));

test('Completed: each record is counted, those with an error too', async () => {
  await account.bedrock.setFaults({ recordFail: { 'errors*': 0.2 }, recordCodes: [400] });
  const end = await endOf(account, await start(strict, 'errors'));
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed', keys: [expect.any(String)] }] });
  const [answer] = end.output as [{ record_counts: Record<string, number>; keys: [string] }];
  const { succeeded = 0, failed = 0 } = answer.record_counts;
  expect(failed).toBeGreaterThan(0);
  expect(succeeded + failed).toBe(100);
  const object = await account.clients.s3.send(new GetObjectCommand({ Bucket: strict.output, Key: answer.keys[0] }));
  const lines = (await object.Body?.transformToString())?.trim().split('\n') ?? [];
  expect(lines.filter((line) => 'error' in JSON.parse(line))).toHaveLength(failed);
});

test('PartiallyCompleted: what was processed in time is an output', async () => {
  await account.bedrock.setFaults({ jobPartial: { 'partly*': 1 }, partialFraction: 0.4 });
  const end = await endOf(account, await start(strict, 'partly'), 72);
  expect(end).toMatchObject({
    status: 'SUCCEEDED',
    output: [{ status: 'PartiallyCompleted', keys: [expect.stringMatching(/a\.jsonl\.out$/)] }],
  });
});

test('Failed: the error is Failed, the cause is what Bedrock said', async () => {
  await account.bedrock.setFaults({ jobFail: { 'failing*': 1 }, jobFailMessage: 'no capacity left' });
  const end = await endOf(account, await start(strict, 'failing'));
  expect(end).toEqual({ status: 'FAILED', error: 'Failed', cause: expect.stringContaining('no capacity left') });
});

test('Failed without a word from Bedrock is reported too', async () => {
  await account.bedrock.setFaults({ jobFail: { 'silent*': 1 }, jobFailMessage: '' });
  const end = await endOf(account, await start(strict, 'silent'));
  expect(end).toEqual({ status: 'FAILED', error: 'Failed', cause: expect.stringMatching(/./) });
});

test('Expired: the job ran out of time in the queue, and Step Functions waits for that', async () => {
  await account.bedrock.setFaults({ jobStuck: { 'stuck*': 1 } });
  const execution = await start(strict, 'stuck');
  await account.clock.idle();
  expect(await jobNamed('stuck')).toBeDefined();
  await account.clock.advance(47 * HOUR_MS);
  expect(await account.executions.look(execution)).toBeUndefined();
  await account.clock.advance(2 * HOUR_MS);
  expect(await endOf(account, execution, 2)).toEqual({ status: 'FAILED', error: 'Expired', cause: expect.stringMatching(/./) });
});

test('Stopped: somebody stopped the job', async () => {
  await account.bedrock.setFaults({ jobRunMs: { 'stopped*': 20 * HOUR_MS } });
  const execution = await start(strict, 'stopped');
  await account.clock.idle();
  await account.clock.advance(HOUR_MS);
  const job = await jobNamed('stopped');
  expect(job?.status).toBe('InProgress');
  await account.clients.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: job?.jobArn }));
  expect(await endOf(account, execution, 2)).toEqual({ status: 'FAILED', error: 'Stopped', cause: expect.stringMatching(/./) });
});

test('a job that Bedrock does not accept fails the execution at once, with the reason', async () => {
  const end = await endOf(account, await start(strict, 'nothing', ['dt=2026/a.jsonl']), 1);
  expect(end).toMatchObject({ status: 'FAILED', error: 'InvalidManifestKey', cause: expect.stringContaining('dt=2026/a.jsonl') });
  expect(await jobNamed('nothing')).toBeUndefined();
});

test('a tolerated failure stands in the output beside what the others gave', async () => {
  await account.bedrock.setFaults({ jobFail: { 'mixed1*': 1 }, jobFailMessage: 'no capacity left' });
  const end = await endOf(account, await start(tolerant, 'mixed', ['a.jsonl', 'b.jsonl', 'c.jsonl']));
  expect(end).toMatchObject({
    status: 'SUCCEEDED',
    output: [
      { status: 'Completed', manifest_key: 'a.jsonl' },
      { status: 'Failed', error: 'Failed', cause: expect.stringContaining('no capacity left') },
      { status: 'Completed', manifest_key: 'c.jsonl' },
    ],
  });
});

test('one failure more than is tolerated fails the execution, and the outputs of the others are kept', async () => {
  await account.bedrock.setFaults({ jobFail: { 'worse1*': 1, 'worse2*': 1 }, jobFailMessage: 'no capacity left' });
  const end = await endOf(account, await start(tolerant, 'worse', ['a.jsonl', 'b.jsonl', 'c.jsonl']));
  expect(end).toMatchObject({ status: 'FAILED', error: 'Failed' });
  const done = await jobNamed('worse0');
  await account.clock.advance(HOUR_MS);
  const Key = `output/worse/${done?.jobId}/a.jsonl.out`;
  const object = await account.clients.s3.send(new GetObjectCommand({ Bucket: tolerant.output, Key }));
  expect((await object.Body?.transformToString())?.trim().split('\n')).toHaveLength(100);
});

test('nothing was refused to anybody, and nothing is left over', async () => {
  expect(account.refusals()).toEqual([]);
  expect(await account.alarms.ringing()).toEqual([]);
});
