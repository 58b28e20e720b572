import { expect, test } from 'vitest';
import { doneOf } from './batch-answer.ts';

const ids = ['a', 'b', 'c'];

test.each(['', 'null', '{}', '{"batchItemFailures":[]}', '{"batchItemFailures":null}'])('%j is a success of all', (answer) => {
  expect(doneOf(ids, answer)).toEqual(ids);
});

test('the messages that are named are not done, and all others are', () => {
  expect(doneOf(ids, '{"batchItemFailures":[{"itemIdentifier":"b"}]}')).toEqual(['a', 'c']);
});

test.each([
  '{"batchItemFailures":[{"itemIdentifier":""}]}',
  '{"batchItemFailures":[{"itemIdentifier":null}]}',
  '{"batchItemFailures":[{"messageId":"b"}]}',
  '{"batchItemFailures":[{"itemIdentifier":"b"},null]}',
  '{"batchItemFailures":[{"itemIdentifier":"d"}]}',
  '{"batchItemFailures":"b"}',
  '"done"',
  '[]',
  'no JSON',
])('%j is a failure of all', (answer) => {
  expect(doneOf(ids, answer)).toEqual([]);
});
