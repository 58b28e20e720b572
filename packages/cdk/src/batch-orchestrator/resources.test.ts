import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CfnParameter,
  Duration,
  aws_dynamodb as dynamodb,
  aws_lambda as lambda,
  aws_logs as logs,
  Stack,
  aws_s3 as s3,
  aws_sns as sns,
} from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { environmentOf, functionIds, functionOf, orchestratorStack } from '../testing/orchestrator';
import { flat, resource, resourcesOf, testApp } from '../testing/synthesis';
import { BatchOrchestrator, type BatchOrchestratorProps, ResultsFormat } from '.';

const plain = orchestratorStack();
const full = orchestratorStack({
  maxSubmittedAndInProgressJobs: 7,
  bedrockBatchInferenceTimeout: Duration.days(7),
  preprocessFunctionMemoryMb: 6000,
  postprocessFunctionMemoryMb: 10_240,
  maxRecordsPerJob: 1000,
  maxTotalRecords: 5,
  resultsFormat: ResultsFormat.CSV,
  maxConcurrentCollections: 1000,
  logRetention: logs.RetentionDays.ONE_WEEK,
  tracing: lambda.Tracing.ACTIVE,
});
const ids = Object.values(functionIds);

describe('functions', () => {
  it('are six bundles for Node 24 on arm64, with logs that end after a month', () => {
    expect(Object.keys(resourcesOf(plain, 'AWS::Lambda::Function'))).toHaveLength(ids.length);
    for (const id of ids) {
      expect(functionOf(plain, id).Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Code: { S3Key: expect.any(String) },
        LoggingConfig: { LogGroup: { Ref: expect.stringMatching(`Functions${id}Logs`) } },
      });
    }
    const retention = (stack: Stack) =>
      Object.values(resourcesOf(stack, 'AWS::Logs::LogGroup')).map(({ Properties }) => Properties.RetentionInDays);
    expect(retention(plain)).toEqual(Array(7).fill(30));
    expect(retention(full)).toEqual(Array(7).fill(7));
  });

  it('have the memory that is asked for, and the original default where rows are read', () => {
    const memoryOf = (stack: Stack) => ids.map((id) => functionOf(stack, id).Properties.MemorySize);
    expect(memoryOf(plain)).toEqual([3008, 512, 512, 3008, 512, 3008]);
    expect(memoryOf(full)).toEqual([6000, 512, 512, 10_240, 512, 10_240]);
  });

  it('are told where everything is, and only the numbers that are given', () => {
    for (const id of ids) {
      expect(environmentOf(plain, id)).toEqual({
        BUCKET_NAME: expect.stringMatching(/^<OrchestratorBucket/),
        LEDGER_TABLE: expect.stringMatching(/^<OrchestratorLedger/),
        BEDROCK_ROLE_ARN: expect.stringMatching(/^<OrchestratorBedrockRole.*\.Arn>$/),
        COLLECT_QUEUE_URL: expect.stringMatching(/^<OrchestratorCollectionsQueue/),
        JOB_TIMEOUT_HOURS: '24',
        RESULTS_FORMAT: 'parquet',
        LOG_LEVEL: 'INFO',
      });
      expect(environmentOf(full, id)).toMatchObject({
        JOB_TIMEOUT_HOURS: '168',
        RESULTS_FORMAT: 'csv',
        MAX_RECORDS_PER_JOB: '1000',
        MAX_TOTAL_RECORDS: '5',
        MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: '7',
      });
    }
  });

  it('are traced, as the state machine is, where that is asked for', () => {
    const { TracingConfiguration } = resource(full, 'AWS::StepFunctions::StateMachine').Properties;
    expect(TracingConfiguration).toEqual({ Enabled: true });
    for (const id of ids) expect(functionOf(full, id).Properties.TracingConfig).toEqual({ Mode: 'Active' });
  });
});

describe('queues', () => {
  const mappingOf = (stack: Stack, id: string) =>
    resource(stack, 'AWS::Lambda::EventSourceMapping', `OrchestratorFunctions${id}`).Properties;

  it('hand ten events or one part to their functions, and take back what failed of them', () => {
    expect(mappingOf(plain, 'Kick')).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mappingOf(plain, 'Collect')).toMatchObject({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mappingOf(plain, 'Collect').ScalingConfig).toEqual({ MaximumConcurrency: 10 });
    expect(mappingOf(full, 'Collect').ScalingConfig).toEqual({ MaximumConcurrency: 1000 });
  });

  it('hide a message six times as long as its function may run, and keep it for 14 days when it failed five times', () => {
    for (const [name, id] of [
      ['Kicks', 'Kick'],
      ['Collections', 'Collect'],
    ] as const) {
      const { VisibilityTimeout, RedrivePolicy } = resource(plain, 'AWS::SQS::Queue', `Orchestrator${name}Queue`).Properties;
      expect(VisibilityTimeout).toBe(6 * functionOf(plain, id).Properties.Timeout);
      expect(RedrivePolicy.maxReceiveCount).toBe(5);
      expect(flat(RedrivePolicy.deadLetterTargetArn)).toMatch(`<Orchestrator${name}DeadLetters`);
      expect(resource(plain, 'AWS::SQS::Queue', `Orchestrator${name}DeadLetters`).Properties.MessageRetentionPeriod).toBe(
        14 * 86_400,
      );
    }
  });
});

describe('events', () => {
  const rule = resource(plain, 'AWS::Events::Rule', 'OrchestratorEventsJobStateChanges').Properties;

  it('are those of jobs of this account that have ended, and go to the queue of kicks', () => {
    expect(rule.EventPattern).toMatchObject({
      source: ['aws.bedrock'],
      'detail-type': ['Batch Inference Job State Change'],
      account: [{ Ref: 'AWS::AccountId' }],
    });
    const ends = ['Completed', 'PartiallyCompleted', 'Failed', 'Expired', 'Stopped'];
    expect(rule.EventPattern.detail).toEqual({ status: ends });
    expect(rule.Targets.map(({ Arn }: { Arn: unknown }) => flat(Arn))).toEqual([
      expect.stringMatching(/^<OrchestratorKicksQueue/),
    ]);
  });

  it('may be put into that queue by that rule only', () => {
    const { Statement } = resource(plain, 'AWS::SQS::QueuePolicy', 'OrchestratorKicksQueuePolicy').Properties.PolicyDocument;
    const [allow, ...others] = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(others).toEqual([]);
    expect(allow.Principal).toEqual({ Service: 'events.amazonaws.com' });
    expect(flat(allow.Condition.ArnEquals['aws:SourceArn'])).toMatch(/^<OrchestratorEventsJobStateChanges.*\.Arn>$/);
    const collections = resource(plain, 'AWS::SQS::QueuePolicy', 'OrchestratorCollectionsQueuePolicy').Properties.PolicyDocument
      .Statement;
    expect(collections.map(({ Effect }: { Effect: string }) => Effect)).toEqual(['Deny']);
  });

  it('are made up for by a sweep every five minutes, which is not repeated', () => {
    const { ScheduleExpression, Targets } = resource(plain, 'AWS::Events::Rule', 'OrchestratorEventsSweep').Properties;
    expect(ScheduleExpression).toBe('rate(5 minutes)');
    expect(JSON.parse(Targets[0].Input)).toEqual({ sweep: true });
    expect(resource(plain, 'AWS::Lambda::EventInvokeConfig').Properties.MaximumRetryAttempts).toBe(0);
  });
});

describe('alarms', () => {
  const alarms = Object.values(resourcesOf(plain, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  it('ring for dead letters, a failing sweep, late events and failed executions', () => {
    const rings = alarms.map(({ MetricName, Threshold, EvaluationPeriods, Period }) => [
      MetricName,
      Threshold,
      EvaluationPeriods,
      Period,
    ]);
    expect(rings).toEqual([
      ['ApproximateNumberOfMessagesVisible', 1, 1, 300],
      ['ApproximateNumberOfMessagesVisible', 1, 1, 300],
      ['Errors', 1, 3, 300],
      ['ApproximateAgeOfOldestMessage', 900, 2, 300],
      ['ExecutionsFailed', 1, 1, 300],
    ]);
  });

  it('say where to look and which command to give, in what CloudWatch takes for a description', () => {
    for (const { AlarmDescription, AlarmActions } of alarms) {
      expect(flat(AlarmDescription)).toMatch(/log group <|aws stepfunctions redrive-execution/);
      expect(flat(AlarmDescription).length).toBeLessThan(1024 - 300);
      expect(AlarmActions).toBeUndefined();
    }
  });

  it('are those of docs/batch-orchestrator.md', () => {
    const page = readFileSync(join(__dirname, '../../../../docs/batch-orchestrator.md'), 'utf8');
    const ids = Object.keys(resourcesOf(plain, 'AWS::CloudWatch::Alarm')).map((id) => id.slice('OrchestratorAlarms'.length, -8));
    for (const id of ids) expect(page).toContain(`| \`${id}\` |`);
  });

  it('tell the topic that is given, also that they have ended', () => {
    const stack = new Stack(testApp(), 'Stack');
    const notificationTopic = new sns.Topic(stack, 'Topic');
    new BatchOrchestrator(stack, 'Orchestrator', { notificationTopic });
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::CloudWatch::Alarm'))) {
      expect([Properties.AlarmActions.map(flat), Properties.OKActions.map(flat)]).toEqual(
        Array(2).fill([expect.stringMatching(/^<Topic/)]),
      );
    }
  });
});

describe('what holds data', () => {
  it('is encrypted, kept when the stack goes, and recoverable', () => {
    const bucket = resource(plain, 'AWS::S3::Bucket');
    expect(bucket.DeletionPolicy).toBe('Retain');
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: expect.anything(),
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    const [tls] = resource(plain, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(tls).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const table = resource(plain, 'AWS::DynamoDB::Table');
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('may be brought along', () => {
    const stack = new Stack(testApp(), 'Stack');
    const bucket = s3.Bucket.fromBucketName(stack, 'Data', 'my-data');
    const table = dynamodb.Table.fromTableName(stack, 'Runs', 'my-runs');
    new BatchOrchestrator(stack, 'Orchestrator', { bucket, table });
    expect(resourcesOf(stack, 'AWS::S3::Bucket')).toEqual({});
    expect(resourcesOf(stack, 'AWS::DynamoDB::Table')).toEqual({});
    expect(environmentOf(stack, 'Kick')).toMatchObject({ BUCKET_NAME: 'my-data', LEDGER_TABLE: 'my-runs' });
  });
});

describe('props', () => {
  it('may be known only at deployment', () => {
    const stack = new Stack(testApp(), 'Stack');
    const { valueAsNumber } = new CfnParameter(stack, 'Rows', { type: 'Number' });
    new BatchOrchestrator(stack, 'Orchestrator', { maxTotalRecords: valueAsNumber });
    expect(environmentOf(stack, 'Prepare').MAX_TOTAL_RECORDS).toBe('<Rows>');
  });

  it.each<[BatchOrchestratorProps | Record<string, unknown>, string]>([
    [
      { bedrockBatchInferenceTimeout: Duration.hours(23) },
      'bedrockBatchInferenceTimeout is Duration.hours(23); give a whole number of hours from 24 to 168',
    ],
    [{ bedrockBatchInferenceTimeout: Duration.hours(169) }, 'from 24 to 168'],
    [{ bedrockBatchInferenceTimeout: Duration.minutes(1441) }, 'bedrockBatchInferenceTimeout is Duration.minutes(1441)'],
    [{ bedrockBatchInferenceTimeout: 48 }, 'bedrockBatchInferenceTimeout is 48; give a whole number of hours'],
    [
      { maxSubmittedAndInProgressJobs: 0 },
      'maxSubmittedAndInProgressJobs is 0; give a whole number of at least 1 (jobs of a model at once)',
    ],
    [{ maxRecordsPerJob: 1.5 }, 'maxRecordsPerJob is 1.5; give a whole number of at least 1'],
    [{ maxTotalRecords: '100' }, "maxTotalRecords is '100'; give a whole number"],
    [{ preprocessFunctionMemoryMb: 256 }, 'preprocessFunctionMemoryMb is 256; give a whole number from 512 to 10240'],
    [{ postprocessFunctionMemoryMb: 10_241 }, 'postprocessFunctionMemoryMb is 10241'],
    [{ maxConcurrentCollections: 1 }, 'maxConcurrentCollections is 1; give a whole number from 2 to 1000'],
    [{ models: [] }, 'models is empty'],
    [{ models: ['nova'] }, "models[0] is 'nova'"],
    [{ models: 'nova' }, "models is 'nova'; give a list of texts"],
    [
      { bucket: 'my-bucket' },
      "bucket is 'my-bucket'; give an s3.IBucket, such as s3.Bucket.fromBucketName(this, 'Data', 'my-bucket')",
    ],
    [{ datasetBuckets: ['data'] }, "datasetBuckets[0] is 'data'"],
    [{ table: 'runs' }, "table is 'runs'; give a dynamodb.ITable"],
    [{ notificationTopic: 'topic' }, "notificationTopic is 'topic'; give an sns.ITopic"],
    [{ resultsFormat: 'xlsx' }, "resultsFormat is 'xlsx'; give one of 'parquet', 'csv'"],
    [{ logLevel: 'LOUD' }, "logLevel is 'LOUD'; give one of"],
  ])('are refused with what is allowed: %j', (props, message) => {
    expect(() => new BatchOrchestrator(new Stack(), 'Orchestrator', props as BatchOrchestratorProps)).toThrow(message);
  });
});
