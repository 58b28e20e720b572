import { describe, expect, test } from 'vitest';
import { type JobOptions, jobSettingsOf } from './job-settings.ts';

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';

describe('how jobs are kept', () => {
  test('is said by options, and else by the environment', () => {
    const env = {
      BATCHROCK_KMS_KEY: 'alias/of-the-team',
      BATCHROCK_BUCKET_OWNER: '210987654321',
      BATCHROCK_SUBNETS: 'subnet-0a, subnet-0b',
      BATCHROCK_SECURITY_GROUPS: 'sg-0a',
      BATCHROCK_TAGS: 'team=search,cost centre=a=b,empty=',
    };
    expect(jobSettingsOf({}, env)).toEqual({
      keys: { kind: 'one', text: 'alias/of-the-team' },
      bucketOwner: '210987654321',
      vpcConfig: { subnetIds: ['subnet-0a', 'subnet-0b'], securityGroupIds: ['sg-0a'] },
      tags: { team: 'search', 'cost centre': 'a=b', empty: '' },
    });
    const options = {
      kmsKey: KEY,
      bucketOwner: '123456789012',
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
      tags: { a: 'b' },
    };
    expect(jobSettingsOf(options, env)).toEqual({
      keys: { kind: 'one', text: KEY },
      bucketOwner: '123456789012',
      vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
      tags: { a: 'b' },
    });
    expect(jobSettingsOf({}, { BATCHROCK_KMS_KEY: '', BATCHROCK_TAGS: '' })).toEqual({});
  });

  const ids = (kind: string, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${kind}-${i}`);
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, '']));

  test('may have as much of everything as the service takes', () => {
    const most = {
      subnets: ids('subnet', 16),
      securityGroups: ids('sg', 5),
      tags: { ...tags(49), ['k'.repeat(128)]: 'v'.repeat(256) },
    };
    expect(jobSettingsOf(most, {})).toMatchObject({ vpcConfig: { subnetIds: most.subnets }, tags: most.tags });
    for (const kmsKey of [KEY, KEY.slice(-36), 'alias/a/b', 'arn:aws-cn:kms:cn-north-1:123456789012:alias/a']) {
      expect(jobSettingsOf({ kmsKey }, {})).toEqual({ keys: { kind: 'one', text: kmsKey } });
    }
  });

  test.each<[JobOptions, string]>([
    [{ kmsKey: 'key' }, '--kms-key is "key"; allowed: the ARN, id or alias of a key of KMS'],
    [{ kmsKey: `${KEY}0` }, '--kms-key is '],
    [{ bucketOwner: '1234' }, '--bucket-owner is "1234"; allowed: the 12 digits of an account'],
    [{ subnets: ['sg-1'], securityGroups: ['sg-1'] }, '--subnet is "sg-1"; allowed: ids of subnets'],
    [{ subnets: ['subnet-1'], securityGroups: ['default'] }, '--security-group is "default"; allowed: ids of security groups'],
    [{ subnets: ['subnet-1'] }, '--subnet is given without --security-group'],
    [{ securityGroups: ['sg-1'] }, '--security-group is given without --subnet'],
    [{ subnets: ids('subnet', 17), securityGroups: ['sg-1'] }, '--subnet is given 17 times; allowed: 16'],
    [{ subnets: ['subnet-1'], securityGroups: ids('sg', 6) }, '--security-group is given 6 times; allowed: 5'],
    [{ tags: { 'a#b': 'c' } }, '--tag is "a#b=c"; allowed: letters, digits, blanks and . _ : / = + @ -'],
    [{ tags: { a: 'ü' } }, '--tag is "a=ü"'],
    [{ tags: { '': 'c' } }, '--tag is "=c"; allowed: a name of 1 to 128 characters'],
    [{ tags: { ['k'.repeat(129)]: '' } }, 'allowed: a name of 1 to 128 characters'],
    [{ tags: { k: 'v'.repeat(257) } }, 'allowed: a value of 256 characters at most'],
    [{ tags: { 'aws:a': 'b' } }, 'allowed: no name that begins with aws:'],
    [{ tags: tags(51) }, '--tag is given 51 times; allowed: 50'],
  ])('refuses %j', (options, message) => expect(() => jobSettingsOf(options, {})).toThrow(message));

  test('refuses a variable of tags that names none', () => {
    expect(() => jobSettingsOf({}, { BATCHROCK_TAGS: 'search' })).toThrow('--tag is "search"; allowed: NAME=VALUE');
  });
});
