import { Duration, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { heartbeat, silence } from '../batch-queue/silence';
import { passing } from '../engine/passing';
import { faultsOfMachines } from './machines-around';
import { crashes, lambdaFailures, ManifestTask, quoted } from './manifest-task';
import type { StateNames } from './state-names';

/** Which manifests are enqueued, and where their output goes. */
export interface EnqueueManifestTaskProps {
  readonly names: StateNames;
  readonly changeFunction: lambda.IFunction;
  readonly inputBucketName: string;
  readonly outputBucketName: string;
  readonly outputPrefix: string;
  readonly queryLanguage?: sfn.QueryLanguage;
}

/** The task that puts one manifest into a queue and waits for its token to be answered, which the queue does when all is done. */
export class EnqueueManifestTask extends ManifestTask {
  private readonly manifest: EnqueueManifestTaskProps;

  public constructor(scope: Construct, id: string, props: EnqueueManifestTaskProps) {
    const { names, changeFunction: worker, queryLanguage } = props;
    super(scope, id, { names, worker, heartbeatTimeout: sfn.Timeout.duration(heartbeat), queryLanguage });
    this.manifest = props;
    // the function is called by other machines too, in languages of theirs
    scope.node.addValidation({ validate: () => faultsOfMachines(scope, worker.functionArn, false) });
    const errors = [...lambdaFailures, ...crashes, 'Lambda.TooManyRequestsException'];
    this.addRetry({ errors, interval: Duration.seconds(2), maxAttempts: 10, maxDelay: Duration.minutes(5), backoffRate: 2 });
    this.addRetry(passing);
    this.addRetry(silence);
  }

  protected payload(isJsonata: boolean): object {
    return { do: 'enqueue', bucket: this.manifest.inputBucketName, ...(isJsonata ? this.jsonataFile() : this.file()) };
  }

  /** Each manifest has a folder of its own: one folder holds the results of one file. */
  private file(): object {
    const { outputBucketName: bucket, outputPrefix } = this.manifest;
    return {
      'key.$': '$.manifest_key',
      'model_id.$': '$.model_id',
      'name.$': "States.Format('{}/{}', $.job_name, $.index)",
      output: { bucket, 'prefix.$': `States.Format('${quoted(outputPrefix, "\\'")}{}/{}/', $.job_name, $.index)` },
      'token.$': '$$.Task.Token',
    };
  }

  private jsonataFile(): object {
    const { outputBucketName: bucket, outputPrefix } = this.manifest;
    const name = "$states.input.job_name & '/' & $string($states.input.index)";
    return {
      key: '{% $states.input.manifest_key %}',
      model_id: '{% $states.input.model_id %}',
      name: `{% ${name} %}`,
      output: { bucket, prefix: `{% '${quoted(outputPrefix, '\\u0027')}' & ${name} & '/' %}` },
      token: '{% $states.context.Task.Token %}',
    };
  }
}
