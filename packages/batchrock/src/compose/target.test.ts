import { describe, expect, test } from 'vitest';
import { describeTarget, laneOf, resolveTarget, targetIdentity } from './target.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Batch';
const AWS = { bucket: 'my-bucket', roleArn: ROLE, region: 'eu-west-1' };

describe('the target', () => {
  test('is the local Bedrock without a bucket, AWS with one, a server with its URL', () => {
    expect(resolveTarget({}, {}, '/state/local')).toMatchObject({ kind: 'local', dir: '/state/local', region: 'us-east-1' });
    expect(resolveTarget(AWS, {}, '/x')).toMatchObject({ kind: 'aws', ...AWS, prefix: '' });
    const server = resolveTarget({ endpointUrl: 'http://127.0.0.1:4566/' }, {}, '/x');
    expect(server).toMatchObject({ kind: 'endpoint', endpointUrl: 'http://127.0.0.1:4566', bucket: 'batchrock-local' });
    expect(describeTarget(server)).toBe('http://127.0.0.1:4566');
  });

  test('has no key where it is this machine, whichever the environment has for accounts', () => {
    const env = { BATCHROCK_KMS_KEY: 'eu-west-1=alias/a,eu-central-1=alias/b' };
    expect(resolveTarget({}, env, '/state/local')).not.toHaveProperty('kmsKey');
    expect(() => resolveTarget({ bucket: 'my-bucket', roleArn: ROLE }, env, '/x')).toThrow(/us-east-1/);
  });

  test('comes from the environment where no option says it', () => {
    const env = {
      BATCHROCK_BUCKET: 'env-bucket',
      BATCHROCK_PREFIX: '/team/x/',
      BATCHROCK_ROLE_ARN: ROLE,
      AWS_REGION: 'us-west-2',
      AWS_DEFAULT_REGION: 'us-east-2',
      AWS_PROFILE: 'work',
    };
    const target = resolveTarget({ region: 'ap-south-1' }, env, '/x');
    expect(target).toEqual({
      kind: 'aws',
      region: 'ap-south-1',
      bucket: 'env-bucket',
      prefix: 'team/x',
      roleArn: ROLE,
      profile: 'work',
    });
    expect(resolveTarget({}, { BATCHROCK_BUCKET: '' }, '/x').kind).toBe('local');
  });

  test.each([
    [{ bucket: 'my-bucket', region: 'us-east-1' }, /--role-arn|no role/],
    [{ bucket: 'my-bucket', roleArn: ROLE }, /no Region/],
    [{ ...AWS, bucket: 'My_Bucket' }, /--bucket is "My_Bucket"; allowed: 3 to 63/],
    [{ ...AWS, outputBucket: 'My_Bucket' }, /--output-bucket is "My_Bucket"; allowed: 3 to 63/],
    [{ outputBucket: 'there' }, /output bucket there is given, and no bucket/],
    [{ ...AWS, prefix: 'a b' }, /--prefix is "a b"/],
    [{ ...AWS, prefix: 'a//b' }, /--prefix is "a\/\/b"/],
    [{ ...AWS, region: 'EU West' }, /--region is "EU West"/],
    [{ region: 'mars' }, /--region is "mars"; allowed: the code of a Region, such as us-east-1/],
    [{ region: 'us-east' }, /--region is "us-east"/],
    [{ region: 'us-east-1a' }, /--region is "us-east-1a"/],
    [{ profile: '' }, /--profile is ""; allowed: the name of a profile/],
    [{ endpointUrl: 'localhost:4566' }, /--endpoint-url is "localhost:4566"; give a URL/],
    [{ endpointUrl: 'bob:secret@localhost:4566' }, /^--endpoint-url is "…@localhost:4566"; give a URL/],
    [{ endpointUrl: 'http://bob:secret@h:1/a@b' }, /^--endpoint-url has a user name or a password in it: http:\/\/…@h:1\/a@b$/],
  ])('refuses %j', (options, message) => expect(() => resolveTarget(options, {}, '/x')).toThrow(message));

  test.each([
    'us-east-1',
    'ap-southeast-7',
    'us-gov-west-1',
    'cn-northwest-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'eusc-de-east-1',
  ])('takes the Region %s, of whatever partition', (region) => expect(resolveTarget({ region }, {}, '/x').region).toBe(region));

  test('has lanes of its own where its jobs take no slot of another', () => {
    const lanes = [
      {},
      AWS,
      { ...AWS, roleArn: ROLE.replace('1234', '9999') },
      { endpointUrl: 'http://h:1' },
      { endpointUrl: 'http://h:2' },
    ];
    const names = lanes.map((options) => laneOf(resolveTarget(options, {}, '/x'), 'm'));
    expect(new Set(names).size).toBe(5);
    expect(names[1]).toBe('123456789012/eu-west-1/m');
    // another bucket of the same account takes the same slots
    expect(laneOf(resolveTarget({ ...AWS, bucket: 'other-bucket' }, {}, '/x'), 'm')).toBe(names[1]);
  });

  test('has another bucket for what Bedrock writes only where it is another', () => {
    expect(resolveTarget({ ...AWS, outputBucket: 'there' }, {}, '/x')).toMatchObject({
      bucket: AWS.bucket,
      outputBucket: 'there',
    });
    expect(resolveTarget(AWS, { BATCHROCK_OUTPUT_BUCKET: 'there' }, '/x')).toHaveProperty('outputBucket', 'there');
    expect(resolveTarget({ ...AWS, outputBucket: AWS.bucket }, {}, '/x')).not.toHaveProperty('outputBucket');
    const [one, other] = [AWS, { ...AWS, outputBucket: 'there' }].map((each) => targetIdentity(resolveTarget(each, {}, '/x')));
    expect(other).not.toEqual(one);
  });

  test('is the same run whatever the speed of the local clock and wherever its folder', () => {
    const one = targetIdentity(resolveTarget({ localSpeed: 1 }, {}, '/a'));
    expect(targetIdentity(resolveTarget({ localSpeed: 9 }, {}, '/b'))).toEqual(one);
    expect(targetIdentity(resolveTarget(AWS, {}, '/b'))).not.toEqual(one);
  });
});
