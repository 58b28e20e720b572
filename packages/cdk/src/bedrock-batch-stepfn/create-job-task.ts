import { Duration, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { faultsOfMachines } from './machines-around';
import { crashes, lambdaFailures, ManifestTask, quoted } from './manifest-task';
import type { StateNames } from './state-names';

/** What the task asks of Bedrock, beside what stands in the execution's input. */
export interface CreateJobTaskProps {
  readonly names: StateNames;
  readonly createFunction: lambda.IFunction;
  readonly roleArn: string;
  readonly inputBucketName: string;
  readonly outputBucketName: string;
  readonly outputPrefix: string;
  readonly timeoutHours: number;
  readonly toleratedFailure?: number;
  readonly queryLanguage?: sfn.QueryLanguage;
  /** Further members of Bedrock's request, and of its two data configurations. */
  readonly request?: Record<string, unknown>;
  readonly inputConfig?: Record<string, unknown>;
  readonly outputConfig?: Record<string, unknown>;
}

/**
 * Hours beyond Bedrock's own timeout before Step Functions gives a job up. Bedrock counts from the submission, which is
 * later than the start of the task, and its end takes the event or a sweep to arrive; six hours outlast an outage of those.
 */
const heartbeatSlackHours = 6;

/** What passes by waiting: a full quota of jobs, throttling, and services that are out for a while. */
const busy = [
  'ServiceQuotaExceededException',
  'ThrottlingException',
  'TooManyRequestsException',
  'Lambda.TooManyRequestsException',
  'ConflictException',
  'InternalServerException',
  'ServiceUnavailableException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'TimeoutError',
  'NetworkingError',
];

/** The task that asks the create function for one job and waits for its token to be answered. */
export class CreateJobTask extends ManifestTask {
  private readonly job: CreateJobTaskProps;
  private speaksJsonPath = false;

  public constructor(scope: Construct, id: string, props: CreateJobTaskProps) {
    const { names, createFunction: worker, queryLanguage } = props;
    const heartbeatTimeout = sfn.Timeout.duration(Duration.hours(props.timeoutHours + heartbeatSlackHours));
    super(scope, id, { names, worker, heartbeatTimeout, queryLanguage });
    this.job = props;
    scope.node.addValidation({ validate: () => faultsOfMachines(scope, worker.functionArn, this.speaksJsonPath) });
    this.addRetry({ errors: lambdaFailures, interval: Duration.seconds(2), maxAttempts: 6, backoffRate: 2 });
    this.addRetry({ errors: crashes, interval: Duration.seconds(2), maxAttempts: 6, backoffRate: 2 });
    this.addRetry({
      errors: busy,
      interval: Duration.seconds(60),
      maxDelay: Duration.minutes(30),
      backoffRate: 2,
      jitterStrategy: sfn.JitterType.FULL,
      maxAttempts: 60,
    });
  }

  protected payload(isJsonata: boolean): object {
    this.speaksJsonPath = !isJsonata;
    return isJsonata ? this.jsonataPayload() : this.jsonPathPayload();
  }

  private jsonPathPayload(): object {
    const { job } = this;
    return {
      'jobName.$': "States.Format('{}{}', $.job_name, $.index)",
      roleArn: job.roleArn,
      'modelId.$': '$.model_id',
      inputDataConfig: {
        s3InputDataConfig: {
          's3Uri.$': `States.Format('s3://${job.inputBucketName}/{}', $.manifest_key)`,
          ...job.inputConfig,
        },
      },
      outputDataConfig: {
        s3OutputDataConfig: {
          's3Uri.$': `States.Format('s3://${job.outputBucketName}/${quoted(job.outputPrefix, "\\'")}{}/', $.job_name)`,
          ...job.outputConfig,
        },
      },
      timeoutDurationInHours: job.timeoutHours,
      ...job.request,
      batch: {
        'execution.$': '$$.Execution.Id',
        'entered.$': '$.entered',
        'index.$': '$.index',
        'jobName.$': '$.job_name',
        'manifestKey.$': '$.manifest_key',
        'manifestCount.$': '$.manifest_count',
        ...(job.toleratedFailure !== undefined && {
          toleratedFailure: job.toleratedFailure,
          'taskEntered.$': '$$.State.EnteredTime',
        }),
      },
      'TaskToken.$': '$$.Task.Token',
    };
  }

  private jsonataPayload(): object {
    const { job } = this;
    return {
      jobName: '{% $states.input.job_name & $string($states.input.index) %}',
      roleArn: job.roleArn,
      modelId: '{% $states.input.model_id %}',
      inputDataConfig: {
        s3InputDataConfig: {
          s3Uri: `{% 's3://${job.inputBucketName}/' & $states.input.manifest_key %}`,
          ...job.inputConfig,
        },
      },
      outputDataConfig: {
        s3OutputDataConfig: {
          s3Uri: `{% 's3://${job.outputBucketName}/${quoted(job.outputPrefix, '\\u0027')}' & $states.input.job_name & '/' %}`,
          ...job.outputConfig,
        },
      },
      timeoutDurationInHours: job.timeoutHours,
      ...job.request,
      batch: {
        execution: '{% $states.context.Execution.Id %}',
        entered: '{% $states.input.entered %}',
        index: '{% $states.input.index %}',
        jobName: '{% $states.input.job_name %}',
        manifestKey: '{% $states.input.manifest_key %}',
        manifestCount: '{% $states.input.manifest_count %}',
        ...(job.toleratedFailure !== undefined && {
          toleratedFailure: job.toleratedFailure,
          taskEntered: '{% $states.context.State.EnteredTime %}',
        }),
      },
      TaskToken: '{% $states.context.Task.Token %}',
    };
  }
}
