import {
  type aws_cloudwatch as cloudwatch,
  type aws_dynamodb as dynamodb,
  type aws_iam as iam,
  type aws_lambda as lambda,
  Stack,
  type aws_s3 as s3,
  type aws_stepfunctions as sfn,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LedgerTable } from '../batch-ledger/ledger-table';
import { claimBucket } from '../batch-ledger/own-bucket';
import { BatchRole } from '../bedrock/batch-role';
import { inferencePolicy } from '../bedrock/inference-policy';
import { everyModel, modelArns } from '../bedrock/model-arns';
import { JobEvents } from '../engine/job-events';
import { RunBucket } from '../engine/run-bucket';
import { kickTimeout, longTimeout } from '../engine/work-functions';
import { WorkQueue } from '../engine/work-queue';
import { bundleFamilies } from '../families/bundle-family';
import { toldFamilies } from '../families/family-code';
import { explainWildcards } from '../nag/nag-suppressions';
import { numbersOf } from '../props/environment';
import { jobHours } from '../props/job-hours';
import { type BatchOrchestratorProps, ResultsFormat } from './batch-orchestrator-props';
import { checkProps } from './check-props';
import { grantRuns } from './permissions';
import { RunAlarms } from './run-alarms';
import { RunFunctions } from './run-functions';
import { RunMachine } from './run-machine';

/**
 * Runs datasets through models of Amazon Bedrock by batch inference: a state machine whose execution takes a dataset in S3 or on a
 * hub, a model and a prompt, and ends with files that have every row and its response.
 *
 * Input schema (all keys: `docs/batch-orchestrator.md`):
 * ```
 * {
 *   "s3_uri": string,          // A dataset, or else "dataset_id" and "split" of one on a hub
 *   "job_name_prefix": string, // Required. Names the jobs and the folder of the results
 *   "model_id": string,        // Required. A model or an inference profile
 *   "prompt_id": string        // Required for models that write text. Names prompts/<prompt_id>.md in the bucket
 * }
 * ```
 */
export class BatchOrchestrator extends Construct {
  /** The state machine whose executions are runs. */
  public readonly stateMachine: sfn.StateMachine;

  /** Where datasets and prompts are read from, runs are kept and results are written. */
  public readonly bucket: s3.IBucket;

  /** The ledger of the runs. */
  public readonly table: dynamodb.ITable;

  /** The role under which Bedrock runs the jobs. */
  public readonly bedrockRole: iam.Role;

  /** The families of its own, each as `name:SHA-256` of its module. */
  public readonly families: string[];

  /** Events of jobs. */
  public readonly kickQueue: sqs.Queue;

  /** Events that could not be handled. */
  public readonly kickDeadLetterQueue: sqs.Queue;

  /** Parts whose jobs have ended. */
  public readonly collectQueue: sqs.Queue;

  /** Parts that could not be collected. */
  public readonly collectDeadLetterQueue: sqs.Queue;

  /** The function that reads a dataset and writes the input of jobs. */
  public readonly prepareFunction: lambda.Function;

  /** The function that begins the jobs of a run. */
  public readonly followFunction: lambda.Function;

  /** The function that looks at jobs whose state has changed. */
  public readonly kickFunction: lambda.Function;

  /** The function that reads the output of jobs. */
  public readonly collectFunction: lambda.Function;

  /** The function that looks at all open runs, every five minutes. */
  public readonly sweepFunction: lambda.Function;

  /** The function that writes the files of results. */
  public readonly exportFunction: lambda.Function;

  /**
   * Ring when events or parts are dead letters, when the sweep fails for a quarter of an hour, when events wait for longer than
   * that, and when an execution fails.
   */
  public readonly alarms: cloudwatch.Alarm[];

  public constructor(scope: Construct, id: string, props: BatchOrchestratorProps = {}) {
    super(scope, id);
    checkProps(props);
    const families = bundleFamilies(props.families);
    this.families = toldFamilies(families);
    const hours = jobHours('bedrockBatchInferenceTimeout', props.bedrockBatchInferenceTimeout);
    const stack = Stack.of(this);
    const models = props.models === undefined ? everyModel(stack) : modelArns(stack, props.models);
    this.bucket = props.bucket ?? new RunBucket(this, 'Bucket');
    this.table = props.ledger?.table ?? props.table ?? new LedgerTable(this, 'Ledger');
    claimBucket(this, this.bucket, this.table);
    this.bedrockRole = new BatchRole(this, 'BedrockRole', {
      policy: inferencePolicy(this, models),
      inputBucket: this.bucket,
      inputPrefix: 'runs/*/input/',
      outputBucket: this.bucket,
      outputPrefix: 'runs/*/output/',
    });
    const kicks = new WorkQueue(this, 'Kicks', { timeout: kickTimeout });
    const collections = new WorkQueue(this, 'Collections', { timeout: longTimeout });
    const functions = new RunFunctions(this, 'Functions', {
      environment: {
        BUCKET_NAME: this.bucket.bucketName,
        LEDGER_TABLE: this.table.tableName,
        BEDROCK_ROLE_ARN: this.bedrockRole.roleArn,
        COLLECT_QUEUE_URL: collections.queue.queueUrl,
        JOB_TIMEOUT_HOURS: String(hours),
        RESULTS_FORMAT: props.resultsFormat ?? ResultsFormat.PARQUET,
        ...numbersOf({
          MAX_RECORDS_PER_JOB: props.maxRecordsPerJob,
          MAX_TOTAL_RECORDS: props.maxTotalRecords,
          MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: props.maxSubmittedAndInProgressJobs,
        }),
      },
      families,
      preprocessMemory: props.preprocessFunctionMemoryMb,
      postprocessMemory: props.postprocessFunctionMemoryMb,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
    });
    grantRuns(functions, {
      bucket: this.bucket,
      datasetBuckets: props.datasetBuckets ?? [],
      table: this.table,
      collectQueue: collections.queue,
      bedrockRole: this.bedrockRole,
      modelArns: models,
    });
    kicks.feed(functions.kick, { batchSize: 10, maxConcurrency: 5 });
    collections.feed(functions.collect, { batchSize: 1, maxConcurrency: props.maxConcurrentCollections ?? 10 });
    new JobEvents(this, 'Events', { kicks, sweep: functions.sweep });
    this.stateMachine = new RunMachine(this, 'StateMachine', {
      prepare: functions.prepare,
      follow: functions.follow,
      export: functions.export,
      logRetention: props.logRetention,
      tracing: props.tracing,
    });
    const { stateMachine } = this;
    const { notificationTopic } = props;
    this.alarms = new RunAlarms(this, 'Alarms', { functions, kicks, collections, stateMachine, notificationTopic }).all;

    this.kickQueue = kicks.queue;
    this.kickDeadLetterQueue = kicks.deadLetters;
    this.collectQueue = collections.queue;
    this.collectDeadLetterQueue = collections.deadLetters;
    this.prepareFunction = functions.prepare;
    this.followFunction = functions.follow;
    this.kickFunction = functions.kick;
    this.collectFunction = functions.collect;
    this.sweepFunction = functions.sweep;
    this.exportFunction = functions.export;
    explainWildcards(this);
  }
}
