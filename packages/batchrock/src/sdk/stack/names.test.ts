import { expect, test } from 'vitest';
import { executionArnOf, executionName, jobPrefixFor, shortHash } from './names.ts';

test('a folder is named after the dataset and what is asked, unless another is wanted', () => {
  expect(jobPrefixFor(undefined, ['data/größe 1.csv.gz'], 'abc')).toBe('gr-e-1-abc');
  expect(jobPrefixFor(undefined, ['a.csv', 'b.csv'], 'abc')).toBe('batchrock-abc');
  expect(jobPrefixFor('team/run1', ['a.csv'], 'abc')).toBe('team/run1');
  expect(() => jobPrefixFor('../up', ['a.csv'], 'abc')).toThrow(/--job-prefix is "..\/up"; allowed/);
});

test('names of executions say what they are of, and are never longer than 80 characters', () => {
  expect(executionName('team/run.1', 'abcdef', 1)).toBe('team-run-1-abcdef');
  const long = executionName('x'.repeat(200), 'abcdef', 12);
  expect([long.length, long.endsWith('-abcdef-12')]).toEqual([80, true]);
  expect(executionArnOf('arn:aws:states:us-east-1:1:stateMachine:M', 'n')).toBe('arn:aws:states:us-east-1:1:execution:M:n');
});

test('the same value has the same hash, whatever the order of its keys', () => {
  expect(shortHash({ a: 1, b: [2] })).toBe(shortHash({ b: [2], a: 1 }));
  expect(shortHash({ a: 1 })).not.toBe(shortHash({ a: 2 }));
});
