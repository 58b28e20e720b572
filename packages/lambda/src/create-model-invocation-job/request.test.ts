import { describe, expect, it } from 'vitest';
import { payloadOf, ROLE } from '../testing/account.ts';
import { objectionTo } from './check.ts';
import { parseCreateRequest } from './request.ts';

const payload = payloadOf({ token: 'token-a' });

describe('the payload of the task', () => {
  it('is read, and everything optional passed on', () => {
    const whole = {
      ...payload,
      modelInvocationType: 'Converse',
      vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
      tags: [{ key: 'team', value: 'x' }],
      inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://in/a.jsonl', s3BucketOwner: '111122223333' } },
      outputDataConfig: {
        s3OutputDataConfig: { s3Uri: 's3://out/o/', s3BucketOwner: '444455556666', s3EncryptionKeyId: 'alias/k' },
      },
    };
    expect(parseCreateRequest(whole).parameters).toEqual({
      roleArn: ROLE,
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      inputDataConfig: whole.inputDataConfig,
      outputDataConfig: whole.outputDataConfig,
      timeoutDurationInHours: 48,
      modelInvocationType: 'Converse',
      vpcConfig: whole.vpcConfig,
      tags: whole.tags,
    });
  });

  it('reads the same in whatever order its fields come', () => {
    const reversed = Object.fromEntries(Object.entries(payload).reverse());
    expect(JSON.stringify(parseCreateRequest(reversed))).toBe(JSON.stringify(parseCreateRequest(payload)));
  });

  it('of the original construct has no batch, and its task stands for itself', () => {
    const { batch: _, ...original } = payload;
    const a = parseCreateRequest(original);
    const b = parseCreateRequest({ ...original, TaskToken: 'token-b' });
    expect(a).toMatchObject({ jobName: 'test_job0', index: 0, manifestCount: 1, manifestKey: 'in/manifest.jsonl' });
    expect(a.execution).not.toBe(b.execution);
    expect(a.execution).not.toContain('token');
  });

  it('is refused by name where it is not what a state machine sends', () => {
    const wrong: unknown[] = [
      null,
      [],
      { ...payload, TaskToken: undefined },
      { ...payload, modelId: 7 },
      { ...payload, inputDataConfig: {} },
      { ...payload, batch: 'x' },
      { ...payload, batch: { ...(payload['batch'] as object), index: -1 } },
      { ...payload, vpcConfig: { subnetIds: 'subnet-1', securityGroupIds: [] } },
      { ...payload, tags: {} },
    ];
    for (const each of wrong) {
      expect(() => parseCreateRequest(each)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    }
  });
});

describe('a request that Bedrock would refuse', () => {
  const objection = (task: object) => objectionTo(parseCreateRequest(payloadOf({ token: 't', ...task })));

  it('for its manifest key is refused with a name of its own, and says what to do', () => {
    expect(objection({ manifestKey: 'dt=2026-01-01/a b.jsonl' })).toMatchObject({
      name: 'InvalidManifestKey',
      message: expect.stringContaining('"dt=2026-01-01/a b.jsonl"'),
    });
    expect(objection({ manifestKey: `${'x'.repeat(1024)}.jsonl` })).toMatchObject({ name: 'InvalidManifestKey' });
  });

  it('for its model id or the length of its output place is too', () => {
    expect(objection({ modelId: 'a b' })).toMatchObject({ name: 'InvalidModelId' });
    expect(objection({ modelId: '' })).toMatchObject({ name: 'InvalidModelId' });
    expect(objection({ jobName: 'x'.repeat(1100) })).toMatchObject({ name: 'InvalidOutputPlace' });
  });

  it('is none of these: models, profiles and ARNs of every partition, and the example of the README', () => {
    const models = [
      'test.model-v1',
      'us.anthropic.claude-sonnet-4-20250514-v1:0',
      'arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:application-inference-profile/a1b2c3',
      'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.titan-embed-image-v1:0/abcdefghijkl',
    ];
    for (const modelId of models) expect(objection({ modelId })).toBeUndefined();
    expect(objection({ jobName: 'test_job', manifestKey: 'test_key.jsonl' })).toBeUndefined();
    expect(objection({ jobName: 'täst job=1' })).toBeUndefined();
  });
});
