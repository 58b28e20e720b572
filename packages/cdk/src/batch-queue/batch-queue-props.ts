import type {
  Duration,
  aws_dynamodb as dynamodb,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  StackProps,
  aws_s3 as s3,
  aws_sns as sns,
} from 'aws-cdk-lib';
import type { IBatchLedger } from '../batch-ledger';
import type { LogLevel } from '../functions/log-level';

/** Names of the functions of a `BatchQueue`, where they are not to be made up by CloudFormation. */
export interface BatchQueueFunctionNames {
  /**
   * Of the function that checks files and makes jobs of them.
   *
   * @default - made up by CloudFormation
   */
  readonly takeFile?: string;

  /**
   * Of the function that looks at jobs whose state has changed.
   *
   * @default - made up by CloudFormation
   */
  readonly kickJob?: string;

  /**
   * Of the function that reads the output of jobs.
   *
   * @default - made up by CloudFormation
   */
  readonly collectPart?: string;

  /**
   * Of the function that writes the results of files.
   *
   * @default - made up by CloudFormation
   */
  readonly finishFile?: string;

  /**
   * Of the function that pauses, resumes, cancels, retries and enqueues files.
   *
   * @default - made up by CloudFormation
   */
  readonly changeFile?: string;

  /**
   * Of the function that looks at all open files, every five minutes.
   *
   * @default - made up by CloudFormation
   */
  readonly sweepRuns?: string;
}

/** Properties of a `BatchQueue`. */
export interface BatchQueueProps {
  /**
   * Where files are put, runs are kept and results are written. It must tell EventBridge of its objects
   * (`bucket.enableEventBridgeNotification()`); keys below `to-process/`, `processed/`, `failed/` and `runs/` are the queue's.
   *
   * @default - a new bucket that outlives the stack: encrypted, versioned, without public access, for TLS only
   */
  readonly bucket?: s3.IBucket;

  /**
   * The name of the new bucket.
   *
   * @default - made up by CloudFormation
   */
  readonly bucketName?: string;

  /**
   * Names of the functions.
   *
   * @default - made up by CloudFormation
   */
  readonly functionNames?: BatchQueueFunctionNames;

  /**
   * The model of files whose key names none: the id of a model or an inference profile, or its ARN.
   *
   * @default - every file has to name its model: `to-process/<model id>/<path>.jsonl`
   */
  readonly modelId?: string;

  /**
   * The models that jobs may use: ids of foundation models (`amazon.nova-pro-v1:0`), ids of inference profiles
   * (`us.amazon.nova-pro-v1:0`), or ARNs of either, of application inference profiles and of custom models. Name the model that
   * an application inference profile leads to beside it.
   *
   * @default - all models and inference profiles
   */
  readonly models?: string[];

  /**
   * Families of your own (`docs/families.md`): paths of modules, from the folder of the app. Each is bundled into the functions that
   * speak to models, with what it imports; a file names one by its metadata `batchrock-family`, and a model
   * that is not known is spoken to by the only one. A module that imports others needs esbuild in the project.
   *
   * @default - the families that are built in
   */
  readonly families?: string[];

  /**
   * The role under which Bedrock runs the jobs. It must read `runs/*` and write `runs/*` in the bucket, and may be taken by Bedrock.
   *
   * @default - a new role, for batch jobs of this account and Region, with `models`
   */
  readonly bedrockRole?: iam.IRole;

  /**
   * The ledger of the files, shared with other constructs: their runs and these files share the slots of each model.
   *
   * @default - a ledger of its own: slots are shared between the files of this queue alone
   */
  readonly ledger?: IBatchLedger;

  /**
   * The same as a table with the key and the indexes of one that a `BatchQueue` made. Give this or `ledger`.
   *
   * @default - a new table that outlives the stack, billed by request, with point-in-time recovery
   */
  readonly table?: dynamodb.ITable;

  /**
   * How many jobs of a model may be submitted and in progress at once: at most the account's quota, less what others of the
   * account use of it.
   *
   * @default - the quota that new accounts have for the model
   */
  readonly maxSubmittedAndInProgressJobs?: number;

  /**
   * The timeout of a batch inference job: a whole number of hours between 24 hours and 1 week (168 hours).
   *
   * @default Duration.hours(24)
   */
  readonly bedrockBatchInferenceTimeout?: Duration;

  /**
   * How many records a job has at most.
   *
   * @default - as many as make the file end soonest within Bedrock's limits
   */
  readonly maxRecordsPerJob?: number;

  /**
   * Memory in MB of the function that reads files and writes the input of jobs, from 512 to 10240.
   *
   * @default 3008
   */
  readonly preprocessFunctionMemoryMb?: number;

  /**
   * Memory in MB of the functions that read the output of jobs and write results, from 512 to 10240.
   *
   * @default 3008
   */
  readonly postprocessFunctionMemoryMb?: number;

  /**
   * How many files are taken in at once, and how many are finished at once, from 2 to 1000: each takes one of the account's
   * concurrent executions of Lambda.
   *
   * @default 10
   */
  readonly maxConcurrentFiles?: number;

  /**
   * How many parts are collected at once, from 2 to 1000: each takes one of the account's concurrent executions of Lambda.
   *
   * @default 10
   */
  readonly maxConcurrentCollections?: number;

  /**
   * Told of each file that has come to its end, when an alarm rings, and when it ends.
   *
   * @default - a new topic, for TLS only
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Whether there is a dashboard in CloudWatch.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * How long the logs of the functions are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The least that the functions log.
   *
   * @default LogLevel.INFO
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether X-Ray traces the functions.
   *
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;
}

/**
 * Properties of a `BatchQueueStack`: those of a stack, and those of its queue. Without `modelId` and `bedrockRole`, the template
 * has the parameters `ModelId` and `RoleArn` in their place.
 */
export interface BatchQueueStackProps extends StackProps, BatchQueueProps {}
