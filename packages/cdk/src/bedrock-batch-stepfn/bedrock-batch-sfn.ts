import {
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_dynamodb as dynamodb,
  aws_iam as iam,
  type aws_lambda as lambda,
  Stack,
  aws_stepfunctions as sfn,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BatchRole, bedrock } from '../bedrock/batch-role';
import { inferencePolicy } from '../bedrock/inference-policy';
import { everyModel, modelArns } from '../bedrock/model-arns';
import { HandlerFunction } from '../functions/handler-function';
import { explainWildcards } from '../nag/nag-suppressions';
import { BatchEvaluateMap } from './batch-evaluate-map';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';
import { CreateJobTask } from './create-job-task';
import { EventHandler } from './event-handler';
import { jobRequest } from './job-request';
import { inputPathOf, resultPathOf } from './json-path';
import { keyPrefix } from './key-prefix';
import { metricNamespace } from './metric-namespace';
import { refuseOtherKinds } from './prop-kinds';
import { timeoutHours } from './timeout';

/**
 * A state machine fragment that creates Bedrock batch inference jobs, one for each manifest, and waits for their completion.
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
 * Output schema, one object for each manifest in their order:
 * ```
 * [{
 *   "status": string,        // Status of the batch job. One of: "Completed" or "PartiallyCompleted"
 *   "bucket": string,        // S3 bucket where the output is stored
 *   "keys": string[]         // S3 keys of the output files
 * }]
 * ```
 * Beside these stand `job_arn`, `job_name`, `manifest_key`, `model_id`, `record_counts` and `token_counts`. An output too
 * large for the state machine has `keys_location` and `key_count` in place of `keys`.
 *
 * Error schema, as a catch added to an end state hands it on:
 * ```
 * {
 *   "status": string,        // One of: "Failed", "Stopped", or "Expired"
 *   "error": string,         // Error code
 *   "cause": string          // Error message
 * }
 * ```
 */
export class BedrockBatchSfn extends sfn.StateMachineFragment {
  /** The state that runs a job for each manifest. */
  public readonly startState: sfn.State;

  /** The same state; add catches and retries to it. */
  public readonly endStates: sfn.INextable[];

  /** The role under which Bedrock runs the jobs. */
  public readonly role: iam.Role;

  /** The function that creates the jobs. */
  public readonly createFunction: lambda.Function;

  /** The function that answers the tasks whose jobs have ended, shared by the fragments of a stack. */
  public readonly eventHandler: lambda.Function;

  /** The table of tasks that wait, shared by the fragments of a stack. */
  public readonly table: dynamodb.Table;

  /** Events that the event handler could not handle, shared by the fragments of a stack. */
  public readonly deadLetterQueue: sqs.Queue;

  /** Rings when an event lies in the dead-letter queue. */
  public readonly alarm: cloudwatch.Alarm;

  /** Rings when the event handler fails for a quarter of an hour. */
  public readonly errorAlarm: cloudwatch.Alarm;

  private readonly modelArns: string[];

  public constructor(parent: Construct, id: string, props: BedrockBatchSfnProps) {
    super(parent, id);
    refuseOtherKinds(props);
    const hours = timeoutHours(props.timeout);
    const outputPrefix = keyPrefix(this, 'outputPrefix', props.outputPrefix ?? 'output/');
    const inputPrefix = keyPrefix(this, 'inputPrefix', props.inputPrefix ?? '');
    const stack = Stack.of(this);
    this.modelArns = props.models === undefined ? everyModel(stack) : modelArns(stack, props.models);
    const { subnets, ...request } = jobRequest(this, props);
    const events = EventHandler.of(this, props);
    this.eventHandler = events.function;
    this.table = events.table;
    this.deadLetterQueue = events.deadLetterQueue;
    this.alarm = events.alarm;
    this.errorAlarm = events.errorAlarm;

    this.role = new BatchRole(this, 'BedrockBatchRole', {
      policy: props.bedrockBatchPolicy ?? inferencePolicy(this, this.modelArns),
      inputBucket: props.bedrockBatchInputBucket,
      inputPrefix,
      outputBucket: props.bedrockBatchOutputBucket,
      outputPrefix,
      outputKey: props.outputEncryptionKey,
      subnets,
    });
    this.createFunction = new HandlerFunction(this, 'CreateModelInvocationJobFunction', {
      handler: 'create-model-invocation-job',
      description: 'Creates Amazon Bedrock batch inference jobs',
      timeout: Duration.seconds(60),
      environment: { WAITER_TABLE: this.table.tableName },
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
    });
    this.grantCreate(events, props.jobTags !== undefined);
    this.grantAnswer(events, props, outputPrefix);

    const map = new BatchEvaluateMap(this, 'BatchEvaluateMap', {
      inputPath: inputPathOf(props.inputPath),
      resultPath: resultPathOf(props.resultPath),
      maxConcurrency: props.maxConcurrency,
      queryLanguage: props.queryLanguage,
      task: (names) =>
        new CreateJobTask(this, 'CreateModelInvocationJobTask', {
          names,
          createFunction: this.createFunction,
          roleArn: this.role.roleArn,
          inputBucketName: props.bedrockBatchInputBucket.bucketName,
          outputBucketName: props.bedrockBatchOutputBucket.bucketName,
          outputPrefix,
          timeoutHours: hours,
          toleratedFailure: props.toleratedFailure,
          queryLanguage: props.queryLanguage,
          ...request,
        }),
    });
    this.startState = map;
    this.endStates = map.endStates;
    explainWildcards(this);
  }

  /**
   * Lets someone else work with batch inference jobs as this construct does: create jobs with its models under its role, look
   * at jobs, and stop them. Access to the buckets is for the buckets to grant.
   */
  public grantBatchInference(grantee: iam.IGrantable): iam.Grant {
    return this.grantJobCreation(grantee)
      .combine(
        iam.Grant.addToPrincipal({
          grantee,
          actions: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'],
          resourceArns: [this.jobArns()],
        }),
      )
      .combine(this.grantJobList(grantee));
  }

  /** A metric of the event handler of the stack: its name, as in `metricJobsEnded` and its like. */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { FunctionName: this.eventHandler.functionName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  /** How many jobs ended with a status, such as Completed, PartiallyCompleted, Failed, Stopped or Expired; all without one. */
  public metricJobsEnded(status?: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = { FunctionName: this.eventHandler.functionName, ...(status === undefined ? {} : { Status: status }) };
    return this.metric('JobsEnded', { dimensionsMap, ...props });
  }

  /** How many records were answered. */
  public metricRecordsSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('RecordsSucceeded', props);
  }

  /** How many records ended in an error. */
  public metricRecordsFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('RecordsFailed', props);
  }

  /** How many tokens the models read. */
  public metricInputTokens(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('InputTokens', props);
  }

  /** How many tokens the models wrote. */
  public metricOutputTokens(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('OutputTokens', props);
  }

  /** How many jobs were stopped because their execution had ended without them. */
  public metricJobsAbandoned(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('JobsAbandoned', props);
  }

  /** How many tasks a sweep answered, and no event. */
  public metricSweepAnswered(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('SweepAnswered', props);
  }

  private grantCreate(events: EventHandler, tagged: boolean): void {
    this.grantJobCreation(this.createFunction);
    this.grantJobList(this.createFunction);
    if (tagged) {
      iam.Grant.addToPrincipal({
        grantee: this.createFunction,
        actions: ['bedrock:TagResource'],
        resourceArns: [this.jobArns()],
      });
    }
    events.table.grantCreation(this.createFunction);
  }

  /** What the event handler needs of this fragment: the output, and a place for answers that no state machine could hold. */
  private grantAnswer(events: EventHandler, props: BedrockBatchSfnProps, outputPrefix: string): void {
    const bucket = props.bedrockBatchOutputBucket;
    events.addBatchRole(this.role);
    // plain, as the original: jobs that it began, or that began before outputPrefix changed, lie elsewhere in the bucket
    bucket.grantRead(events);
    bucket.grantPut(events, `${outputPrefix}*/answers/*`);
    props.outputEncryptionKey?.grantDecrypt(events);
  }

  private grantJobCreation(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['bedrock:CreateModelInvocationJob'],
      resourceArns: [this.jobArns(), ...this.modelArns],
    }).combine(
      iam.Grant.addToPrincipal({
        grantee,
        actions: ['iam:PassRole'],
        resourceArns: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': bedrock } },
      }),
    );
  }

  /** Listing knows no resource. */
  private grantJobList(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['bedrock:ListModelInvocationJobs'], resourceArns: ['*'] });
  }

  private jobArns(): string {
    return Stack.of(this).formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
  }
}
