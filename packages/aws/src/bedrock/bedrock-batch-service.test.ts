import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockClient, GetModelInvocationJobCommand, ListTagsForResourceCommand } from '@aws-sdk/client-bedrock';
import type { BatchService, JobSpec, ObjectStore } from '@batchrock/core';
import { feed } from '@batchrock/testkit/conformance';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLocalBedrock } from '../../../local/src/start.ts';
import { createBedrockBatchService, createS3ObjectStore } from '../index.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

function specOf(name: string, changes: Partial<JobSpec> = {}): JobSpec {
  return {
    jobName: name,
    clientRequestToken: name.replaceAll('-', ''),
    modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
    roleArn: 'arn:aws:iam::000000000000:role/BedrockBatch',
    invocationType: 'InvokeModel',
    inputUri: 's3://work/in/',
    outputUri: 's3://work/out/',
    timeoutHours: 24,
    ...changes,
  };
}

describe('the batch service on the local Bedrock', () => {
  let dir: string;
  let server: Awaited<ReturnType<typeof startLocalBedrock>>;
  let service: BatchService & { destroy(): void };
  let store: ObjectStore & { destroy(): void };
  const soon = () => ({ notAfter: Date.now() + 30_000 });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'batchrock-aws-'));
    // A queue that outlasts the test keeps jobs waiting, so that they can be counted and stopped.
    server = await startLocalBedrock({ dir, buckets: ['work'], speed: 1000, queueMs: 60_000_000, maxJobs: 3 });
    service = createBedrockBatchService({ endpoint: server.url, region: 'us-east-1', credentials });
    store = createS3ObjectStore({ endpoint: server.url, region: 'us-east-1', bucket: 'work', credentials });
    const modelInput = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] };
    const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify({ recordId: `r${i}`, modelInput }));
    const sink = store.create('in/000.jsonl');
    await feed(sink, Buffer.from(`${lines.join('\n')}\n`));
    await sink.commit();
  });
  afterAll(async () => {
    service.destroy();
    store.destroy();
    await server.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('creates a job once for a token, finds it by ARN and by name, and stops it', async () => {
    const first = await service.create(specOf('one-job'), soon());
    expect(await service.create(specOf('one-job'), soon())).toEqual(first);
    expect(await service.get(first.jobArn)).toMatchObject({
      jobArn: first.jobArn,
      jobName: 'one-job',
      status: 'Submitted',
      clientRequestToken: 'onejob',
      modelId: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
      outputUri: 's3://work/out/',
    });
    const listed = await Array.fromAsync(service.list({ nameContains: 'one-job', submittedAfter: Date.now() - 60_000 }));
    expect(listed.map((job) => job.jobArn)).toEqual([first.jobArn]);
    await service.stop(first.jobArn);
    await expect.poll(async () => (await service.get(first.jobArn))?.status).toBe('Stopped');
    await expect(service.stop(first.jobArn)).rejects.toMatchObject({ reason: 'conflict', effect: 'none' });
  });

  it('creates a job under a key, in a network, with tags and in buckets of an account', async () => {
    const key = 'arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef';
    const vpcConfig = { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] };
    const kept = { outputKmsKeyId: key, bucketOwner: '000000000000', vpcConfig, tags: { team: 'search', empty: '' } };
    const { jobArn } = await service.create(specOf('kept-job', kept), soon());
    const client = new BedrockClient({ endpoint: server.url, region: 'us-east-1', credentials });
    const job = await client.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
    expect(job).toMatchObject({
      inputDataConfig: { s3InputDataConfig: { s3BucketOwner: '000000000000' } },
      outputDataConfig: { s3OutputDataConfig: { s3EncryptionKeyId: key, s3BucketOwner: '000000000000' } },
      vpcConfig,
    });
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceARN: jobArn }));
    expect(tags).toEqual([
      { key: 'team', value: 'search' },
      { key: 'empty', value: '' },
    ]);
    client.destroy();
    await service.stop(jobArn);
    await expect.poll(async () => (await service.get(jobArn))?.status).toBe('Stopped');
  });

  it('says undefined for a job that does not exist', async () => {
    expect(await service.get('arn:aws:bedrock:us-east-1:000000000000:model-invocation-job/abcdefghijkl')).toBeUndefined();
  });

  it('tells a refused value, a name in use and a full quota apart, and that nothing happened', async () => {
    await expect(service.create(specOf('bad-role', { roleArn: 'nonsense' }), soon())).rejects.toMatchObject({
      reason: 'invalid',
      effect: 'none',
      code: 'BR-E0504',
    });
    await service.create(specOf('same-name'), soon());
    await expect(service.create(specOf('same-name', { clientRequestToken: 'other' }), soon())).rejects.toMatchObject({
      reason: 'conflict',
      effect: 'none',
      code: 'BR-E0505',
    });
    await service.create(specOf('second'), soon());
    await service.create(specOf('third'), soon());
    await expect(service.create(specOf('fourth'), soon())).rejects.toMatchObject({
      reason: 'quota',
      effect: 'none',
      code: 'BR-E0507',
    });
  });
});

describe('what the batch service sends', () => {
  let server: Server;
  let seen: string[];
  let answer: (path: string) => { status: number; type?: string; body: string } | 'cut';
  let service: BatchService & { destroy(): void };
  let now = Date.now();

  beforeEach(async () => {
    seen = [];
    now = Date.now();
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        seen.push(`${request.method} ${request.url}`);
        const said = answer(request.url ?? '');
        if (said === 'cut') {
          request.socket.destroy();
          return;
        }
        response.writeHead(said.status, {
          'content-type': 'application/json',
          ...(said.type ? { 'x-amzn-errortype': said.type } : {}),
        });
        response.end(said.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    service = createBedrockBatchService({ endpoint, region: 'us-east-1', credentials, now: () => now });
  });
  afterEach(async () => {
    service.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('never leaves the machine after its time has passed, as when a frozen process wakes up', async () => {
    answer = () => ({ status: 200, body: '{"jobArn":"x"}' });
    await expect(service.create(specOf('late'), { notAfter: now - 1 })).rejects.toMatchObject({
      kind: 'service',
      effect: 'none',
    });
    expect(seen).toEqual([]);
  });

  it('is not sent a second time when the time passes between two attempts', async () => {
    answer = () => {
      now += 60_000;
      return 'cut';
    };
    await expect(service.create(specOf('slow'), { notAfter: now + 30_000 })).rejects.toMatchObject({
      kind: 'service',
      effect: 'unknown',
    });
    expect(seen).toHaveLength(1);
  });

  it('may have taken effect when the connection is cut, and is refused without effect when it is throttled at once', async () => {
    answer = () => 'cut';
    await expect(service.create(specOf('lost'), { notAfter: now + 30_000 })).rejects.toMatchObject({
      reason: 'unavailable',
      effect: 'unknown',
    });
    expect(seen.length).toBeGreaterThan(1);
    seen = [];
    answer = () => ({ status: 403, type: 'AccessDeniedException', body: '{"message":"no"}' });
    await expect(service.create(specOf('denied'), { notAfter: now + 30_000 })).rejects.toMatchObject({
      reason: 'denied',
      effect: 'none',
      code: 'BR-E0501',
    });
    expect(seen).toHaveLength(1);
  });

  it('is cancelled by its signal, and says so', async () => {
    const controller = new AbortController();
    answer = () => {
      controller.abort();
      return 'cut';
    };
    await expect(service.create(specOf('gone'), { notAfter: now + 30_000, signal: controller.signal })).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});
