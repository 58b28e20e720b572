import {
  aws_cloudwatch as cloudwatch,
  type aws_dynamodb as dynamodb,
  aws_iam as iam,
  type aws_lambda as lambda,
  aws_stepfunctions as sfn,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IBatchQueue } from '../batch-queue/i-batch-queue';
import { explainWildcards } from '../nag/nag-suppressions';
import { BatchEvaluateMap } from './batch-evaluate-map';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';
import { refuseCounts } from './job-request';
import { inputPathOf, resultPathOf } from './json-path';
import { metricNamespace } from './metric-namespace';
import { grantJobCreation, grantJobList, jobArns, type OwnJobs, ownJobs } from './own-jobs';
import { refuseOtherKinds } from './prop-kinds';
import { queuedJobs } from './queued-jobs';

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

  private readonly own?: OwnJobs;

  public constructor(parent: Construct, id: string, props: BedrockBatchSfnProps) {
    super(parent, id);
    refuseOtherKinds(props);
    refuseCounts(props);
    const { queue } = props;
    this.own = queue === undefined ? ownJobs(this, props) : undefined;
    const jobs = this.own ?? queuedJobs(this, queue as IBatchQueue, props);
    const map = new BatchEvaluateMap(this, 'BatchEvaluateMap', {
      inputPath: inputPathOf(props.inputPath),
      resultPath: resultPathOf(props.resultPath),
      maxConcurrency: props.maxConcurrency,
      queryLanguage: props.queryLanguage,
      task: jobs.task,
    });
    this.startState = map;
    this.endStates = map.endStates;
    explainWildcards(this);
  }

  /** The role under which Bedrock runs the jobs. Throws with `queue`, as all below do: what jobs need is the queue's then. */
  public get role(): iam.Role {
    return this.ownJobs('role').role;
  }

  /** The function that creates the jobs. */
  public get createFunction(): lambda.Function {
    return this.ownJobs('createFunction').createFunction;
  }

  /** The function that answers the tasks whose jobs have ended, shared by the fragments of a stack. */
  public get eventHandler(): lambda.Function {
    return this.ownJobs('eventHandler').events.function;
  }

  /** The table of tasks that wait, shared by the fragments of a stack. */
  public get table(): dynamodb.Table {
    return this.ownJobs('table').events.table;
  }

  /** Events that the event handler could not handle, shared by the fragments of a stack. */
  public get deadLetterQueue(): sqs.Queue {
    return this.ownJobs('deadLetterQueue').events.deadLetterQueue;
  }

  /** Rings when an event lies in the dead-letter queue. */
  public get alarm(): cloudwatch.Alarm {
    return this.ownJobs('alarm').events.alarm;
  }

  /** Rings when the event handler fails for a quarter of an hour. */
  public get errorAlarm(): cloudwatch.Alarm {
    return this.ownJobs('errorAlarm').events.errorAlarm;
  }

  /**
   * Lets someone else work with batch inference jobs as this construct does: create jobs with its models under its role, look
   * at jobs, and stop them. Access to the buckets is for the buckets to grant.
   */
  public grantBatchInference(grantee: iam.IGrantable): iam.Grant {
    return grantJobCreation(this.ownJobs('role'), grantee)
      .combine(
        iam.Grant.addToPrincipal({
          grantee,
          actions: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'],
          resourceArns: [jobArns(this)],
        }),
      )
      .combine(grantJobList(grantee));
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

  /** Throws where the jobs are a queue's. */
  private ownJobs(what: string): OwnJobs {
    if (this.own !== undefined) return this.own;
    throw new Error(`${this.node.path} has no ${what}: its jobs go through a queue, which has its own; ask the queue`);
  }
}
