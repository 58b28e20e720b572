import type {
  Duration,
  aws_dynamodb as dynamodb,
  aws_lambda as lambda,
  aws_logs as logs,
  StackProps,
  aws_s3 as s3,
  aws_sns as sns,
} from 'aws-cdk-lib';
import type { IBatchLedger } from '../batch-ledger';
import type { LogLevel } from '../functions/log-level';

/** What the files of results are. */
export enum ResultsFormat {
  /** Apache Parquet, a type for each column. */
  PARQUET = 'parquet',
  /** Comma-separated values; an embedding is a list in its cell. */
  CSV = 'csv',
}

/** Properties of a `BatchOrchestrator`. */
export interface BatchOrchestratorProps {
  /**
   * Where datasets and prompts are read from, runs are kept and results are written. Versions of its objects are worth having;
   * keys below `runs/` and `batch_output_parquet/` are the orchestrator's.
   *
   * @default - a new bucket that outlives the stack: encrypted, versioned, without public access, for TLS only
   */
  readonly bucket?: s3.IBucket;

  /**
   * Other buckets that datasets are read from.
   *
   * @default - datasets lie in `bucket` or on a hub
   */
  readonly datasetBuckets?: s3.IBucket[];

  /**
   * The ledger of the runs, shared with other constructs: their runs and these share the slots of each model.
   *
   * @default - a ledger of its own: slots are shared between the executions of this construct alone
   */
  readonly ledger?: IBatchLedger;

  /**
   * The same as a table with the key and the indexes of one that a `BatchOrchestrator` made. Give this or `ledger`.
   *
   * @default - a new table that outlives the stack, billed by request, with point-in-time recovery
   */
  readonly table?: dynamodb.ITable;

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
   * speak to models, with what it imports; an execution names one by `family`. A module that imports others needs esbuild in the project.
   *
   * @default - the families that are built in
   */
  readonly families?: string[];

  /**
   * How many jobs of a model may be submitted and in progress at once, over all executions: at most the account's quota, less
   * what others of the account use of it.
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
   * Memory in MB of the function that reads datasets and writes the input of jobs, from 512 to 10240.
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
   * How many records a job gets where an execution does not say `max_records_per_job`.
   *
   * @default - as many as make the run end soonest within Bedrock's limits
   */
  readonly maxRecordsPerJob?: number;

  /**
   * How many rows of a dataset are taken where an execution does not say `max_records_total`.
   *
   * @default - all
   */
  readonly maxTotalRecords?: number;

  /**
   * What the files of results are, where an execution does not say `results_format`.
   *
   * @default ResultsFormat.PARQUET
   */
  readonly resultsFormat?: ResultsFormat;

  /**
   * How many parts are collected at once, from 2 to 1000: each takes one of the account's concurrent executions of Lambda.
   *
   * @default 10
   */
  readonly maxConcurrentCollections?: number;

  /**
   * Told when an alarm rings, and when it ends.
   *
   * @default - the alarms have no action
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * How long the logs of the functions and of the state machine are kept.
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
   * Whether X-Ray traces the functions and the state machine.
   *
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;
}

/**
 * Properties of a `BatchOrchestratorStack`: those of a stack, and those of its orchestrator, which come before its context and its
 * environment.
 */
export interface BatchOrchestratorStackProps extends StackProps, BatchOrchestratorProps {}
