import { Aws, type Duration, aws_iam as iam, type aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { passing } from '../engine/passing';
import { jobHours } from '../props/job-hours';
import type { IBatchQueue } from './i-batch-queue';
import { grantReading, grantWriting } from './other-buckets';
import { heartbeat, silence } from './silence';

/** Which files come before others. */
export enum FilePriority {
  /** Before all others. */
  HIGH = 'high',
  /** As most files. */
  NORMAL = 'normal',
  /** When nothing else waits. */
  LOW = 'low',
}

/** Which file a `BatchQueueEnqueue` puts into the queue. Texts may be paths of the state, such as `JsonPath.stringAt('$.key')`. */
export interface BatchQueueEnqueueProps extends sfn.TaskStateBaseProps {
  /** The key of the file: JSON Lines in Bedrock's batch format. It need not lie below `to-process/`. */
  readonly key: string;

  /**
   * Where the file lies.
   *
   * @default - the bucket of the queue
   */
  readonly bucket?: s3.IBucket;

  /**
   * The model: the id of a model or an inference profile, or its ARN.
   *
   * @default - the default of the queue
   */
  readonly modelId?: string;

  /**
   * How the model is spoken to: the name of a family of the queue's own, or of one that is built in.
   *
   * @default - as the queue knows the model
   */
  readonly family?: string;

  /**
   * The name of the file: its results lie in a folder that is called so.
   *
   * @default - its key, without `to-process/` and without its ending
   */
  readonly name?: string;

  /**
   * Which files come before others: those of a lower priority wait as long as there are others.
   *
   * @default FilePriority.NORMAL
   */
  readonly priority?: FilePriority;

  /**
   * The file's share of the slots among those of its priority: more than 0.
   *
   * @default 1
   */
  readonly weight?: number;

  /**
   * The timeout of a batch inference job of the file: a whole number of hours between 24 hours and 1 week (168 hours).
   *
   * @default - as the queue says
   */
  readonly bedrockBatchInferenceTimeout?: Duration;

  /**
   * Where the results go.
   *
   * @default - below `processed/` in the bucket of the queue
   */
  readonly outputBucket?: s3.IBucket;

  /**
   * The folder in `outputBucket`.
   *
   * @default - none
   */
  readonly outputPrefix?: string;
}

/** Failures of Lambda itself, and functions that were killed: the same file is asked for again, which pays for nothing twice. */
const retried = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
];

/**
 * A state that puts a file into a `BatchQueue` and waits until it has come to its end. Its result is what the queue says of the
 * file; one that has failed or was cancelled is an error, `Failed` or `Stopped`, with the reason.
 */
export class BatchQueueEnqueue extends sfn.TaskStateBase {
  protected readonly taskMetrics: sfn.TaskMetricsConfig | undefined = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[] | undefined;
  readonly #call: { readonly queue: IBatchQueue; readonly file: BatchQueueEnqueueProps };

  public constructor(scope: Construct, id: string, queue: IBatchQueue, props: BatchQueueEnqueueProps) {
    super(scope, id, { ...props, heartbeatTimeout: props.heartbeatTimeout ?? sfn.Timeout.duration(heartbeat) });
    checkFile(props);
    this.#call = { queue, file: props };
    const { takeFunction, finishFunction, changeFunction } = queue;
    this.taskPolicies = [
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [changeFunction.functionArn] }),
    ];
    const { bucket, outputBucket, outputPrefix = '' } = props;
    if (bucket !== undefined) grantReading(this, 'Source', { bucket, prefix: '', functions: [takeFunction, changeFunction] });
    if (outputBucket !== undefined) {
      const prefix = sfn.JsonPath.isEncodedJsonPath(outputPrefix) || outputPrefix === '' ? '' : withSlash(outputPrefix);
      grantWriting(this, 'Results', { bucket: outputBucket, prefix, functions: [takeFunction, finishFunction] });
    }
    this.addRetry({ errors: retried, maxAttempts: 6 });
    this.addRetry(passing);
    this.addRetry(silence);
  }

  /**
   * The task as Amazon States Language.
   *
   * @internal
   */
  protected _renderTask(topLevel?: sfn.QueryLanguage): object {
    const { changeFunction } = this.#call.queue;
    const isJsonata = (this.queryLanguage ?? topLevel) === sfn.QueryLanguage.JSONATA;
    const payload = { ...this.file(), token: isJsonata ? '{% $states.context.Task.Token %}' : sfn.JsonPath.taskToken };
    const call = { FunctionName: changeFunction.functionArn, Payload: payload };
    return {
      Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken`,
      ...(isJsonata ? { Arguments: call } : { Parameters: sfn.FieldUtils.renderObject(call) }),
    };
  }

  private file(): Record<string, unknown> {
    const { queue, file } = this.#call;
    const { outputBucket, outputPrefix, bedrockBatchInferenceTimeout: timeout } = file;
    return {
      do: 'enqueue',
      bucket: (file.bucket ?? queue.bucket).bucketName,
      key: file.key,
      ...(file.modelId !== undefined && { model_id: file.modelId }),
      ...(file.family !== undefined && { family: file.family }),
      ...(file.name !== undefined && { name: file.name }),
      ...(file.priority !== undefined && { priority: file.priority }),
      ...(file.weight !== undefined && { weight: file.weight }),
      ...(timeout !== undefined && { timeout_hours: jobHours('bedrockBatchInferenceTimeout', timeout) }),
      ...(outputBucket !== undefined && { output: { bucket: outputBucket.bucketName, prefix: outputPrefix ?? '' } }),
    };
  }
}

function checkFile(props: BatchQueueEnqueueProps): void {
  const { key, weight, outputBucket, outputPrefix } = props;
  jobHours('bedrockBatchInferenceTimeout', props.bedrockBatchInferenceTimeout);
  if (typeof key !== 'string') throw new Error(`key is ${String(key)}; give the key of a file, or a path of the state`);
  if (weight !== undefined && !(weight > 0)) throw new Error(`weight is ${weight}; give a number above 0`);
  if (outputPrefix !== undefined && outputBucket === undefined) {
    throw new Error('outputPrefix is a folder in outputBucket; give outputBucket too');
  }
}

function withSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
