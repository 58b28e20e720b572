import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentOf, functionOf } from '../testing/orchestrator';
import { ReadmeOrchestratorStack } from '../testing/readme-stack';
import { resourcesOf, testApp } from '../testing/synthesis';
import { BatchOrchestratorStack, type BatchOrchestratorStackProps } from '.';

function stackWith(context: Record<string, unknown>, props?: BatchOrchestratorStackProps): BatchOrchestratorStack {
  return new BatchOrchestratorStack(new App({ context: { 'aws:cdk:disable-asset-staging': true, ...context } }), 'Stack', props);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

it('has the outputs of the original, by their names', () => {
  const outputs = Template.fromStack(stackWith({})).toJSON().Outputs;
  expect(Object.keys(outputs)).toEqual(['bucketName', 'stepFunctionName', 'stepFunctionArn', 'tableName', 'bedrockRoleArn']);
  expect(outputs.bucketName.Value.Ref).toMatch(/^OrchestratorBucket/);
  expect(outputs.stepFunctionName.Value['Fn::GetAtt']).toEqual([expect.stringMatching(/^OrchestratorStateMachine/), 'Name']);
});

it('is in the README by an example that synthesises', () => {
  const stack = new ReadmeOrchestratorStack(testApp(), 'Stack');
  expect(environmentOf(stack, 'Prepare')).toMatchObject({ MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '20', JOB_TIMEOUT_HOURS: '48' });
  expect(Object.keys(resourcesOf(stack, 'AWS::SNS::Topic'))).toHaveLength(1);
});

describe('the context of the original', () => {
  it.each([
    ['in cdk.json', (number: number): unknown => number],
    ['from --context', String],
  ])('is taken: %s', (_, given) => {
    const stack = stackWith({
      maxSubmittedAndInProgressJobs: given(20),
      bedrockBatchInferenceTimeoutHours: given(48),
      preprocessFunctionMemoryMb: given(6000),
      postprocessFunctionMemoryMb: given(4000),
    });
    expect(environmentOf(stack, 'Prepare')).toMatchObject({ MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '20', JOB_TIMEOUT_HOURS: '48' });
    expect(functionOf(stack, 'Prepare').Properties.MemorySize).toBe(6000);
    expect(functionOf(stack, 'Collect').Properties.MemorySize).toBe(4000);
  });

  it('comes after the props', () => {
    const stack = stackWith(
      { bedrockBatchInferenceTimeoutHours: 48, maxSubmittedAndInProgressJobs: 20 },
      { bedrockBatchInferenceTimeout: Duration.hours(72), maxSubmittedAndInProgressJobs: undefined },
    );
    expect(environmentOf(stack, 'Kick')).toMatchObject({ JOB_TIMEOUT_HOURS: '72', MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '20' });
  });

  it.each([
    [{ maxSubmittedAndInProgressJobs: 'many' }, 'the context value maxSubmittedAndInProgressJobs is "many"; give a whole number'],
    [
      { bedrockBatchInferenceTimeoutHours: 12 },
      'bedrockBatchInferenceTimeout is Duration.hours(12); give a whole number of hours from 24 to 168',
    ],
    [{ preprocessFunctionMemoryMb: 128 }, 'preprocessFunctionMemoryMb is 128; give a whole number from 512 to 10240'],
  ])('is refused with what is allowed: %j', (context, message) => {
    expect(() => stackWith(context)).toThrow(message);
  });
});

describe('the environment of the synthesis', () => {
  it('sets the limits of the original, which its stack could not', () => {
    vi.stubEnv('MAX_RECORDS_PER_JOB', '2000');
    vi.stubEnv('MAX_TOTAL_RECORDS', '100');
    expect(environmentOf(stackWith({}), 'Prepare')).toMatchObject({ MAX_RECORDS_PER_JOB: '2000', MAX_TOTAL_RECORDS: '100' });
  });

  it('counts as absent where it is empty, and is refused where it is no number', () => {
    vi.stubEnv('MAX_RECORDS_PER_JOB', '');
    expect(environmentOf(stackWith({}), 'Prepare')).not.toHaveProperty('MAX_RECORDS_PER_JOB');
    vi.stubEnv('MAX_TOTAL_RECORDS', '1e9 or so');
    expect(() => stackWith({})).toThrow('the environment variable MAX_TOTAL_RECORDS is "1e9 or so"; give a whole number');
  });
});

it('has every property and context key in docs/batch-orchestrator.md', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/batch-orchestrator.md'), 'utf8');
  const source = readFileSync(join(__dirname, 'batch-orchestrator-props.ts'), 'utf8');
  const [, ...members] = source.split('  readonly ');
  const props = members.map((member) => /^\w+/.exec(member)?.[0]);
  expect(props).toHaveLength(18);
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const prop of props)
    expect(
      rows.some((row) => row.split('|')[1]?.includes(`\`${prop}\``)),
      prop,
    ).toBe(true);
});
