import {
  Duration,
  aws_dynamodb as dynamodb,
  aws_iam as iam,
  aws_logs as logs,
  Stack,
  aws_s3 as s3,
  aws_sns as sns,
} from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { fileEnvironmentOf, fileFunctionIds, fileFunctionOf, queueStack } from '../testing/queue';
import { flat, resource, resourcesOf, testApp } from '../testing/synthesis';
import { BatchQueue, type BatchQueueProps } from '.';

const plain = queueStack();
const full = queueStack({
  modelId: 'us.amazon.nova-pro-v1:0',
  functionNames: { takeFile: 'create-batch-queue', sweepRuns: 'process-batch-jobs' },
  bucketName: 'br-batch-inference',
  maxSubmittedAndInProgressJobs: 7,
  bedrockBatchInferenceTimeout: Duration.days(7),
  preprocessFunctionMemoryMb: 6000,
  postprocessFunctionMemoryMb: 10_240,
  maxRecordsPerJob: 1000,
  maxConcurrentFiles: 3,
  maxConcurrentCollections: 1000,
  dashboard: false,
  logRetention: logs.RetentionDays.ONE_WEEK,
});
const ids = Object.values(fileFunctionIds);

describe('functions', () => {
  it('are six bundles for Node 24 on arm64, with the memory that is asked for', () => {
    expect(Object.keys(resourcesOf(plain, 'AWS::Lambda::Function'))).toHaveLength(ids.length);
    for (const id of ids) {
      expect(fileFunctionOf(plain, id).Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
    const memoryOf = (stack: Stack) => ids.map((id) => fileFunctionOf(stack, id).Properties.MemorySize);
    expect(memoryOf(plain)).toEqual([3008, 512, 3008, 3008, 512, 512]);
    expect(memoryOf(full)).toEqual([6000, 512, 10_240, 10_240, 512, 512]);
  });

  it('are told where everything is, and only what is given', () => {
    for (const id of ids) {
      expect(fileEnvironmentOf(plain, id)).toEqual({
        BUCKET_NAME: expect.stringMatching(/^<QueueBucket/),
        LEDGER_TABLE: expect.stringMatching(/^<QueueLedger/),
        BEDROCK_ROLE_ARN: expect.stringMatching(/^<QueueBedrockRole.*\.Arn>$/),
        INTAKE_QUEUE_URL: expect.stringMatching(/^<QueueIntakeQueue/),
        COLLECT_QUEUE_URL: expect.stringMatching(/^<QueueCollectionsQueue/),
        FINISH_QUEUE_URL: expect.stringMatching(/^<QueueFinishesQueue/),
        NOTIFICATION_TOPIC_ARN: expect.stringMatching(/^<QueueNotifications/),
        JOB_TIMEOUT_HOURS: '24',
        LOG_LEVEL: 'INFO',
      });
      expect(fileEnvironmentOf(full, id)).toMatchObject({
        MODEL_ID: 'us.amazon.nova-pro-v1:0',
        JOB_TIMEOUT_HOURS: '168',
        MAX_RECORDS_PER_JOB: '1000',
        MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '7',
      });
    }
  });

  it('and the bucket have names of their user where he gives any, and made up ones elsewhere', () => {
    const names = ids.map((id) => fileFunctionOf(full, id).Properties.FunctionName);
    expect(names).toEqual(['create-batch-queue', ...Array(4).fill(undefined), 'process-batch-jobs']);
    expect(resource(full, 'AWS::S3::Bucket').Properties.BucketName).toBe('br-batch-inference');
    for (const { Type, Properties } of Object.values(resourcesOf(plain))) {
      const given = Object.entries(Properties).filter(([name, value]) => /Name$/.test(name) && typeof value === 'string');
      if (!['AWS::IAM::Policy', 'AWS::CloudWatch::Alarm', 'AWS::SNS::Topic'].includes(Type)) expect(given).toEqual([]);
    }
  });
});

describe('files', () => {
  const rule = resource(plain, 'AWS::Events::Rule', 'QueueFiles').Properties;

  it('that are put below to-process/ of the bucket go to the intake queue by EventBridge, without a custom resource', () => {
    expect(resource(plain, 'AWS::S3::Bucket').Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(rule.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [{ Ref: expect.stringMatching(/^QueueBucket/) }] },
        object: { key: [{ prefix: 'to-process/' }] },
      },
    });
    expect(flat(rule.Targets[0].Arn)).toMatch(/^<QueueIntakeQueue/);
    expect(flat(rule.Targets[0].DeadLetterConfig.Arn)).toMatch(/^<QueueIntakeDeadLetters/);
    expect(Object.values(resourcesOf(plain)).map(({ Type }) => Type)).not.toContain('Custom::S3BucketNotifications');
  });

  it('may be put into that queue by that rule only', () => {
    const { Statement } = resource(plain, 'AWS::SQS::QueuePolicy', 'QueueIntakeQueuePolicy').Properties.PolicyDocument;
    const [allow, ...others] = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(others).toEqual([]);
    expect(flat(allow.Condition.ArnEquals['aws:SourceArn'])).toMatch(/^<QueueFiles.*\.Arn>$/);
  });

  it('are taken and finished one at a time by a call, so many at once, and handed back as long as they fail', () => {
    const mappingOf = (stack: Stack, id: string) =>
      resource(stack, 'AWS::Lambda::EventSourceMapping', `QueueFunctions${id}`).Properties;
    for (const [id, batch, plainly, fully] of [
      ['Take', 1, 10, 3],
      ['Finish', 1, 10, 3],
      ['Collect', 1, 10, 1000],
      ['Kick', 10, 5, 5],
    ] as const) {
      expect(mappingOf(plain, id)).toMatchObject({ BatchSize: batch, FunctionResponseTypes: ['ReportBatchItemFailures'] });
      expect(mappingOf(plain, id).ScalingConfig).toEqual({ MaximumConcurrency: plainly });
      expect(mappingOf(full, id).ScalingConfig).toEqual({ MaximumConcurrency: fully });
    }
    for (const [name, id] of [
      ['Intake', 'Take'],
      ['Kicks', 'Kick'],
      ['Collections', 'Collect'],
      ['Finishes', 'Finish'],
    ] as const) {
      const { VisibilityTimeout, RedrivePolicy } = resource(plain, 'AWS::SQS::Queue', `Queue${name}Queue`).Properties;
      expect(VisibilityTimeout).toBe(6 * fileFunctionOf(plain, id).Properties.Timeout);
      expect(flat(RedrivePolicy.deadLetterTargetArn)).toMatch(`<Queue${name}DeadLetters`);
    }
  });
});

describe('what tells of them', () => {
  it('are seven alarms, each with what to do, to the topic that hears of files as well', () => {
    const alarms = Object.values(resourcesOf(plain, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    expect(alarms.map(({ MetricName }) => MetricName).sort()).toEqual([
      ...Array(2).fill('ApproximateAgeOfOldestMessage'),
      ...Array(4).fill('ApproximateNumberOfMessagesVisible'),
      'Errors',
    ]);
    for (const { AlarmActions, OKActions, AlarmDescription } of alarms) {
      expect([AlarmActions, OKActions].map((actions) => actions.map(flat))).toEqual(
        Array(2).fill([expect.stringMatching(/^<QueueNotifications/)]),
      );
      expect(flat(AlarmDescription).length).toBeGreaterThan(100);
    }
  });

  it('is a topic for TLS only that lets alarms of this account in, or one that is given', () => {
    const { Statement } = resource(plain, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument;
    const [deny, allow] = [...Statement].sort((a, b) => b.Effect.localeCompare(a.Effect));
    expect(deny.Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    expect(allow).toMatchObject({ Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' });
    expect(allow.Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(flat(allow.Condition.ArnLike['aws:SourceArn'])).toMatch(/:cloudwatch:.*:alarm:\*$/);
    const stack = new Stack(testApp(), 'Stack');
    new BatchQueue(stack, 'Queue', { notificationTopic: sns.Topic.fromTopicArn(stack, 'Mine', 'arn:aws:sns:us-east-1:1:mine') });
    expect(resourcesOf(stack, 'AWS::SNS::Topic')).toEqual({});
    expect(fileEnvironmentOf(stack, 'Finish')['NOTIFICATION_TOPIC_ARN']).toBe('arn:aws:sns:us-east-1:1:mine');
  });

  it('is a dashboard of files by status, queues and functions, unless it is not wanted', () => {
    const body = flat(resource(plain, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    const { widgets } = JSON.parse(body) as { widgets: { properties: { title: string; metrics?: unknown[] } }[] };
    const counts = widgets.map(({ properties }) => [properties.title.split(',')[0], properties.metrics?.length]);
    expect(counts).toEqual([
      ['Files', 7],
      ['Alarms', undefined],
      ['Messages that wait', 4],
      ['Age of the oldest message', 4],
      ['Errors of functions', 6],
      ['Duration of functions', 6],
      ['Dead letters', 4],
    ]);
    const filters = Object.values(resourcesOf(plain, 'AWS::Logs::MetricFilter')).map(({ Properties }) => Properties);
    expect(filters).toHaveLength(ids.length);
    const [namespace] = /Batchrock\/BatchQueue\/[^"]+/.exec(body) ?? [];
    for (const { FilterPattern, MetricTransformations } of filters) {
      expect(FilterPattern).toBe('{ ($.message = "file") && ($.status = "*") }');
      expect(flat(MetricTransformations[0].MetricNamespace)).toBe(namespace);
      expect(MetricTransformations[0].Dimensions).toEqual([{ Key: 'Status', Value: '$.status' }]);
    }
    expect(resourcesOf(full, 'AWS::CloudWatch::Dashboard')).toEqual({});
    expect(resourcesOf(full, 'AWS::Logs::MetricFilter')).toEqual({});
  });
});

describe('what holds data', () => {
  it('is encrypted, kept when the stack goes, and recoverable', () => {
    expect(resource(plain, 'AWS::S3::Bucket').DeletionPolicy).toBe('Retain');
    expect(resource(plain, 'AWS::DynamoDB::Table').DeletionPolicy).toBe('Retain');
  });

  it('may be brought along, and a role too', () => {
    const stack = new Stack(testApp(), 'Stack');
    const bucket = s3.Bucket.fromBucketName(stack, 'Data', 'my-data');
    const table = dynamodb.Table.fromTableName(stack, 'Runs', 'my-runs');
    const bedrockRole = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::123456789012:role/mine');
    new BatchQueue(stack, 'Queue', { bucket, table, bedrockRole });
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::IAM::ManagedPolicy']) {
      expect(resourcesOf(stack, type)).toEqual({});
    }
    expect(fileEnvironmentOf(stack, 'Kick')).toMatchObject({
      BUCKET_NAME: 'my-data',
      LEDGER_TABLE: 'my-runs',
      BEDROCK_ROLE_ARN: 'arn:aws:iam::123456789012:role/mine',
    });
    expect(resource(stack, 'AWS::Events::Rule', 'QueueFiles').Properties.EventPattern.detail.bucket.name).toEqual(['my-data']);
  });
});

describe('props', () => {
  it.each<[BatchQueueProps | Record<string, unknown>, string]>([
    [
      { bedrockBatchInferenceTimeout: Duration.hours(23) },
      'bedrockBatchInferenceTimeout is Duration.hours(23); give a whole number',
    ],
    [{ maxSubmittedAndInProgressJobs: 0 }, 'maxSubmittedAndInProgressJobs is 0; give a whole number of at least 1'],
    [{ maxConcurrentFiles: 1 }, 'maxConcurrentFiles is 1; give a whole number from 2 to 1000'],
    [{ preprocessFunctionMemoryMb: 256 }, 'preprocessFunctionMemoryMb is 256'],
    [{ models: [] }, 'models is empty'],
    [{ modelId: 7 }, "modelId is 7; give a text, such as 'us.amazon.nova-pro-v1:0'"],
    [{ bucket: 'data' }, "bucket is 'data'; give an s3.IBucket"],
    [{ bedrockRole: 'arn:role' }, "bedrockRole is 'arn:role'; give an iam.IRole"],
    [{ notificationTopic: 'topic' }, "notificationTopic is 'topic'; give an sns.ITopic"],
    [{ table: 'runs' }, "table is 'runs'; give a dynamodb.ITable"],
    [{ logLevel: 'LOUD' }, "logLevel is 'LOUD'; give one of"],
  ])('are refused with what is allowed: %j', (props, message) => {
    expect(() => new BatchQueue(new Stack(), 'Queue', props as BatchQueueProps)).toThrow(message);
  });

  it('bucket and bucketName exclude each other', () => {
    const stack = new Stack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Data', 'my-data');
    expect(() => new BatchQueue(stack, 'Queue', { bucket, bucketName: 'other' })).toThrow(
      'bucketName is the name of a new bucket',
    );
  });
});
