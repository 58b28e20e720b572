import { expect, test } from 'vitest';
import { checkStackRequest, executionInput } from './execution-input.ts';

const SOURCE = { s3_uri: 's3://bucket/inputs/x/a.csv' };

test('a question becomes the keys of an execution’s input, and what was not asked is left to the stack', () => {
  expect(executionInput(SOURCE, { dataset: 'a.csv', model: 'm', prompt: '{text}' }, { isNamedThere: false })).toEqual({
    ...SOURCE,
    model_id: 'm',
    prompt: '{text}',
  });
  const all = {
    dataset: 'a.csv',
    model: 'm',
    prompt: 'p',
    promptId: 'named',
    system: 's',
    params: { temperature: '0' },
    maxRecords: 1,
    maxJobs: 2,
    maxRecordsPerJob: 3,
    sample: 4,
    maxAttempts: 5,
    dedupe: 'part' as const,
    maxErrorRate: 0.5,
    slots: 6,
    timeoutHours: 48,
  };
  const family = { name: 'in-house', sha256: 'abc' };
  expect(executionInput(SOURCE, all, { isNamedThere: true, family })).toEqual({
    ...SOURCE,
    model_id: 'm',
    family: 'in-house',
    family_sha256: 'abc',
    prompt_id: 'named',
    system: 's',
    params: { temperature: '0' },
    max_records_total: 1,
    max_num_jobs: 2,
    max_records_per_job: 3,
    sample: 4,
    dedupe: 'part',
    max_attempts: 5,
    max_error_rate: 0.5,
    slots: 6,
    timeout_hours: 48,
  });
});

test.each([
  [{ strict: true }, '--strict'],
  [{ cache: true }, '--cache'],
  [{ maxCostUsd: 1 }, '--max-cost'],
  [{ roleArn: 'x' }, '--role-arn'],
  [{ kmsKey: 'alias/a' }, '--kms-key'],
  [{ subnets: ['subnet-1'] }, '--subnet'],
  [{ securityGroups: ['sg-1'] }, '--security-group'],
  [{ tags: { team: 'search' } }, '--tag'],
  [{ recordsPerJob: 100 }, '--records-per-job'],
  [{ dedupe: 'run' as const }, '--dedupe run'],
])('%j is refused by the name of its option, %s', (more, option) => {
  const refused = () => checkStackRequest({ dataset: 'a.csv', model: 'm', ...more }, 'Runs');
  expect(refused).toThrow(`${option} does not go with --stack Runs`);
});

test('what is said to be off is not asked for', () => {
  checkStackRequest({ dataset: 'a.csv', model: 'm', cache: false, strict: false }, 'Runs');
});
