import { Aws, Duration, aws_iam as iam, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { heartbeat, silence } from '../batch-queue/silence';
import { crashes, lambdaFailures, quoted } from './create-job-task';
import { faultsOfMachines } from './machines-around';
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
export class EnqueueManifestTask extends sfn.TaskStateBase {
  protected readonly taskMetrics: sfn.TaskMetricsConfig;
  protected readonly taskPolicies: iam.PolicyStatement[];
  private readonly names: StateNames;
  private readonly manifest: EnqueueManifestTaskProps;

  public constructor(scope: Construct, id: string, props: EnqueueManifestTaskProps) {
    super(scope, id, { queryLanguage: props.queryLanguage, heartbeatTimeout: sfn.Timeout.duration(heartbeat) });
    const { functionArn } = props.changeFunction;
    this.names = props.names;
    this.manifest = props;
    this.taskMetrics = {
      metricPrefixSingular: 'LambdaFunction',
      metricPrefixPlural: 'LambdaFunctions',
      metricDimensions: { LambdaFunctionArn: functionArn },
    };
    this.taskPolicies = [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })];
    // the function is called by other machines too, in languages of theirs
    scope.node.addValidation({ validate: () => faultsOfMachines(scope, functionArn, false) });
    const errors = [...lambdaFailures, ...crashes, 'Lambda.TooManyRequestsException'];
    this.addRetry({ errors, interval: Duration.seconds(2), maxAttempts: 10, maxDelay: Duration.minutes(5), backoffRate: 2 });
    this.addRetry(silence);
  }

  public override get stateId(): string {
    return this.names.of(super.stateId);
  }

  public override toStateJson(topLevel?: sfn.QueryLanguage): object {
    this.names.refuseTaken(this.stateId);
    return super.toStateJson(topLevel);
  }

  protected _renderTask(topLevel?: sfn.QueryLanguage): object {
    const isJsonata = (this.queryLanguage ?? topLevel) === sfn.QueryLanguage.JSONATA;
    const { changeFunction, inputBucketName: bucket } = this.manifest;
    const file = isJsonata ? this.jsonataFile() : this.file();
    const call = { FunctionName: changeFunction.functionArn, Payload: { do: 'enqueue', bucket, ...file } };
    return {
      Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken`,
      ...(isJsonata ? { Arguments: call } : { Parameters: call }),
    };
  }

  protected override whenBoundToGraph(graph: sfn.StateGraph): void {
    this.names.register(graph, () => super.whenBoundToGraph(graph));
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
