import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { App, Duration, aws_iam as iam, aws_lambda as lambda, Stack } from 'aws-cdk-lib';
import { describe, expect, it, vi } from 'vitest';
import {
  batchPolicy,
  createPolicy,
  definitionOf,
  flat,
  fragmentIn,
  handlerPolicy,
  machineOf,
  resource,
  resourcesOf,
  stackWith,
  statementsOf,
  testApp,
} from '../testing/synthesis';
import { LogLevel } from '.';

const plain = stackWith();
const modelsOf = (stack: Stack): string[] =>
  resource(stack, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument.Statement.flatMap((statement: { Resource: unknown }) =>
    [statement.Resource].flat().map(flat),
  );

it('weakness 20: trusts batch jobs of this account and Region, in one statement with both conditions', () => {
  const { Statement } = resource(plain, 'AWS::IAM::Role', 'BatchBedrockBatchRole').Properties.AssumeRolePolicyDocument;
  expect(Statement).toHaveLength(1);
  expect(Statement[0].Principal).toEqual({ Service: 'bedrock.amazonaws.com' });
  expect(Statement[0].Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
  expect(flat(Statement[0].Condition.ArnLike['aws:SourceArn'])).toBe(
    'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:model-invocation-job/*',
  );
});

it('weakness 21: puts task tokens in the table only, and not in tags; logs are shown in packages/lambda', () => {
  const payload =
    definitionOf(plain).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask.Parameters.Payload;
  expect(payload).not.toHaveProperty('tags');
  expect(statementsOf(plain, createPolicy).flatMap(({ actions }) => actions)).not.toContain('bedrock:TagResource');
  expect(resource(plain, 'AWS::DynamoDB::Table').Properties).toMatchObject({
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
});

describe('weakness 22: privileges', () => {
  it('lets no function invoke a model, delete an object or write outside of answers', () => {
    for (const policy of [createPolicy, handlerPolicy]) {
      const actions = statementsOf(plain, policy).flatMap((statement) => statement.actions);
      expect(actions).not.toContain('bedrock:InvokeModel');
      expect(actions.filter((action) => action.startsWith('s3:Delete') || action === 's3:*')).toEqual([]);
    }
    for (const role of Object.values(resourcesOf(plain, 'AWS::IAM::Role'))) {
      const managed = (role.Properties.ManagedPolicyArns ?? []).map(flat);
      expect(managed.filter((arn: string) => arn.includes('AWSLambdaBasicExecutionRole'))).toEqual([]);
    }
    const put = statementsOf(plain, handlerPolicy).find(({ actions }) => actions.includes('s3:PutObject'));
    expect(put?.resources).toEqual([expect.stringMatching(/\/output\/\*\/answers\/\*$/)]);
  });

  it('lets the event handler read the output bucket as the original does, so that jobs begun before an update are answered', () => {
    const reads = statementsOf(stackWith({ outputPrefix: 'elsewhere/' }), handlerPolicy);
    const read = reads.find(({ actions }) => actions.includes('s3:GetObject*'));
    expect(read?.actions).toEqual(['s3:GetObject*', 's3:GetBucket*', 's3:List*']);
    expect(read?.resources).toEqual([expect.stringMatching(/\.Arn>$/), expect.stringMatching(/\.Arn>\/\*$/)]);
  });

  it('passes the role to Bedrock only', () => {
    const pass = statementsOf(plain, createPolicy).find(({ actions }) => actions.includes('iam:PassRole'));
    expect(pass).toMatchObject({ condition: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } } });
    expect(pass?.resources).toEqual([expect.stringContaining('BedrockBatchRole')]);
  });

  it('lets Bedrock write below the output prefix and read below the input prefix only', () => {
    const stack = stackWith({ inputPrefix: 'in/', outputPrefix: 'out/' });
    const statements = statementsOf(stack, batchPolicy);
    const placesOf = (action: string) =>
      statements.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources);
    expect(placesOf('s3:PutObject')).toEqual([expect.stringMatching(/\/out\/\*$/)]);
    expect(placesOf('s3:GetObject').sort()).toEqual([expect.stringMatching(/\/in\/\*$/), expect.stringMatching(/\/out\/\*$/)]);
    expect(placesOf('s3:DeleteObject*')).toEqual([]);
  });

  it('allows every kind of model by default', () => {
    expect(modelsOf(plain)).toEqual([
      'arn:<AWS::Partition>:bedrock:*::foundation-model/*',
      'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/*',
      'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:application-inference-profile/*',
      'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:custom-model/*',
    ]);
  });

  it.each([
    [['amazon.nova-pro-v1:0'], ['bedrock:<AWS::Region>::foundation-model/amazon.nova-pro-v1:0']],
    [
      ['us.amazon.nova-pro-v1:0'],
      [
        'bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/us.amazon.nova-pro-v1:0',
        'bedrock:us-*::foundation-model/amazon.nova-pro-v1:0',
      ],
    ],
    [
      ['global.anthropic.claude-sonnet-4-5-20250929-v1:0'],
      [
        'bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
        'bedrock:*::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
      ],
    ],
    [['deepseek.v3.2'], ['bedrock:<AWS::Region>::foundation-model/deepseek.v3.2']],
    [['zai.glm-4.7'], ['bedrock:<AWS::Region>::foundation-model/zai.glm-4.7']],
    [['newcomer.model-v1'], ['bedrock:<AWS::Region>::foundation-model/newcomer.model-v1']],
    // a geography that is newer than this construct: the profile, and its model wherever it leads
    ...['sa.amazon.nova-pro-v1:0', 'mea.newcomer.model-v1', 'us-iso.newcomer.model-v1'].map((profile): [string[], string[]] => [
      [profile],
      [
        `bedrock:<AWS::Region>::foundation-model/${profile}`,
        `bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/${profile}`,
        `bedrock:*::foundation-model/${profile.slice(profile.indexOf('.') + 1)}`,
      ],
    ]),
  ])('narrows to %s', (models, arns) => {
    const stack = stackWith({ models });
    const expected = arns.map((arn) => `arn:<AWS::Partition>:${arn}`);
    expect(modelsOf(stack)).toEqual(expected);
    const create = statementsOf(stack, createPolicy).find(({ actions }) => actions.includes('bedrock:CreateModelInvocationJob'));
    expect(create?.resources).toEqual([expect.stringContaining('model-invocation-job/*'), ...expected]);
  });

  it('takes ARNs as they are, and refuses what is no model', () => {
    const custom = 'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.titan-embed-image-v1:0:1/abcdefghijkl';
    const profile = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';
    expect(modelsOf(stackWith({ models: [custom, profile] }))).toEqual([custom, profile]);
    expect(() => stackWith({ models: [profile] })).toThrow('models names only application inference profiles');
    expect(() => stackWith({ models: ['nova pro'] })).toThrow("models[0] is 'nova pro', which is no id of a model");
    expect(() => stackWith({ models: [] })).toThrow('models is empty');
    expect(() => stackWith({ models: ['arn:aws:bedrock:us-east-1:111122223333:agent/x'] })).toThrow("an ARN of 'agent'");
    expect(() => stackWith({ models: ['arn:aws:s3:::foundation-model/x'] })).toThrow('which is no ARN of Amazon Bedrock');
    expect(() => stackWith({ models: ['arn:aws:bedrock'] })).toThrow("models[0] is 'arn:aws:bedrock', which is no ARN");
  });

  it('gives the role the policy of the user in place of one of its own, as the original does', () => {
    const stack = new Stack(testApp(), 'Stack');
    const bedrockBatchPolicy = new iam.ManagedPolicy(stack, 'Mine', {
      statements: [new iam.PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: ['*'] })],
    });
    machineOf(stack, fragmentIn(stack, 'Batch', { bedrockBatchPolicy }));
    expect(Object.keys(resourcesOf(stack, 'AWS::IAM::ManagedPolicy'))).toEqual([expect.stringMatching(/^Mine/)]);
    const role = resource(stack, 'AWS::IAM::Role', 'BatchBedrockBatchRole').Properties;
    expect(role.ManagedPolicyArns.map(flat)).toEqual([expect.stringMatching(/^<Mine/)]);
  });

  it('grants the same to others by grantBatchInference: these models, this role to Bedrock, and jobs', () => {
    const stack = new Stack(testApp(), 'Stack');
    const user = new iam.User(stack, 'User');
    const grant = fragmentIn(stack, 'Batch', { models: ['amazon.nova-pro-v1:0'] }).grantBatchInference(user);
    grant.assertSuccess();
    const jobs = 'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:model-invocation-job/*';
    const model = 'arn:<AWS::Partition>:bedrock:<AWS::Region>::foundation-model/amazon.nova-pro-v1:0';
    const statements = statementsOf(stack, 'UserDefaultPolicy');
    expect(statements).toHaveLength(4);
    expect(statements).toEqual(
      expect.arrayContaining([
        { actions: ['bedrock:CreateModelInvocationJob'], resources: [jobs, model], condition: undefined },
        {
          actions: ['iam:PassRole'],
          resources: [expect.stringMatching(/^<BatchBedrockBatchRole.*\.Arn>$/)],
          condition: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
        },
        { actions: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'], resources: [jobs], condition: undefined },
        { actions: ['bedrock:ListModelInvocationJobs'], resources: ['*'], condition: undefined },
      ]),
    );
  });
});

it('weakness 23: tells its own jobs by table and role; the handler ignores the others (packages/lambda)', () => {
  const handler = resource(plain, 'AWS::Lambda::Function', 'BedrockInferenceJobEventHandler').Properties;
  expect(Object.keys(handler.Environment.Variables).sort()).toEqual([
    'BATCH_ROLE_ARNS',
    'LOG_LEVEL',
    'WAITER_INDEX',
    'WAITER_TABLE',
  ]);
  expect(flat(handler.Environment.Variables.BATCH_ROLE_ARNS)).toMatch(/^<BatchBedrockBatchRole.*\.Arn>$/);
});

it('weakness 24: keeps tokens of any length, in an attribute that is no key', () => {
  const { KeySchema, GlobalSecondaryIndexes } = resource(plain, 'AWS::DynamoDB::Table').Properties;
  expect(KeySchema).toEqual([{ AttributeName: 'waiter', KeyType: 'HASH' }]);
  expect(GlobalSecondaryIndexes[0].KeySchema.map((key: { AttributeName: string }) => key.AttributeName)).toEqual([
    'open',
    'since',
  ]);
});

it('weakness 25: synthesises from bundles that lie in the package: no program is run, and nothing is connected to', () => {
  const path = process.env.PATH;
  const connect = vi.spyOn(Socket.prototype, 'connect');
  process.env.PATH = '/nowhere';
  try {
    // with its assets, as `cdk synth` does
    const stack = new Stack(new App(), 'Stack');
    machineOf(stack, fragmentIn(stack));
    expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function'))).toHaveLength(2);
    expect(connect).not.toHaveBeenCalled();
  } finally {
    process.env.PATH = path;
    connect.mockRestore();
  }
});

it('weakness 26: depends on the CDK of its user and on nothing else', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
});

describe('weakness 27: operations', () => {
  it('keeps logs for a month in groups of its own, at the level and with the traces that the user wants', () => {
    for (const group of Object.values(resourcesOf(plain, 'AWS::Logs::LogGroup'))) {
      expect(group.Properties.RetentionInDays).toBe(30);
      expect(group.DeletionPolicy).toBe('Delete');
    }
    const stack = stackWith({ logRetention: 7, logLevel: LogLevel.DEBUG, tracing: lambda.Tracing.ACTIVE });
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::Lambda::Function'))) {
      expect(Properties.Environment.Variables.LOG_LEVEL).toBe('DEBUG');
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
      expect(flat(Properties.LoggingConfig.LogGroup)).toContain('Logs');
    }
    for (const group of Object.values(resourcesOf(stack, 'AWS::Logs::LogGroup')))
      expect(group.Properties.RetentionInDays).toBe(7);
  });

  it('traces no function unless it is told to', () => {
    for (const { Properties } of Object.values(resourcesOf(plain, 'AWS::Lambda::Function'))) {
      expect(Properties).not.toHaveProperty('TracingConfig');
    }
    const actionsOf = (stack: Stack) => statementsOf(stack, createPolicy).flatMap(({ actions }) => actions);
    expect(actionsOf(plain)).not.toContain('xray:PutTraceSegments');
    expect(actionsOf(stackWith({ tracing: lambda.Tracing.ACTIVE }))).toContain('xray:PutTraceSegments');
  });

  it('has the metrics that the event handler writes, under its name', () => {
    const fragment = fragmentIn(new Stack(testApp(), 'Stack'));
    const metrics = [
      fragment.metricJobsEnded(),
      fragment.metricRecordsSucceeded(),
      fragment.metricRecordsFailed(),
      fragment.metricInputTokens(),
      fragment.metricOutputTokens(),
      fragment.metricJobsAbandoned(),
      fragment.metricSweepAnswered(),
    ];
    const handler = readFileSync(join(__dirname, '../../handlers/bedrock-inference-job-event/index.mjs'), 'utf8');
    for (const { namespace, metricName, dimensions, statistic } of metrics) {
      expect(handler).toMatch(new RegExp(`\\b${metricName}:`));
      expect(handler).toContain(`"${namespace}"`);
      expect([dimensions, statistic]).toEqual([{ FunctionName: fragment.eventHandler.functionName }, 'Sum']);
    }
    expect(new Set(metrics.map(({ metricName }) => metricName)).size).toBe(metrics.length);
  });

  it('counts the jobs of one status, and as its user says', () => {
    const fragment = fragmentIn(new Stack(testApp(), 'Stack'));
    const { dimensions, period } = fragment.metricJobsEnded('Failed', { period: Duration.hours(1) });
    expect(dimensions).toEqual({ FunctionName: fragment.eventHandler.functionName, Status: 'Failed' });
    expect(period.toMinutes()).toBe(60);
    expect(fragment.metric('EventsIgnored').metricName).toBe('EventsIgnored');
  });
});
