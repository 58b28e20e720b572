import { expect, test } from 'vitest';
import { orchestratorOf } from './orchestrator-stack.ts';

const PLACE = { name: 'Runs', region: 'us-east-1' };
const OUTPUTS = { bucketName: 'bucket', tableName: 'table', stepFunctionName: 'm', stepFunctionArn: 'arn:m' };

test('the outputs of an orchestrator say where its runs are', () => {
  const told = { name: 'Runs', status: 'UPDATE_IN_PROGRESS', outputs: { ...OUTPUTS, bedrockRoleArn: 'arn:role' } };
  expect(orchestratorOf(told, PLACE)).toEqual({
    name: 'Runs',
    region: 'us-east-1',
    bucket: 'bucket',
    table: 'table',
    machineArn: 'arn:m',
    roleArn: 'arn:role',
    families: [],
  });
  expect(orchestratorOf({ ...told, outputs: OUTPUTS }, PLACE).roleArn).toBeUndefined();
  const families = 'in-house:aa,other:bb';
  expect(orchestratorOf({ ...told, outputs: { ...OUTPUTS, families } }, PLACE).families).toEqual([
    { name: 'in-house', sha256: 'aa' },
    { name: 'other', sha256: 'bb' },
  ]);
});

test.each([
  ['no stack', undefined, 'BR-E0201', /no stack Runs in us-east-1/],
  ['one that is being created', { status: 'CREATE_IN_PROGRESS', outputs: {} }, 'BR-E0207', /still being created/],
  ['one that failed', { status: 'ROLLBACK_COMPLETE', outputs: {} }, 'BR-E0207', /not created to its end.*ROLLBACK_COMPLETE/],
  ['one that goes away', { status: 'DELETE_IN_PROGRESS', outputs: OUTPUTS }, 'BR-E0207', /is being deleted/],
  ['one without outputs', { status: 'CREATE_COMPLETE', outputs: {} }, 'BR-E0120', /no orchestrator.*it has no outputs/],
  [
    'one of another kind',
    { status: 'CREATE_COMPLETE', outputs: { queueUrl: 'q', bucketName: 'b', tableName: 't' } },
    'BR-E0120',
    /no orchestrator of @batchrock\/cdk: its outputs are bucketName, queueUrl, tableName/,
  ],
])('%s is refused, and says what to do', (_, told, code, message) => {
  const read = () => orchestratorOf(told && { name: 'Runs', ...told }, PLACE);
  expect(read).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/./) }),
  );
});
