import { expect, test } from 'vitest';
import type { SetupNeeds } from './needs.ts';
import { callerPolicy, rolePolicy } from './policies.ts';

const NEEDS: SetupNeeds = {
  partition: 'aws',
  account: '123456789012',
  region: 'us-east-1',
  bucket: 'batchrock',
  prefix: '',
  roleName: 'batchrock-jobs',
  callerPolicyName: 'batchrock-run',
  models: ['us.amazon.nova-lite-v1:0'],
  inputDays: 30,
};

const invoking = ({ Statement }: ReturnType<typeof callerPolicy>) =>
  Statement.filter(({ Action }) => [Action].flat().includes('bedrock:InvokeModel'));

test('whoever runs may invoke the models where tails go on demand, and where they do not the role alone may', () => {
  expect(invoking(callerPolicy(NEEDS))).toEqual([]);
  const [ofRole] = invoking(rolePolicy(NEEDS));
  expect(invoking(callerPolicy({ ...NEEDS, onDemand: true }))).toEqual([{ ...ofRole, Sid: 'OnDemand' }]);
});

test('a key of each Region may be used through S3 of that Region alone', () => {
  const arn = (region: string): string => `arn:aws:kms:${region}:123456789012:key/k`;
  const elsewhere = [{ region: 'us-west-2', bucket: 'west', keyArn: arn('us-west-2') }];
  const needs = { ...NEEDS, keyArn: arn('us-east-1'), elsewhere };
  for (const policy of [rolePolicy(needs), callerPolicy(needs)]) {
    const keys = policy.Statement.filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
    expect(keys.map(({ Sid, Resource, Condition }) => [Sid, Resource, Condition?.['StringEquals']?.['kms:ViaService']])).toEqual([
      ['KeyOfTheBuckets', arn('us-east-1'), 's3.us-east-1.amazonaws.com'],
      ['KeyOfTheBucketInUsWest2', arn('us-west-2'), 's3.us-west-2.amazonaws.com'],
    ]);
  }
});
