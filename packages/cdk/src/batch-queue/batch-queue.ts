import {
  type aws_cloudwatch as cloudwatch,
  type aws_dynamodb as dynamodb,
  aws_iam as iam,
  type aws_lambda as lambda,
  Stack,
  type aws_s3 as s3,
  type aws_sns as sns,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LedgerTable } from '../batch-ledger/ledger-table';
import { claimBucket } from '../batch-ledger/own-bucket';
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
import type { BatchQueueProps } from './batch-queue-props';
import { checkProps } from './check-props';
import { BatchQueueEnqueue, type BatchQueueEnqueueProps } from './enqueue-task';
import { FileEvents } from './file-events';
import { FileFunctions } from './file-functions';
import type { IBatchQueue } from './i-batch-queue';
import { jobRole } from './job-role';
import { NotificationTopic } from './notification-topic';
import { grantReading, grantWriting } from './other-buckets';
import { grantFiles } from './permissions';
import { type FileQueues, QueueAlarms } from './queue-alarms';
import { QueueDashboard } from './queue-dashboard';

/**
 * A bucket whose files become batch inference jobs of Amazon Bedrock. A `.jsonl` file of ready-made records that is put below
 * `to-process/` is checked, sent in as many jobs as it needs, and answered below `processed/<name>/`; one that cannot be used lies
 * below `failed/`, beside a text that says why. `to-process/<model id>/…` chooses another model than the default.
 */
export class BatchQueue extends Construct implements IBatchQueue {
  /** Where files are put, runs are kept and results are written. */
  public readonly bucket: s3.IBucket;

  /** The ledger of the files. */
  public readonly table: dynamodb.ITable;

  /** The role under which Bedrock runs the jobs. */
  public readonly bedrockRole: iam.IRole;

  /** The families of its own, each as `name:SHA-256` of its module. */
  public readonly families: string[];

  /** Told of each file that has come to its end, and of alarms. */
  public readonly notificationTopic: sns.ITopic;

  /** Files that were put below `to-process/`. */
  public readonly intakeQueue: sqs.Queue;

  /** Files that could not be taken in. */
  public readonly intakeDeadLetterQueue: sqs.Queue;

  /** Events of jobs. */
  public readonly kickQueue: sqs.Queue;

  /** Events that could not be handled. */
  public readonly kickDeadLetterQueue: sqs.Queue;

  /** Parts whose jobs have ended. */
  public readonly collectQueue: sqs.Queue;

  /** Parts that could not be collected. */
  public readonly collectDeadLetterQueue: sqs.Queue;

  /** Files all of whose parts have been collected. */
  public readonly finishQueue: sqs.Queue;

  /** Files whose results could not be written. */
  public readonly finishDeadLetterQueue: sqs.Queue;

  /** The function that checks files and writes the input of their jobs. */
  public readonly takeFunction: lambda.Function;

  /** The function that looks at jobs whose state has changed. */
  public readonly kickFunction: lambda.Function;

  /** The function that reads the output of jobs. */
  public readonly collectFunction: lambda.Function;

  /** The function that writes the results of files. */
  public readonly finishFunction: lambda.Function;

  /** The function that pauses, resumes, cancels, retries and enqueues files. */
  public readonly changeFunction: lambda.Function;

  /** The function that looks at all open files, every five minutes. */
  public readonly sweepFunction: lambda.Function;

  /** Ring when messages are dead letters or late, and when the sweep fails for a quarter of an hour. */
  public readonly alarms: cloudwatch.Alarm[];

  /** The page in CloudWatch; undefined where `dashboard` is false. */
  public readonly dashboard?: cloudwatch.Dashboard;

  public constructor(scope: Construct, id: string, props: BatchQueueProps = {}) {
    super(scope, id);
    checkProps(props);
    const families = bundleFamilies(props.families);
    this.families = toldFamilies(families);
    const hours = jobHours('bedrockBatchInferenceTimeout', props.bedrockBatchInferenceTimeout);
    const stack = Stack.of(this);
    const models = props.models === undefined ? everyModel(stack) : modelArns(stack, props.models);
    this.bucket = props.bucket ?? new RunBucket(this, 'Bucket', { bucketName: props.bucketName, tellsOfObjects: true });
    this.table = props.ledger?.table ?? props.table ?? new LedgerTable(this, 'Ledger');
    claimBucket(this, this.bucket, this.table);
    this.bedrockRole = props.bedrockRole ?? jobRole(this, 'BedrockRole', this.bucket, models);
    this.notificationTopic = props.notificationTopic ?? new NotificationTopic(this, 'Notifications');
    const queues: FileQueues = {
      intake: new WorkQueue(this, 'Intake', { timeout: longTimeout }),
      kicks: new WorkQueue(this, 'Kicks', { timeout: kickTimeout }),
      collections: new WorkQueue(this, 'Collections', { timeout: longTimeout }),
      finishes: new WorkQueue(this, 'Finishes', { timeout: longTimeout }),
    };
    const functions = new FileFunctions(this, 'Functions', {
      environment: {
        BUCKET_NAME: this.bucket.bucketName,
        LEDGER_TABLE: this.table.tableName,
        BEDROCK_ROLE_ARN: this.bedrockRole.roleArn,
        INTAKE_QUEUE_URL: queues.intake.queue.queueUrl,
        COLLECT_QUEUE_URL: queues.collections.queue.queueUrl,
        FINISH_QUEUE_URL: queues.finishes.queue.queueUrl,
        NOTIFICATION_TOPIC_ARN: this.notificationTopic.topicArn,
        JOB_TIMEOUT_HOURS: String(hours),
        ...(props.modelId !== undefined && { MODEL_ID: props.modelId }),
        ...numbersOf({
          MAX_RECORDS_PER_JOB: props.maxRecordsPerJob,
          MAX_SUBMITTED_AND_IN_PROGRESS_JOBS: props.maxSubmittedAndInProgressJobs,
        }),
      },
      names: props.functionNames,
      families,
      preprocessMemory: props.preprocessFunctionMemoryMb,
      postprocessMemory: props.postprocessFunctionMemoryMb,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
    });
    grantFiles(functions, {
      bucket: this.bucket,
      table: this.table,
      intakeQueue: queues.intake.queue,
      collectQueue: queues.collections.queue,
      finishQueue: queues.finishes.queue,
      topic: this.notificationTopic,
      bedrockRole: this.bedrockRole,
      modelArns: models,
    });
    const maxConcurrency = props.maxConcurrentFiles ?? 10;
    queues.intake.feed(functions.take, { batchSize: 1, maxConcurrency });
    queues.kicks.feed(functions.kick, { batchSize: 10, maxConcurrency: 5 });
    queues.collections.feed(functions.collect, { batchSize: 1, maxConcurrency: props.maxConcurrentCollections ?? 10 });
    queues.finishes.feed(functions.finish, { batchSize: 1, maxConcurrency });
    new FileEvents(this, 'Files', { bucket: this.bucket, intake: queues.intake });
    new JobEvents(this, 'Events', { kicks: queues.kicks, sweep: functions.sweep });
    this.alarms = new QueueAlarms(this, 'Alarms', { functions, queues, topic: this.notificationTopic }).all;
    if (props.dashboard !== false) {
      const { bucketName } = this.bucket;
      this.dashboard = new QueueDashboard(this, 'Dashboard', { functions, queues, bucketName, alarms: this.alarms });
    }

    this.intakeQueue = queues.intake.queue;
    this.intakeDeadLetterQueue = queues.intake.deadLetters;
    this.kickQueue = queues.kicks.queue;
    this.kickDeadLetterQueue = queues.kicks.deadLetters;
    this.collectQueue = queues.collections.queue;
    this.collectDeadLetterQueue = queues.collections.deadLetters;
    this.finishQueue = queues.finishes.queue;
    this.finishDeadLetterQueue = queues.finishes.deadLetters;
    this.takeFunction = functions.take;
    this.kickFunction = functions.kick;
    this.collectFunction = functions.collect;
    this.finishFunction = functions.finish;
    this.changeFunction = functions.change;
    this.sweepFunction = functions.sweep;
    explainWildcards(this);
  }

  /** A state of a state machine that puts a file into the queue and waits until it has come to its end. */
  public enqueueTask(scope: Construct, id: string, props: BatchQueueEnqueueProps): BatchQueueEnqueue {
    return new BatchQueueEnqueue(scope, id, this, props);
  }

  /** Lets someone pause, resume, cancel, retry and enqueue files, by invoking `changeFunction`. */
  public grantChange(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.changeFunction.functionArn],
    });
  }

  /** Lets files be enqueued that lie in another bucket, below a prefix. */
  public readFrom(bucket: s3.IBucket, prefix: string = ''): void {
    const functions = [this.takeFunction, this.changeFunction];
    grantReading(this, `ReadFrom${bucket.node.addr}`, { bucket, prefix, functions });
  }

  /** Lets results be written to another bucket, below a prefix. */
  public writeTo(bucket: s3.IBucket, prefix: string = ''): void {
    const functions = [this.takeFunction, this.finishFunction];
    grantWriting(this, `WriteTo${bucket.node.addr}`, { bucket, prefix, functions });
  }
}
