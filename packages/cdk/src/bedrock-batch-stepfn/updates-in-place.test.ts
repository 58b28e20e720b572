import {
  aws_events as events,
  aws_iam as iam,
  aws_lambda as lambda,
  Stack,
  aws_s3 as s3,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { expect, it } from 'vitest';
import { definitionOf, fragmentIn, handlerId, machineOf, resourcesOf, testApp } from '../testing/synthesis';

/** The resources of the original, by the ids of its constructs: what they hold does not matter here. */
function originalIn(stack: Stack): void {
  new s3.Bucket(stack, 'Bucket');
  const code = lambda.Code.fromInline('-');
  const settings = { code, handler: 'index.handler', runtime: lambda.Runtime.PYTHON_3_13 };
  const handler = new Construct(stack, handlerId);
  const eventFunction = new lambda.Function(handler, 'BedrockEventHandler', settings);
  eventFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: ['*'] }));
  const rule = new events.Rule(handler, 'BedrockInferenceJobEventHandler', { eventPattern: { source: ['aws.bedrock'] } });
  rule.addTarget(new targets.LambdaFunction(eventFunction));
  const fragment = new Construct(stack, 'Batch');
  const role = new iam.Role(fragment, 'BedrockBatchRole', { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject*'], resources: ['*'] }));
  role.addManagedPolicy(
    new iam.ManagedPolicy(fragment, 'BedrockBatchPolicy', {
      statements: [new iam.PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: ['*'] })],
    }),
  );
  const create = new lambda.Function(fragment, 'CreateModelInvocationJobFunction', settings);
  create.addToRolePolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: ['*'] }));
}

it('keeps the logical id and type of every resource of the original', () => {
  const original = new Stack(testApp(), 'Stack');
  originalIn(original);
  const ours = new Stack(testApp(), 'Stack');
  machineOf(ours, fragmentIn(ours));
  const typesOf = (stack: Stack) => Object.fromEntries(Object.entries(resourcesOf(stack)).map(([id, { Type }]) => [id, Type]));
  const before = typesOf(original);
  expect(Object.values(before).filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(2);
  expect(Object.values(before)).toHaveLength(12);
  expect(typesOf(ours)).toMatchObject(before);
});

it('replaces none of them: no property that CloudFormation can only replace is set', () => {
  const ours = new Stack(testApp(), 'Stack');
  machineOf(ours, fragmentIn(ours));
  const replacing: Record<string, readonly string[]> = {
    'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
    'AWS::IAM::Role': ['RoleName', 'Path'],
    'AWS::IAM::ManagedPolicy': ['ManagedPolicyName'],
    'AWS::Events::Rule': ['Name', 'EventBusName'],
  };
  const original = Object.entries(resourcesOf(ours)).filter(([, { Type }]) => Type in replacing);
  expect(original).toHaveLength(2 + 4 + 1 + 2);
  for (const [id, { Type, Properties }] of original) {
    for (const name of replacing[Type]!) expect(Properties, id).not.toHaveProperty(name);
  }
});

it('keeps the states of the original: their names, the task that ends the iteration, and what it hands over', () => {
  const ours = new Stack(testApp(), 'Stack');
  machineOf(ours, fragmentIn(ours));
  const { StartAt, States } = definitionOf(ours);
  expect([StartAt, ...Object.keys(States)]).toEqual(['BatchEvaluateMap', 'BatchEvaluateMap']);
  const { ItemProcessor, ItemSelector, ItemsPath } = States['BatchEvaluateMap'];
  expect(ItemsPath).toBe('$.manifest_keys');
  expect(ItemSelector).toMatchObject({
    'job_name.$': '$.job_name',
    'model_id.$': '$.model_id',
    'index.$': '$$.Map.Item.Index',
    'manifest_key.$': '$$.Map.Item.Value',
  });
  expect(ItemProcessor.StartAt).toBe('CreateModelInvocationJobTask');
  expect(Object.keys(ItemProcessor.States)).toEqual(['CreateModelInvocationJobTask']);
  const task = ItemProcessor.States.CreateModelInvocationJobTask;
  expect(task).toMatchObject({ Type: 'Task', End: true });
  expect(task.Resource).toBe('arn:<AWS::Partition>:states:::lambda:invoke.waitForTaskToken');
  expect(task.Parameters.FunctionName).toMatch(/^<BatchCreateModelInvocationJobFunction.*\.Arn>$/);
  expect(task.Parameters.Payload).toMatchObject({
    'jobName.$': "States.Format('{}{}', $.job_name, $.index)",
    roleArn: expect.stringMatching(/^<BatchBedrockBatchRole/),
    'modelId.$': '$.model_id',
    timeoutDurationInHours: 48,
    'TaskToken.$': '$$.Task.Token',
  });
});
