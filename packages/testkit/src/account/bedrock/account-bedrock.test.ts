import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServiceClock, type JobEvent, type LocalBedrock, type ServiceClock, startLocalBedrock } from '@batchrock/local';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccountBedrock, startAccountBedrock } from './index.ts';

// The S3 of the account is another local Bedrock's here: what matters is that it is not this one's.
let dir: string;
let s3: LocalBedrock;
let bedrock: AccountBedrock;
let clock: ServiceClock;
let events: JobEvent[];
let assumed: string[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'account-s3-'));
  s3 = await startLocalBedrock({ dir, buckets: ['inputs', 'outputs'] });
  clock = createServiceClock();
  events = [];
  assumed = [];
  bedrock = await startAccountBedrock({
    clock,
    s3Url: s3.url,
    account: '123456789012',
    region: 'eu-west-1',
    minRecords: 1,
    async assumeRole({ roleArn, jobArn }) {
      if (roleArn.endsWith('/closed')) throw new Error('the role does not trust Bedrock');
      assumed.push(`${roleArn} ${jobArn}`);
      return { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
    },
    async putEvent(event) {
      events.push(event);
    },
  });
  await fetch(`${s3.url}/inputs/a.jsonl`, { method: 'PUT', body: RECORD });
});
afterEach(async () => {
  await bedrock.close();
  await s3.close();
  rmSync(dir, { recursive: true, force: true });
});

const RECORD = JSON.stringify({
  recordId: 'R1',
  modelInput: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] },
});
const ROLE = 'arn:aws:iam::123456789012:role/batch';
const create = async (jobName: string, roleArn = ROLE) => {
  const response = await fetch(`${bedrock.url}/model-invocation-job`, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=k/20261121/eu-west-1/bedrock/aws4_request, SignedHeaders=h, Signature=s',
    },
    body: JSON.stringify({
      jobName,
      roleArn,
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://inputs/a.jsonl' } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://outputs/results/' } },
    }),
  });
  return { status: response.status, type: response.headers.get('x-amzn-errortype') };
};
const ends = (): string[] =>
  events.map(({ detail }) => `${detail.batchJobName} ${detail.status}`).filter((end) => /d$|Expired/.test(end));

test('a job reads and writes the account’s S3 with its role, and tells of each state', async () => {
  expect((await create('first')).status).toBe(200);
  await clock.advance(3_600_000);
  expect(events.map(({ detail }) => detail.status)).toEqual(['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Completed']);
  const [job] = await bedrock.jobs();
  expect(new Set(assumed)).toEqual(new Set([`${ROLE} ${job?.jobArn}`]));
  expect(job?.jobArn).toBe(`arn:aws:bedrock:eu-west-1:123456789012:model-invocation-job/${job?.jobId}`);
  const output = await (await fetch(`${s3.url}/outputs/results/${job?.jobId}/a.jsonl.out`)).text();
  expect(JSON.parse(output)).toMatchObject({ recordId: 'R1', modelOutput: expect.any(Object) });
  expect(events.at(-1)).toMatchObject({
    source: 'aws.bedrock',
    account: '123456789012',
    region: 'eu-west-1',
    resources: [job?.jobArn],
  });
});

test('a role that Bedrock may not assume ends the job', async () => {
  await create('closed', `${ROLE}/closed`);
  await clock.advance(3_600_000);
  expect((await bedrock.jobs())[0]).toMatchObject({
    status: 'Failed',
    message: expect.stringContaining('does not trust Bedrock'),
  });
});

test('faults strike the job that they are meant for', async () => {
  await bedrock.setFaults({
    jobFail: { 'bad*': 1 },
    jobFailMessage: 'no capacity',
    jobPartial: { partly: 1 },
    partialFraction: 0,
    jobExpire: { late: 1 },
  });
  for (const name of ['bad-1', 'partly', 'late', 'good']) await create(name);
  await clock.advance(3_600_000);
  const last = new Map(events.map(({ detail }) => [detail.batchJobName, `${detail.status} ${detail.failureMessage}`.trim()]));
  expect(last.get('bad-1')).toBe('Failed no capacity');
  expect(last.get('partly')).toBe('PartiallyCompleted');
  expect(last.get('late')).toMatch(/^Expired /);
  expect(last.get('good')).toBe('Completed');
});

test('a full quota and throttling refuse Create until they are over', async () => {
  await bedrock.setFaults({ foreignJobs: 100 });
  expect(await create('a')).toEqual({ status: 400, type: 'ServiceQuotaExceededException' });
  await bedrock.setFaults({ foreignJobs: 0, throttle: { CreateModelInvocationJob: 1 } });
  expect(await create('a')).toEqual({ status: 429, type: 'ThrottlingException' });
  await bedrock.clearFaults();
  expect((await create('a')).status).toBe(200);
  await clock.advance(3_600_000);
  expect(ends()).toContain('a Completed');
});

test('a job that takes hours takes them on the clock', async () => {
  await bedrock.setFaults({ jobRunMs: 30 * 3_600_000 });
  await create('long');
  await clock.advance(29 * 3_600_000);
  expect((await bedrock.jobs())[0]?.status).toBe('InProgress');
  await clock.advance(2 * 3_600_000);
  const [job] = await bedrock.jobs();
  expect(job?.status).toBe('Completed');
  expect((job?.endedAt ?? 0) - (job?.submittedAt ?? 0)).toBeGreaterThan(30 * 3_600_000);
});
