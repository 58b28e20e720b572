import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  GetFoundationModelAvailabilityCommand,
  GetModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { afterEach, describe, expect, test } from 'vitest';
import { BUCKET, claudeRecords, HAIKU, type LocalService, startLocalService } from '../testing/local-service.ts';

const HOUR_MS = 3_600_000;
let local: LocalService;
afterEach(() => local.close());
const start = async (options: Parameters<typeof startLocalService>[0] = {}, records = 200): Promise<void> => {
  local = await startLocalService(options);
  await local.put('in/a.jsonl', claudeRecords(records));
};
const jobCount = async (): Promise<number> => ((await local.admin('GET', 'jobs')) as { jobs: unknown[] }).jobs.length;

describe('faults of calls', () => {
  test('a throttled call has no effect', async () => {
    await start({ faults: { throttle: { CreateModelInvocationJob: 1 } } });
    await expect(local.create()).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
    expect(await jobCount()).toBe(0);
    await local.admin('DELETE', 'faults');
    await local.create();
  });

  test('a lost reply has its effect, and the same token finds the job', async () => {
    await start({ faults: { lostReply: { CreateModelInvocationJob: 1 } } });
    const request = { jobName: 'lost', clientRequestToken: 'lost' };
    await expect(local.create(request)).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await jobCount()).toBe(1);
    await local.admin('PUT', 'faults', { lostReply: 0 });
    await local.until(await local.create(request));
    expect(await jobCount()).toBe(1);
  });

  test('the SDK’s own retries make one job of several lost replies and failures', async () => {
    await start({ faults: { seed: 7, lostReply: 0.4, serverError: 0.3 } });
    const patient = new BedrockClient({ ...local.clientConfig, maxAttempts: 20 });
    const { jobArn } = await patient.send(
      new CreateModelInvocationJobCommand({
        jobName: 'retried',
        roleArn: 'arn:aws:iam::000000000000:role/batch',
        modelId: HAIKU,
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/in/` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${BUCKET}/out/` } },
      }),
    );
    await patient.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
    patient.destroy();
    expect(await jobCount()).toBe(1);
  });

  test('without access to models no job is made, and the look for access says so', async () => {
    await start();
    const client = new BedrockClient(local.clientConfig);
    const look = () => client.send(new GetFoundationModelAvailabilityCommand({ modelId: HAIKU }));
    expect(await look()).toMatchObject({ modelId: HAIKU, authorizationStatus: 'AUTHORIZED' });
    await local.admin('PUT', 'faults', { noAccess: true });
    expect(await look()).toMatchObject({ authorizationStatus: 'NOT_AUTHORIZED', regionAvailability: 'AVAILABLE' });
    await expect(local.create()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const unknown = client.send(new GetFoundationModelAvailabilityCommand({ modelId: 'acme.none' }));
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    client.destroy();
  });

  test('an answer comes late', async () => {
    await start({ faults: { latencyMs: { GetModelInvocationJob: 120 } } });
    const arn = await local.create();
    const began = performance.now();
    await local.job(arn);
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
  });

  test('a body that is not JSON, or not an object, is a clear refusal', async () => {
    await start();
    const put = async (body: string) => {
      const answer = await fetch(`${local.url}/_batchrock/faults`, { method: 'PUT', body });
      return { status: answer.status, message: ((await answer.json()) as { message: string }).message };
    };
    expect(await put("{throttle: '1'}")).toEqual({
      status: 400,
      message: 'the body of PUT /_batchrock/faults is not JSON: "{throttle: \'1\'}"; give an object, names in double quotes',
    });
    expect((await put(`{${'x'.repeat(5000)}`)).message.length).toBeLessThan(200);
    expect(await put('[1]')).toMatchObject({ status: 400, message: expect.stringContaining('faults are a JSON object') });
    expect(await put('{"throttle": "often"}')).toMatchObject({ status: 400, message: expect.stringContaining('"often"') });
    expect(await put(' '.repeat(2 ** 20 + 1))).toMatchObject({ status: 400, message: expect.stringContaining('larger than') });
  });

  test('a fault that does not exist is refused by name', async () => {
    await start();
    await expect(local.admin('PUT', 'faults', { trottle: 1 })).rejects.toThrow('there is no fault "trottle"');
    await expect(local.admin('PUT', 'faults', { trottle: 1 })).rejects.toThrow('did you mean throttle?');
    expect(await local.admin('PUT', 'faults', { throttle: 0.5 })).toMatchObject({ throttle: 0.5, lostReply: 0 });
  });
});

describe('faults of records', () => {
  test('fail, vanish and come twice at their rates, and succeed under another name', async () => {
    await start({ faults: { recordFail: 0.2, recordMissing: 0.1, recordDouble: 0.1, recordCodes: [429] } });
    const fates = async (jobName: string) => {
      const arn = await local.create({ jobName });
      const job = await local.until(arn);
      const lines = await local.output(arn);
      const failed = lines.filter(({ error }) => error !== undefined).map(({ recordId }) => recordId);
      return { job, lines, failed, distinct: new Set(lines.map(({ recordId }) => recordId)) };
    };
    const first = await fates('first');
    expect(first.job).toMatchObject({ status: 'Completed', totalRecordCount: 200, processedRecordCount: 200 });
    expect(first.failed.length).toBeGreaterThan(20);
    expect(first.lines.find(({ error }) => error)?.error).toMatchObject({ errorCode: 429 });
    expect(first.distinct.size).toBeLessThan(200);
    expect(first.lines.length).toBeGreaterThan(first.distinct.size);
    const second = await fates('second');
    expect(second.failed.filter((id) => first.failed.includes(id)).length).toBeLessThan(first.failed.length);
  });
});

describe('faults of jobs', () => {
  test('a failed job has a message and no output', async () => {
    await start({ faults: { jobFail: 1 } });
    const arn = await local.create();
    expect(await local.until(arn)).toMatchObject({ status: 'Failed', message: expect.stringContaining('internal error') });
    expect(await local.keys('out/')).toEqual([]);
  });

  test('a partial job has processed a share of its records, from all over the input', async () => {
    await start({ faults: { jobPartial: 1, partialFraction: 0.3 } });
    const arn = await local.create();
    const job = await local.until(arn);
    expect(job.status).toBe('PartiallyCompleted');
    const ids = (await local.output(arn)).map(({ recordId }) => recordId);
    expect(ids).toHaveLength(job.processedRecordCount!);
    expect(ids.length).toBeGreaterThan(30);
    expect(ids.length).toBeLessThan(90);
    expect(Math.max(...ids.map((id) => Number(id.slice(1))))).toBeGreaterThan(150);
  });

  test.each([
    ['jobFail', 'Failed', 'out of order'],
    ['jobExpire', 'Expired', expect.stringContaining('timed out')],
    ['jobStop', 'Stopped', undefined],
  ] as const)('a job of %s that keeps a share of its records has begun, and ends as %s', async (fault, status, message) => {
    await start({ faults: { [fault]: 1, keptFraction: 0.5, jobFailMessage: 'out of order' } });
    const arn = await local.create();
    const job = await local.until(arn);
    expect(job).toMatchObject({ status, totalRecordCount: 200 });
    expect(job.message).toEqual(message);
    const ids = (await local.output(arn)).map(({ recordId }) => recordId);
    expect(ids).toHaveLength(job.processedRecordCount!);
    expect(ids.length).toBeGreaterThan(60);
    expect(ids.length).toBeLessThan(140);
    expect(await local.manifest(arn)).toMatchObject({ totalRecordCount: 200, processedRecordCount: ids.length });
  });

  test('a job that does not pass validation says what it is told to, and has counted nothing', async () => {
    await start({ faults: { jobRefuse: 1, jobFailMessage: 'out of order' } });
    const arn = await local.create();
    const job = await local.until(arn);
    expect(job).toMatchObject({ status: 'Failed', message: 'out of order', totalRecordCount: 0, processedRecordCount: 0 });
    expect(await local.keys('out/')).toEqual([]);
  });

  test('a job with a record that breaks it does not pass validation, and does not say which one it is', async () => {
    await start();
    await local.put(
      'in/a.jsonl',
      claudeRecords(200, (i) => (i === 77 ? 'text [[break]]' : 'text')),
    );
    const job = await local.until(await local.create());
    expect(job).toMatchObject({ status: 'Failed', message: expect.stringMatching(/^Malformed/), processedRecordCount: 0 });
    expect(await local.keys('out/')).toEqual([]);
  });

  test('a job that somebody stops in the queue has no output', async () => {
    await start({ faults: { jobStop: 1 } });
    const arn = await local.create();
    expect(await local.until(arn)).toMatchObject({ status: 'Stopped', processedRecordCount: 0 });
    expect(await local.keys('out/')).toEqual([]);
  });

  test('an expired job never began', async () => {
    await start({ faults: { jobExpire: 1 } });
    const job = await local.until(await local.create());
    expect(job).toMatchObject({ status: 'Expired', processedRecordCount: 0 });
  });

  test('a stuck job stays Scheduled until its timeout', async () => {
    await start({ speed: 1, faults: { jobStuck: 1 } });
    const arn = await local.create();
    await local.advance(23 * HOUR_MS);
    expect(await local.job(arn)).toMatchObject({ status: 'Scheduled', totalRecordCount: 200 });
    await local.advance(HOUR_MS);
    const job = await local.job(arn);
    expect(job.status).toBe('Expired');
    expect(job.endTime!.getTime() - job.submitTime!.getTime()).toBeGreaterThanOrEqual(24 * HOUR_MS);
  });

  test('output comes ten minutes later than the status, on the service’s clock, and over a restart', async () => {
    await start({ speed: 1, faults: { outputDelayMs: 600_000 } });
    const arn = await local.create();
    await local.advance(3 * 60_000);
    const job = await local.job(arn);
    expect(job).toMatchObject({ status: 'Completed', successRecordCount: 200 });
    expect(await local.keys('out/')).toEqual([]);
    await local.restart();
    expect(await local.keys('out/')).toEqual([]);
    await local.advance(600_000);
    expect(await local.keys('out/')).toHaveLength(2);
    expect(await local.output(arn)).toHaveLength(200);
    expect(await local.job(arn)).toEqual({ ...job, $metadata: expect.anything() });
  });

  test('the manifest comes later than the output, or never', async () => {
    await start({ speed: 1, faults: { manifestDelayMs: HOUR_MS } });
    const arn = await local.create();
    await local.advance(3 * 60_000);
    expect((await local.job(arn)).status).toBe('Completed');
    expect(await local.keys('out/')).toHaveLength(1);
    await local.advance(HOUR_MS);
    expect(await local.keys('out/')).toHaveLength(2);
    await local.admin('PUT', 'faults', { manifestDelayMs: 0, manifestMissing: true });
    const second = await local.create();
    await local.advance(3 * 60_000);
    expect(await local.keys(`out/${second.slice(-12)}`)).toHaveLength(1);
  });

  test('output is split over several files', async () => {
    await start({ faults: { outputFiles: 3 } });
    const arn = await local.create();
    await local.until(arn);
    expect((await local.keys('out/')).filter((key) => key.endsWith('.jsonl.out'))).toHaveLength(3);
    expect(new Set((await local.output(arn)).map(({ recordId }) => recordId)).size).toBe(200);
  });
});
