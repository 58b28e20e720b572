import { expect, test } from 'vitest';
import { orchestratorOf } from './orchestrator-stack.ts';
import { queueOf } from './queue-stack.ts';

const PLACE = { name: 'Files', region: 'us-east-1' };
const OUTPUTS = { queueKind: 'BatchQueue', bucketName: 'bucket', tableName: 'table', changeFunctionName: 'change' };

test('the outputs of a queue say where its files are', () => {
  expect(queueOf({ name: 'Files', status: 'CREATE_COMPLETE', outputs: OUTPUTS }, PLACE)).toEqual({
    name: 'Files',
    region: 'us-east-1',
    bucket: 'bucket',
    table: 'table',
    changeFunction: 'change',
  });
});

test.each([
  ['no stack', undefined, 'BR-E0201', /no stack Files in us-east-1/],
  ['one that is being created', { status: 'CREATE_IN_PROGRESS', outputs: {} }, 'BR-E0207', /still being created/],
  [
    'an orchestrator',
    { status: 'CREATE_COMPLETE', outputs: { bucketName: 'b', tableName: 't', stepFunctionArn: 'a' } },
    'BR-E0120',
    /no queue of @batchrock\/cdk/,
  ],
])('%s is refused, and says what to do', (_, told, code, message) => {
  expect(() => queueOf(told && { name: 'Files', ...told }, PLACE)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/./) }),
  );
});

test('a command on runs that is given a queue says which commands are for files', () => {
  expect(() => orchestratorOf({ name: 'Files', status: 'CREATE_COMPLETE', outputs: OUTPUTS }, PLACE)).toThrow(
    expect.objectContaining({ code: 'BR-E0120', hint: 'it is a queue of files: batchrock queue list --stack Files' }),
  );
});
