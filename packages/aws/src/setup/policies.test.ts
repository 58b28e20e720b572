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
