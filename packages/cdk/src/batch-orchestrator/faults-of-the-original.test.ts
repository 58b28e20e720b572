import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { allowed, environmentOf, functionIds, functionOf, orchestratorStack } from '../testing/orchestrator';
import { definitionOf, flat, resource, resourcesOf, type State, testApp } from '../testing/synthesis';
import { BatchOrchestrator, BatchOrchestratorStack } from '.';

// The faults of the original orchestrator that show in its template, by their numbers in docs/batch-orchestrator.md, each with
// what ours has in its place. Those that show in what its functions do are shown where the functions are.

const plain = orchestratorStack();
const ids = Object.values(functionIds);
const { States } = definitionOf(plain);
const tasks = Object.values(States).filter(({ Type }) => Type === 'Task');

describe('control plane', () => {
  it('16: a failed, stopped or expired job is not submitted again by a retry of every error', () => {
    const errors = tasks.flatMap(({ Retry }) => Retry.flatMap((retry: State) => retry.ErrorEquals));
    for (const broad of ['States.ALL', 'States.TaskFailed']) expect(errors).not.toContain(broad);
  });

  it('10 and 22: one failed job does not fail the others, and none waits for the slowest: no state maps over jobs', () => {
    expect(tasks).toHaveLength(3);
    expect(Object.values(States).map(({ Type }) => Type)).not.toContain('Map');
  });

  it('19: a lost event does not hang an execution for a year: a schedule looks, and the task has a heartbeat', () => {
    expect(States['FollowRun'].HeartbeatSeconds).toBeLessThanOrEqual(3600);
    expect(resource(plain, 'AWS::Events::Rule', 'OrchestratorEventsSweep').Properties.State).toBe('ENABLED');
  });

  it('18: an event that cannot be handled is kept: it is tried again, and then a dead letter', () => {
    const [target] = resource(plain, 'AWS::Events::Rule', 'OrchestratorEventsJobStateChanges').Properties.Targets;
    expect(flat(target.Arn)).toMatch(/^<OrchestratorKicksQueue/);
    expect(flat(target.DeadLetterConfig.Arn)).toMatch(/^<OrchestratorKicksDeadLetters/);
  });

  it('21: the limit of jobs at once is one for all executions: the ledger holds it, and no concurrency of a state', () => {
    const stack = orchestratorStack({ maxSubmittedAndInProgressJobs: 20 });
    for (const id of ids) expect(environmentOf(stack, id)).toMatchObject({ MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '20' });
    expect(JSON.stringify(definitionOf(stack))).not.toContain('MaxConcurrency');
  });
});

describe('permissions', () => {
  const statements = ids.flatMap((id) => allowed(plain, id));

  it('profiles of inference have the account in their ARN, and the models behind them are named: the README of the original is not denied', () => {
    const stack = orchestratorStack({ models: ['us.anthropic.claude-3-5-haiku-20241022-v1:0'] });
    const { resources } = allowed(stack, 'Kick').find(({ actions }) => actions.includes('bedrock:CreateModelInvocationJob'))!;
    const name = 'anthropic.claude-3-5-haiku-20241022-v1:0';
    expect(resources).toContain(`arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/us.${name}`);
    expect(resources).toContain(`arn:<AWS::Partition>:bedrock:us-*::foundation-model/${name}`);
    expect(JSON.stringify(resourcesOf(plain))).not.toContain('::inference-profile/');
  });

  it('no model id is denied that passes the checks of the input', () => {
    const [{ Resource }] = resource(plain, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument.Statement;
    expect(Resource.map(flat)).toContain('arn:<AWS::Partition>:bedrock:*::foundation-model/*');
  });

  it("Bedrock's role cannot be taken by jobs of other accounts", () => {
    const roles = Object.values(resourcesOf(plain, 'AWS::IAM::Role')).flatMap(
      ({ Properties }) => Properties.AssumeRolePolicyDocument.Statement as State[],
    );
    const ofBedrock = roles.filter(({ Principal }) => Principal.Service === 'bedrock.amazonaws.com');
    expect(ofBedrock.map(({ Condition }) => Object.keys(Condition ?? {}))).toEqual([['StringEquals', 'ArnLike']]);
  });

  it('nobody may write or delete in the whole bucket, look at every job, or scan the table', () => {
    const wide = statements.filter(({ resources }) => resources.some((place) => /^<OrchestratorBucket[^>]*>\/\*$/.test(place)));
    expect(new Set(wide.flatMap(({ actions }) => actions))).toEqual(new Set(['s3:GetObject']));
    const get = statements.filter(({ actions }) => actions.includes('bedrock:GetModelInvocationJob'));
    for (const { resources } of get) expect(resources).toEqual([expect.stringMatching(/:model-invocation-job\/\*$/)]);
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions.filter((action) => /Scan|BatchWrite|Retention|\*/.test(action))).toEqual([]);
  });

  it('no function may invoke a model, nor write to logs of others', () => {
    expect(statements.flatMap(({ actions }) => actions)).not.toContain('bedrock:InvokeModel');
    for (const { Properties } of Object.values(resourcesOf(plain, 'AWS::IAM::Role'))) {
      expect(flat(Properties.ManagedPolicyArns ?? '')).not.toContain('AWSLambdaBasicExecutionRole');
    }
  });
});

describe('settings', () => {
  it('24: no function starts in 128 MB or has 15 seconds', () => {
    for (const id of ids) {
      const { MemorySize, Timeout } = functionOf(plain, id).Properties;
      expect(MemorySize).toBeGreaterThanOrEqual(512);
      expect(Timeout).toBeGreaterThanOrEqual(120);
    }
  });

  it('MAX_RECORDS_PER_JOB and MAX_TOTAL_RECORDS reach the function that reads them', () => {
    const stack = orchestratorStack({ maxRecordsPerJob: 2000, maxTotalRecords: 100 });
    expect(environmentOf(stack, 'Prepare')).toMatchObject({ MAX_RECORDS_PER_JOB: '2000', MAX_TOTAL_RECORDS: '100' });
  });

  it('an app without context synthesises', () => {
    expect(Object.keys(resourcesOf(new BatchOrchestratorStack(testApp(), 'Stack')))).not.toHaveLength(0);
  });
});

describe('operations', () => {
  it('26: a second Region or a redeployment does not collide over the name of the bucket, nor lose its results', () => {
    const { Properties, DeletionPolicy } = resource(plain, 'AWS::S3::Bucket');
    expect(Properties).not.toHaveProperty('BucketName');
    expect(DeletionPolicy).toBe('Retain');
    expect(Object.values(resourcesOf(plain)).map(({ Type }) => Type)).not.toContain('Custom::S3AutoDeleteObjects');
  });

  it('27: what is left behind ends: half-written uploads, old versions and logs', () => {
    const [rule] = resource(plain, 'AWS::S3::Bucket').Properties.LifecycleConfiguration.Rules;
    expect(rule).toMatchObject({
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    });
    for (const { Properties } of Object.values(resourcesOf(plain, 'AWS::Logs::LogGroup')))
      expect(Properties.RetentionInDays).toBe(30);
  });

  it('27: alarms can have actions, and there is one for each way in which a run may stand still', () => {
    expect(Object.keys(resourcesOf(plain, 'AWS::CloudWatch::Alarm'))).toHaveLength(5);
    expect(new BatchOrchestrator(new Stack(), 'Orchestrator').alarms).toHaveLength(5);
  });

  it('synthesis builds no image: every function is a file that the package carries', () => {
    for (const id of ids) {
      expect(functionOf(plain, id).Properties).not.toHaveProperty('PackageType');
      expect(functionOf(plain, id).Properties.Code).toHaveProperty('S3Key');
    }
  });
});
