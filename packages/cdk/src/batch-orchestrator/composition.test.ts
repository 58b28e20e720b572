import { readFileSync } from 'node:fs';
import {
  App,
  Duration,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  NestedStack,
  Stack,
  Stage,
  aws_s3 as s3,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { allowed, orchestratorStack } from '../testing/orchestrator';
import { flat, fragmentIn, machineOf, resourcesOf, testApp } from '../testing/synthesis';
import { BatchOrchestrator, BatchOrchestratorStack, ResultsFormat } from '.';

const plain = orchestratorStack();
const typesOf = (stack: Stack) => Object.fromEntries(Object.entries(resourcesOf(stack)).map(([id, { Type }]) => [id, Type]));

const metricOf = ({ MetricName }: { readonly MetricName: string }) => ['MetricName', MetricName];

describe('composition', () => {
  it('takes two stacks, two orchestrators in one, a stage, a nested stack and a fragment beside it', () => {
    const app = testApp();
    const both = new Stack(app, 'Both');
    for (const id of ['One', 'Two']) new BatchOrchestrator(both, id);
    machineOf(both, fragmentIn(both, 'Fragment'));
    const nested = new NestedStack(both, 'Nested');
    new BatchOrchestrator(nested, 'Orchestrator');
    const staged = new BatchOrchestratorStack(new Stage(app, 'Beta'), 'Stack');
    const other = new BatchOrchestratorStack(app, 'Other');
    const functionsOf = (stack: Stack) => Object.keys(resourcesOf(stack, 'AWS::Lambda::Function')).length;
    expect([both, nested, staged, other].map(functionsOf)).toEqual([6 + 6 + 2, 6, 6, 6]);
    const machines = Object.values(resourcesOf(both, 'AWS::StepFunctions::StateMachine')).map(({ Properties }) =>
      flat(Properties.DefinitionString),
    );
    expect(machines.filter((definition) => definition.includes('<OneFunctionsPrepare'))).toHaveLength(1);
    expect(machines.filter((definition) => definition.includes('<TwoFunctionsPrepare'))).toHaveLength(1);
  });

  it('gives nothing a name of its own choice', () => {
    for (const [id, { Type, Properties }] of Object.entries(resourcesOf(plain))) {
      // a policy is named within its role; a reference is no name
      const names = Object.entries(Properties).filter(([property, value]) => /Name$/.test(property) && typeof value === 'string');
      if (Type !== 'AWS::IAM::Policy') expect(names, id).toEqual(Type === 'AWS::CloudWatch::Alarm' ? [metricOf(Properties)] : []);
    }
  });

  it('uses the key of a bucket that has one', () => {
    const stack = new Stack(testApp(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: new kms.Key(stack, 'Key') });
    new BatchOrchestrator(stack, 'Orchestrator', { bucket });
    for (const id of ['Prepare', 'Collect', 'Export'] as const) {
      const actions = allowed(stack, id).flatMap((statement) => statement.actions);
      expect(actions).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
    }
  });
});

describe('an update', () => {
  const changed = orchestratorStack({
    models: ['us.amazon.nova-pro-v1:0'],
    maxSubmittedAndInProgressJobs: 3,
    bedrockBatchInferenceTimeout: Duration.hours(100),
    preprocessFunctionMemoryMb: 6000,
    postprocessFunctionMemoryMb: 6000,
    maxRecordsPerJob: 7,
    maxTotalRecords: 7,
    resultsFormat: ResultsFormat.CSV,
    maxConcurrentCollections: 2,
    tracing: lambda.Tracing.ACTIVE,
  });

  it('to any other props keeps every resource', () => {
    expect(typesOf(changed)).toEqual(typesOf(plain));
  });

  it('changes nothing of what holds data or messages', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup']) {
      expect(resourcesOf(changed, type)).toEqual(resourcesOf(plain, type));
    }
    expect(Object.keys(resourcesOf(plain, 'AWS::SQS::Queue'))).toHaveLength(4);
  });

  it('has the ids that deployed stacks have: to rename a construct would replace its data', () => {
    const ids = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::StepFunctions::StateMachine'].flatMap(
      (type) => Object.keys(resourcesOf(plain, type)),
    );
    expect(ids).toEqual([
      'OrchestratorBucket9A9588CD',
      'OrchestratorLedgerFA9BED81',
      'OrchestratorKicksDeadLetters39D57DCB',
      'OrchestratorKicksQueue138C58FB',
      'OrchestratorCollectionsDeadLetters60867A60',
      'OrchestratorCollectionsQueue51467F62',
      'OrchestratorStateMachine1E795392',
    ]);
  });
});

describe('cdk-nag', () => {
  function findingsIn(stack: Stack): string[] {
    resourcesOf(stack); // synthesises: reasons are written then
    const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root);
    return violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((found) => `${ruleName} ${(found as unknown as { constructPath: string }).constructPath}`),
    );
  }

  it('finds nothing without a reason, with and without the options', () => {
    expect(findingsIn(plain)).toEqual([]);
    const stack = new Stack(testApp(), 'Stack');
    const datasetBuckets = [s3.Bucket.fromBucketName(stack, 'Data', 'data-of-others')];
    new BatchOrchestrator(stack, 'Orchestrator', {
      datasetBuckets,
      tracing: lambda.Tracing.ACTIVE,
      models: ['amazon.nova-pro-v1:0'],
    });
    expect(findingsIn(stack)).toEqual([]);
  });

  it('finds nothing either under the feature flags of a new project, which put statements together', () => {
    const flags = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));
    const stack = new Stack(new App({ context: { ...flags, 'aws:cdk:disable-asset-staging': true } }), 'Stack');
    new BatchOrchestrator(stack, 'Orchestrator');
    expect(findingsIn(stack)).toEqual([]);
  });

  it('is given a reason for every suppression, and the findings that it is for', () => {
    const rules = Object.values(resourcesOf(plain)).flatMap((each) => each.Metadata?.cdk_nag?.rules_to_suppress ?? []);
    expect(new Set(rules.map(({ id }) => id))).toEqual(
      new Set(['AwsSolutions-IAM5', 'AwsSolutions-S1', 'AwsSolutions-SQS3', 'AwsSolutions-SF1', 'AwsSolutions-SF2']),
    );
    for (const rule of rules) {
      expect(rule.reason.length).toBeGreaterThan(20);
      if (rule.id === 'AwsSolutions-IAM5') expect(rule.applies_to.length).toBeGreaterThan(0);
    }
  });

  it('still finds what others grant to the functions', () => {
    const stack = new Stack(testApp(), 'Stack');
    const { kickFunction } = new BatchOrchestrator(stack, 'Orchestrator');
    kickFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['sqs:*'], resources: ['*'] }));
    expect(findingsIn(stack).join()).toContain('AwsSolutions-IAM5[Action::sqs:*]');
  });
});
