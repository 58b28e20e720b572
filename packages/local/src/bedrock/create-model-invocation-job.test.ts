import { ServiceQuotaExceededException, ValidationException } from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, claudeRecords, type LocalService, startLocalService } from '../testing/local-service.ts';

let local: LocalService;
beforeAll(async () => {
  // Slow enough that nothing here ends while it is looked at.
  local = await startLocalService({ speed: 1, maxJobs: 50 });
  await local.put('in/a.jsonl', claudeRecords(2));
});
afterAll(() => local.close());

const input = (s3Uri: string) => ({ inputDataConfig: { s3InputDataConfig: { s3Uri } } });
const output = (s3Uri: string) => ({ outputDataConfig: { s3OutputDataConfig: { s3Uri } } });
const tags = (count: number, value = 'v') => ({ tags: Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value })) });

describe('CreateModelInvocationJob refuses', () => {
  test.each([
    ['an underscore in the name', { jobName: 'my_job' }, "'my_job' at 'jobName'"],
    ['a space in the name', { jobName: 'my job' }, "at 'jobName'"],
    ['a name of 64 characters', { jobName: 'a'.repeat(64) }, 'length less than or equal to 63'],
    ['a name that begins with a dash', { jobName: '-a' }, "at 'jobName'"],
    ['an empty name', { jobName: '' }, "at 'jobName'"],
    ['a role that is no ARN', { roleArn: 'batch' }, "'batch' at 'roleArn'"],
    ['a token with an underscore', { clientRequestToken: 'a_b' }, "at 'clientRequestToken'"],
    ['a token that ends with a dash', { clientRequestToken: 'a-' }, "at 'clientRequestToken'"],
    ['a token of 257 characters', { clientRequestToken: 'a'.repeat(257) }, 'less than or equal to 256'],
    ['23 hours', { timeoutDurationInHours: 23 }, 'greater than or equal to 24'],
    ['169 hours', { timeoutDurationInHours: 169 }, 'less than or equal to 168'],
    ['half an hour more', { timeoutDurationInHours: 24.5 }, 'must be an integer'],
    ['an equals sign in the URI', input('s3://bucket-of-tests/dt=2026/'), "at 'inputDataConfig.s3InputDataConfig.s3Uri'"],
    ['a space in the URI', output('s3://bucket-of-tests/a b/'), "at 'outputDataConfig.s3OutputDataConfig.s3Uri'"],
    ['two slashes in the URI', input('s3://bucket-of-tests//a'), 's3Uri'],
    ['a bucket in upper case', input('s3://Bucket/a'), 's3Uri'],
    [
      'a format that is not JSONL',
      { inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://bucket-of-tests/a', s3InputFormat: 'CSV' as 'JSONL' } } },
      'enum value set: [JSONL]',
    ],
    [
      'another owner than an account',
      { outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket-of-tests/a', s3BucketOwner: '12' } } },
      's3BucketOwner',
    ],
    [
      'a key that is no key',
      { outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket-of-tests/a', s3EncryptionKeyId: 'k' } } },
      's3EncryptionKeyId',
    ],
    ['no security groups', { vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: [] } }, 'vpcConfig.securityGroupIds'],
    ['17 subnets', { vpcConfig: { subnetIds: Array(17).fill('s'), securityGroupIds: ['g'] } }, 'vpcConfig.subnetIds'],
    ['an emoji in a tag', tags(1, '🎈'), "at 'tags.1.member.value'"],
    [
      'an invocation type of another time',
      { modelInvocationType: 'Chat' as 'Converse' },
      'enum value set: [InvokeModel, Converse]',
    ],
    ['an unknown model', { modelId: 'acme.model-v1:0' }, 'The provided model identifier is invalid.'],
    [
      'a model that is not for batch',
      { modelId: 'cohere.embed-v4:0' },
      'Batch inference is not supported for the requested model',
    ],
    ['a model of profiles by its bare id', { modelId: 'anthropic.claude-sonnet-4-20250514-v1:0' }, 'inference profile'],
    [
      'Converse for embeddings',
      { modelId: 'amazon.titan-embed-text-v2:0', modelInvocationType: 'Converse' as const },
      'Converse',
    ],
    ['a bucket that does not exist', input('s3://nowhere-at-all/a/'), 'bucket nowhere-at-all does not exist'],
  ])('%s', async (_, change, message) => {
    const error = await local.create(change).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(ValidationException);
    expect(error).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('everything that is wrong at once', async () => {
    await expect(local.create({ jobName: 'a_b', roleArn: 'x', timeoutDurationInHours: 1 })).rejects.toThrow(
      /^3 validation errors detected: /,
    );
  });

  test('a bucket of somebody else, where its owner is given', async () => {
    const s3InputDataConfig = { s3Uri: `s3://${BUCKET}/in/`, s3BucketOwner: '999999999999' };
    const error = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } };
    await expect(local.create({ inputDataConfig: { s3InputDataConfig } })).rejects.toMatchObject(error);
    await local.create({ inputDataConfig: { s3InputDataConfig: { ...s3InputDataConfig, s3BucketOwner: '000000000000' } } });
  });

  test('more tags than a resource may have', async () => {
    await expect(local.create(tags(51))).rejects.toMatchObject({ name: 'TooManyTagsException' });
  });

  test('a name that would make the service’s own pattern run for ever, at once', async () => {
    const began = performance.now();
    await expect(local.create({ jobName: `a${'-'.repeat(61)}_` })).rejects.toThrow("at 'jobName'");
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test('a job above the quota of its model, and no job of another one', async () => {
    await local.admin('PUT', 'faults', { foreignJobs: 50 });
    const error = await local.create({ modelId: 'us.amazon.nova-lite-v1:0' }).catch((refused: unknown) => refused);
    await local.admin('DELETE', 'faults');
    expect(error).toBeInstanceOf(ServiceQuotaExceededException);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 400 } });
    const small = await startLocalService({ speed: 1, maxJobs: 1 });
    const arn = await small.create();
    await expect(small.create()).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    await small.create({ modelId: 'amazon.nova-lite-v1:0' });
    // The profile and the plain model share a quota.
    await expect(small.create({ modelId: 'us.amazon.nova-lite-v1:0' })).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
    });
    await small.restart({ speed: 100_000 });
    await small.until(arn);
    await small.create();
    await small.close();
  });
});

describe('CreateModelInvocationJob', () => {
  test('answers a known token with its job and looks at nothing else of the request', async () => {
    const clientRequestToken = 'token-1';
    const first = await local.create({ clientRequestToken });
    expect(await local.create({ clientRequestToken, jobName: 'another', modelId: 'amazon.nova-pro-v1:0' })).toBe(first);
    await local.admin('PUT', 'faults', { foreignJobs: 100 });
    expect(await local.create({ clientRequestToken })).toBe(first);
    await local.admin('DELETE', 'faults');
  });

  test('makes one job of many requests of one token at once', async () => {
    const arns = await Promise.all(
      Array.from({ length: 20 }, () => local.create({ clientRequestToken: 'token-2', jobName: 'racing' })),
    );
    expect(new Set(arns).size).toBe(1);
  });

  test('refuses a name in use unless names need not be unique', async () => {
    const other = await startLocalService({ speed: 1 });
    await other.create({ jobName: 'same' });
    await expect(other.create({ jobName: 'same' })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 400 },
    });
    await other.restart({ uniqueNames: false });
    const arn = await other.create({ jobName: 'same' });
    expect(arn).toMatch(/^arn:aws:bedrock:us-east-1:000000000000:model-invocation-job\/[a-z0-9]{12}$/);
    await other.close();
  });

  test('forgets a token after its lifetime, and not before, over a restart too', async () => {
    const other = await startLocalService({ speed: 1, uniqueNames: false, tokenLifetimeMs: 60_000 });
    const request = { clientRequestToken: 'token-3', jobName: 'forgotten' };
    const first = await other.create(request);
    await other.restart();
    expect(await other.create(request)).toBe(first);
    await other.restart({ tokenLifetimeMs: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await other.create(request)).not.toBe(first);
    await other.close();
  });

  test('keeps what it was asked, and shows the model as an ARN', async () => {
    const other = await startLocalService({ speed: 1 });
    const vpcConfig = { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };
    const arn = await other.create({
      modelId: 'us.amazon.nova-pro-v1:0',
      timeoutDurationInHours: 48,
      vpcConfig,
      modelInvocationType: 'Converse',
    });
    const job = await other.job(arn.slice(-12));
    expect(job).toMatchObject({
      jobArn: arn,
      modelId: 'arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.amazon.nova-pro-v1:0',
      status: 'Submitted',
      timeoutDurationInHours: 48,
      modelInvocationType: 'Converse',
      vpcConfig,
      totalRecordCount: 0,
      inputDataConfig: { s3InputDataConfig: { s3InputFormat: 'JSONL' } },
    });
    expect(job.jobExpirationTime!.getTime() - job.submitTime!.getTime()).toBe(48 * 3_600_000);
    await other.close();
  });
});
