import { readFileSync } from 'node:fs';
import { App, Duration, aws_iam as iam, aws_lambda as lambda, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { BatchOrchestrator } from '../batch-orchestrator';
import { queueStack } from '../testing/queue';
import { fragmentIn, machineOf, resourcesOf, testApp } from '../testing/synthesis';
import { BatchQueue, BatchQueueStack } from '.';

const plain = queueStack();
const typesOf = (stack: Stack) => Object.fromEntries(Object.entries(resourcesOf(stack)).map(([id, { Type }]) => [id, Type]));

function findingsIn(stack: Stack): string[] {
  resourcesOf(stack); // synthesises: reasons are written then
  const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map((found) => `${ruleName} ${(found as unknown as { constructPath: string }).constructPath}`),
  );
}

it('8: stands twice in one stack, beside an orchestrator and a fragment, in a nested stack and in a stage', () => {
  const app = testApp();
  const both = new Stack(app, 'Both');
  for (const id of ['One', 'Two']) new BatchQueue(both, id);
  new BatchOrchestrator(both, 'Orchestrator');
  machineOf(both, fragmentIn(both, 'Fragment'));
  const nested = new NestedStack(both, 'Nested');
  new BatchQueue(nested, 'Queue');
  const staged = new BatchQueueStack(new Stage(app, 'Beta'), 'Stack');
  const functionsOf = (stack: Stack) => Object.keys(resourcesOf(stack, 'AWS::Lambda::Function')).length;
  expect([both, nested, staged].map(functionsOf)).toEqual([6 + 6 + 6 + 2, 6, 6]);
});

describe('an update', () => {
  const changed = queueStack({
    modelId: 'us.amazon.nova-pro-v1:0',
    models: ['us.amazon.nova-pro-v1:0'],
    maxSubmittedAndInProgressJobs: 3,
    bedrockBatchInferenceTimeout: Duration.hours(100),
    preprocessFunctionMemoryMb: 6000,
    maxRecordsPerJob: 7,
    maxConcurrentFiles: 2,
    tracing: lambda.Tracing.ACTIVE,
  });

  it('to any other props keeps every resource, and changes nothing of what holds data or messages', () => {
    expect(typesOf(changed)).toEqual(typesOf(plain));
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::SNS::Topic']) {
      expect(resourcesOf(changed, type)).toEqual(resourcesOf(plain, type));
    }
  });

  it('has the ids that deployed stacks have: to rename a construct would replace its data', () => {
    const data = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table'];
    const ids = (stack: Stack) => data.flatMap((type) => Object.keys(resourcesOf(stack, type)));
    expect(ids(plain)).toEqual(['QueueBucket19159D5A', 'QueueLedger25B86E57']);
    expect(ids(new BatchQueueStack(testApp(), 'Stack'))).toEqual(['Bucket83908E77', 'QueueLedger25B86E57']);
  });
});

describe('cdk-nag', () => {
  it('finds nothing without a reason, with and without the options, in the stack and in a task', () => {
    expect(findingsIn(plain)).toEqual([]);
    const stack = new BatchQueueStack(testApp(), 'Stack', { tracing: lambda.Tracing.ACTIVE, models: ['amazon.nova-pro-v1:0'] });
    expect(findingsIn(stack)).toEqual([]);
  });

  it('finds nothing either under the feature flags of a new project, which put statements together', () => {
    const flags = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));
    const app = new App({ context: { ...flags, 'aws:cdk:disable-asset-staging': true } });
    expect(findingsIn(new BatchQueueStack(app, 'Stack'))).toEqual([]);
  });

  it('is given a reason for every suppression, and still finds what others grant', () => {
    const rules = Object.values(resourcesOf(plain)).flatMap((each) => each.Metadata?.cdk_nag?.rules_to_suppress ?? []);
    for (const rule of rules) {
      expect(rule.reason.length).toBeGreaterThan(20);
      if (rule.id === 'AwsSolutions-IAM5') expect(rule.applies_to.length).toBeGreaterThan(0);
    }
    const stack = new Stack(testApp(), 'Stack');
    const { kickFunction } = new BatchQueue(stack, 'Queue');
    kickFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['sqs:*'], resources: ['*'] }));
    expect(findingsIn(stack).join()).toContain('AwsSolutions-IAM5[Action::sqs:*]');
  });
});
