import type {
  Duration,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_s3 as s3,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import type { IBatchQueue } from '../batch-queue/i-batch-queue';
import type { LogLevel } from '../functions/log-level';

/** What the `modelInput` of a job's records is. */
export enum ModelInvocationType {
  /** The body of InvokeModel, in the model's own words. */
  INVOKE_MODEL = 'InvokeModel',
  /** The body of Converse, the same for every model. */
  CONVERSE = 'Converse',
}

/** Properties of a `BedrockBatchSfn`. */
export interface BedrockBatchSfnProps {
  /** The S3 bucket where the Bedrock batch inference jobs get the input manifests. */
  readonly bedrockBatchInputBucket: s3.IBucket;

  /** The S3 bucket where the Bedrock batch inference jobs store the output; may be the input bucket. */
  readonly bedrockBatchOutputBucket: s3.IBucket;

  /**
   * IAM policy of the role under which Bedrock runs the jobs.
   *
   * It must allow, for the models and inference profiles you plan to use:
   * - bedrock:InvokeModel
   * - bedrock:CreateModelInvocationJob
   *
   * @default - a policy that allows both for `models`, and for all models and inference profiles without `models`
   */
  readonly bedrockBatchPolicy?: iam.IManagedPolicy;

  /**
   * The models that jobs may use: ids of foundation models (`amazon.nova-pro-v1:0`), ids of inference profiles
   * (`us.amazon.nova-pro-v1:0`; also `eu.`, `apac.`, `global.` and so on, with the Regions that they lead to, and all Regions
   * for a geography that this version does not know), or ARNs of
   * either, of application inference profiles and of custom models. Name the model that an application inference profile
   * leads to beside it. A value that is known only at deployment is taken for an ARN.
   *
   * @default - all models and inference profiles
   */
  readonly models?: string[];

  /**
   * The timeout of a batch inference job.
   *
   * A whole number of hours between 24 hours and 1 week (168 hours), known at synthesis.
   *
   * @default Duration.hours(48)
   */
  readonly timeout?: Duration;

  /**
   * JSONPath expression to select part of the state to be the input to this state.
   *
   * Input schema:
   * ```
   * {
   *   "job_name": string,        // Required. Name of the batch inference job
   *   "manifest_keys": string[],    // Required. List of S3 keys of the input manifest files
   *   "model_id": string        // Required. Model ID to use.
   * }
   * ```
   *
   * @default - the entire state input (JSON path '$')
   */
  readonly inputPath?: string;

  /**
   * JSONPath expression to indicate where to inject the state's output.
   *
   * May also be the special value JsonPath.DISCARD, which will cause the state's input to become its output.
   *
   * Output schema, one object for each manifest in their order:
   * ```
   * [{
   *   "status": string,        // One of: "Completed" or "PartiallyCompleted"
   *   "bucket": string,        // S3 bucket where the output is stored
   *   "keys": string[]         // S3 keys of the output files
   * }]
   * ```
   *
   * @default - replaces the entire input with the result (JSON path '$')
   */
  readonly resultPath?: string;

  /**
   * How many jobs may be open at once in one execution, from 1. Step Functions itself runs at most 40.
   *
   * @default - no limit but that of Step Functions
   */
  readonly maxConcurrency?: number;

  /**
   * How many jobs of one execution may end without success before the fragment fails. A tolerated job stands in the output
   * with its `status`, `error` and `cause`.
   *
   * @default 0
   */
  readonly toleratedFailure?: number;

  /**
   * What the records of the manifests hold.
   *
   * @default ModelInvocationType.INVOKE_MODEL
   */
  readonly modelInvocationType?: ModelInvocationType;

  /**
   * The key that encrypts the jobs' output.
   *
   * @default - an AWS managed key
   */
  readonly outputEncryptionKey?: kms.IKey;

  /**
   * The VPC in which Bedrock reads and writes S3.
   *
   * @default - no VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the jobs, at most 16.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the jobs, at most 5.
   *
   * @default - a new one that lets everything out
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Tags of the jobs, at most 50.
   *
   * @default - none
   */
  readonly jobTags?: { [key: string]: string };

  /**
   * The account that owns the input bucket, when it is another.
   *
   * @default - this account
   */
  readonly inputBucketOwner?: string;

  /**
   * The account that owns the output bucket, when it is another.
   *
   * @default - this account
   */
  readonly outputBucketOwner?: string;

  /**
   * Where the manifests lie in the input bucket: Bedrock may read below it only. Manifest keys are given whole all the same.
   * Ends in a slash; a `*` is refused, since policies take it for every folder.
   *
   * @default - the whole bucket
   */
  readonly inputPrefix?: string;

  /**
   * Where the output lies in the output bucket: below `<outputPrefix><job_name>/`. Ends in a slash; a `*` is refused, since
   * policies take it for every folder. A value that is known only at deployment is not looked at.
   *
   * @default 'output/'
   */
  readonly outputPrefix?: string;

  /**
   * The query language of the fragment's states. Only for a fragment inside a Parallel or Map state of a state machine that
   * speaks JSONata, where synthesis fails without it; elsewhere the fragment speaks what its state machine speaks.
   *
   * @default - that of the state machine
   */
  readonly queryLanguage?: sfn.QueryLanguage;

  /**
   * How long the logs of both functions are kept. The event handler is shared by the fragments of a stack; they must agree.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What the functions log. The fragments of a stack must agree.
   *
   * @default LogLevel.INFO
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether X-Ray traces the functions. The fragments of a stack must agree.
   *
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * A queue through which the manifests go: their jobs share its slots with all of its other files, are as many as a manifest needs,
   * and what failed for a passing reason is sent again. What the jobs are like is said by the queue then, and the props of jobs here
   * are refused. The output of a manifest lies below `<outputPrefix><job_name>/<index>/`; one that was asked for with the same content,
   * model and place before is not paid for again.
   *
   * @default - the fragment creates its jobs itself
   */
  readonly queue?: IBatchQueue;

  /**
   * How often the event handler looks at all open jobs, for events that were lost: a whole number of minutes, from 1 minute
   * to 1 hour. The fragments of a stack must agree.
   *
   * @default Duration.minutes(5)
   */
  readonly sweepInterval?: Duration;
}
