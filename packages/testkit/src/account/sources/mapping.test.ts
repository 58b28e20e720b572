import { expect, test } from 'vitest';
import { checkMapping, type Mapping } from './index.ts';

const mapping: Mapping = {
  id: 'm',
  queueArn: 'arn:aws:sqs:eu-west-1:123456789012:work',
  functionName: 'f',
  isEnabled: true,
  batchSize: 10,
  windowSeconds: 0,
  reportsItemFailures: true,
};
const around = { visibilitySeconds: 60, timeoutSeconds: 60, refused: [] };

test('a mapping in its ranges is taken', () => {
  checkMapping(mapping, around);
  checkMapping({ ...mapping, batchSize: 10_000, windowSeconds: 300, maximumConcurrency: 1_000 }, around);
});

test.each([
  [{ batchSize: 0 }, 'BatchSize is 0'],
  [{ batchSize: 10_001, windowSeconds: 1 }, 'BatchSize is 10001'],
  [{ batchSize: 11 }, 'MaximumBatchingWindowInSeconds must be at least 1'],
  [{ windowSeconds: 301 }, 'MaximumBatchingWindowInSeconds is 301'],
  [{ maximumConcurrency: 1 }, 'MaximumConcurrency is 1'],
])('%j is refused', (change, why) => {
  expect(() => checkMapping({ ...mapping, ...change }, around)).toThrow(why);
});

test('a queue whose messages are visible again before the function ends is refused, in the words of the service', () => {
  expect(() => checkMapping(mapping, { ...around, timeoutSeconds: 61 })).toThrow(
    'Queue visibility timeout: 60 seconds is less than Function timeout: 61 seconds',
  );
});

test('a role that may not poll is refused, in the words of the service', () => {
  expect(() => checkMapping(mapping, { ...around, refused: ['DeleteMessage'] })).toThrow(
    'The function execution role does not have permissions to call DeleteMessage on SQS',
  );
});
