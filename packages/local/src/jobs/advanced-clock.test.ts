import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createServiceClock } from '../clock/index.ts';
import type { JobEvent } from '../events/index.ts';
import { startLocalBedrock } from '../start.ts';
import { claudeRecords, type LocalService, startLocalService } from '../testing/local-service.ts';

const HOUR = 3_600_000;
let local: LocalService;
afterEach(() => local.close());
const start = async (options: Parameters<typeof startLocalService>[0] = {}): Promise<void> => {
  local = await startLocalService({ speed: 1, ...options });
  await local.put('in/a.jsonl', claudeRecords(10));
};
const advance = (advanceMs: number) => local.admin('POST', 'clock', { advanceMs });
const statusOf = async (arn: string): Promise<string | undefined> => (await local.job(arn)).status;

describe('a clock that a test advances', () => {
  test('takes jobs through their states, each at its time', async () => {
    await start();
    const arn = await local.create();
    expect(await statusOf(arn)).toBe('Submitted');
    await advance(15_000);
    expect(await statusOf(arn)).toBe('Validating');
    await advance(30_000);
    expect(await statusOf(arn)).toBe('Scheduled');
    await advance(HOUR);
    const job = await local.job(arn);
    expect(job.status).toBe('Completed');
    const tookMs = (job.endTime?.getTime() ?? 0) - (job.submitTime?.getTime() ?? 0);
    // 10 s submitted, 30 s validating, 60 s scheduled, and what the machine needed
    expect(tookMs).toBeGreaterThanOrEqual(100_000);
    expect(tookMs).toBeLessThan(160_000);
  });

  test('is as far ahead after a restart', async () => {
    await start();
    await advance(5 * HOUR);
    await local.restart();
    expect(await local.admin('GET', 'clock')).toMatchObject({ aheadMs: expect.any(Number) });
    expect(((await local.admin('GET', 'clock')) as { aheadMs: number }).aheadMs).toBeGreaterThan(4.9 * HOUR);
    const arn = await local.create();
    expect((await local.job(arn)).submitTime?.getTime()).toBeGreaterThan(Date.now() + 4.9 * HOUR);
  });

  test('has sent the events of all that happened when it answers', async () => {
    const events: JobEvent[] = [];
    const hook = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      events.push(JSON.parse(body) as JobEvent);
      response.end();
    });
    await new Promise<void>((resolve) => {
      hook.listen(0, '127.0.0.1', resolve);
    });
    await start({ eventsUrl: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/` });
    await local.create();
    await advance(HOUR);
    expect(events.map(({ detail }) => detail.status)).toEqual([
      'Submitted',
      'Validating',
      'Scheduled',
      'InProgress',
      'Completed',
    ]);
    hook.closeAllConnections();
    hook.close();
  });

  test('is refused what is no time', async () => {
    await start();
    await expect(advance(-1)).rejects.toThrow('advanceMs is -1; give a number from 0');
    await expect(local.admin('POST', 'clock', {})).rejects.toThrow('advanceMs is absent');
  });

  test('goes through the pace of a job, and Stop cuts it off there', async () => {
    await start({ recordsPerMinute: 1 });
    const arn = await local.create();
    await advance(100_000 + 4.5 * 60_000);
    expect(await statusOf(arn)).toBe('InProgress');
    const jobId = arn.slice(-12);
    await fetch(`${local.url}/model-invocation-job/${jobId}/stop`, { method: 'POST' });
    await advance(HOUR);
    expect(await statusOf(arn)).toBe('Stopped');
    expect((await local.output(arn)).length).toBeLessThan(10);
  });
});

describe('faults of one job among others', () => {
  test('are given by the job’s name', async () => {
    await start({ faults: { jobFail: { 'nightly-*': 1 }, jobFailMessage: 'no model today', jobExpire: { late: 1 } } });
    const arns = [];
    for (const jobName of ['nightly-7', 'late', 'other']) arns.push(await local.create({ jobName }));
    await advance(25 * HOUR);
    const jobs = await Promise.all(arns.map((arn) => local.job(arn)));
    expect(jobs.map(({ status }) => status)).toEqual(['Failed', 'Expired', 'Completed']);
    expect(jobs[0]?.message).toBe('no model today');
  });

  test('a job may fail without a word', async () => {
    await start({ faults: { jobFail: 1, jobFailMessage: '' } });
    const arn = await local.create();
    await advance(HOUR);
    expect(await local.job(arn)).toMatchObject({ status: 'Failed' });
    expect((await local.job(arn)).message).toBeUndefined();
  });

  test('a job stays InProgress as long as it is told, and Stop keeps what it has done', async () => {
    await start({ faults: { jobRunMs: { long: 10 * HOUR, stopped: 10 * HOUR } } });
    const long = await local.create({ jobName: 'long' });
    const stopped = await local.create({ jobName: 'stopped' });
    await advance(9 * HOUR);
    expect(await statusOf(long)).toBe('InProgress');
    await fetch(`${local.url}/model-invocation-job/${stopped.slice(-12)}/stop`, { method: 'POST' });
    await advance(0);
    expect(await statusOf(stopped)).toBe('Stopped');
    expect(await local.output(stopped)).toHaveLength(10);
    await advance(2 * HOUR);
    expect(await statusOf(long)).toBe('Completed');
  });
});

test('a program gives the clock, takes the events, and chooses the keys of each job at an S3 elsewhere', async () => {
  await start();
  const asked: string[] = [];
  const events: string[] = [];
  const clock = createServiceClock();
  const dir = `${local.dir}/second`;
  const second = await startLocalBedrock(
    { dir, speed: 1, minRecords: 1, s3EndpointUrl: local.url },
    {
      clock,
      onEvent: ({ detail }) => void events.push(`${detail.batchJobName} ${detail.status}`),
      async credentialsFor({ roleArn }) {
        asked.push(roleArn);
        if (roleArn.endsWith('refused')) throw new Error('the role cannot be assumed');
        return { accessKeyId: 'of-the-role', secretAccessKey: 'secret' };
      },
    },
  );
  const create = async (jobName: string, role: string): Promise<void> => {
    const s3 = (key: string) => ({ s3Uri: `s3://bucket-of-tests/${key}` });
    const response = await fetch(`${second.url}/model-invocation-job`, {
      method: 'POST',
      body: JSON.stringify({
        jobName,
        roleArn: `arn:aws:iam::000000000000:role/${role}`,
        modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
        inputDataConfig: { s3InputDataConfig: s3('in/a.jsonl') },
        outputDataConfig: { s3OutputDataConfig: s3('second/') },
      }),
    });
    expect(response.status).toBe(200);
  };
  await create('good', 'batch');
  await create('bad', 'refused');
  await clock.advance(HOUR);
  expect(events.filter((event) => /Completed|Failed/.test(event)).toSorted()).toEqual(['bad Failed', 'good Completed']);
  expect(new Set(asked)).toEqual(new Set(['arn:aws:iam::000000000000:role/batch', 'arn:aws:iam::000000000000:role/refused']));
  expect(await local.keys('second/')).toHaveLength(2);
  await second.close();
});
