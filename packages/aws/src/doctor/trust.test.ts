import { expect, test } from 'vitest';
import { trustProblem } from './trust.ts';

const question = { partition: 'aws', account: '123456789012', region: 'us-east-1' };
const JOBS = 'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/*';
const both = { StringEquals: { 'aws:SourceAccount': '123456789012' }, ArnEquals: { 'aws:SourceArn': JOBS } };

/** What is wrong with a policy of these statements, each `Allow` for Bedrock unless it says otherwise. */
const problem = (...statements: readonly object[]) => {
  const Statement = statements.map((each) => ({
    Effect: 'Allow',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 'sts:AssumeRole',
    ...each,
  }));
  return trustProblem({ Version: '2012-10-17', Statement } as never, question);
};

test('both conditions in every statement that lets Bedrock in are sound, however they are written', () => {
  expect(problem({ Condition: both })).toBeUndefined();
  expect(
    problem({ Condition: { StringLike: { 'AWS:SourceAccount': '1234567890??', 'aws:sourcearn': [JOBS] } } }),
  ).toBeUndefined();
  const beside = { Principal: { Service: ['ec2.amazonaws.com'] } };
  expect(
    problem(beside, { Condition: both, Principal: { Service: ['bedrock.amazonaws.com', 'ec2.amazonaws.com'] } }),
  ).toBeUndefined();
});

test('a statement that lacks one of them lets in others, and makes those of another void', () => {
  const { StringEquals, ArnEquals } = both;
  expect(problem({})).toBe('it has no condition on aws:SourceAccount and aws:SourceArn: Bedrock takes it for other accounts too');
  expect(problem({ Condition: { StringEquals } })).toContain('no condition on aws:SourceArn:');
  expect(problem({ Condition: both }, { Condition: { ArnEquals } })).toBe(
    'its statement 2 has no condition on aws:SourceAccount, which makes the conditions of the others void',
  );
  expect(problem({ Condition: both }, { Principal: '*' })).toContain('statement 2');
});

test('conditions for another account, Region or service keep jobs out', () => {
  expect(problem({ Principal: { Service: 'lambda.amazonaws.com' } })).toBe('it does not trust bedrock.amazonaws.com');
  expect(problem({ Effect: 'Deny' })).toBe('it does not trust bedrock.amazonaws.com');
  expect(problem({ Condition: { ...both, StringEquals: { 'aws:SourceAccount': '999999999999' } } })).toBe(
    'it lets in jobs of account 999999999999, and not of 123456789012',
  );
  const elsewhere = { 'aws:SourceArn': JOBS.replace('us-east-1', 'eu-west-1') };
  expect(problem({ Condition: { ...both, ArnEquals: elsewhere } })).toContain('and not jobs of 123456789012 in us-east-1');
});
