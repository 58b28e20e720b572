import { Aws, aws_iam as iam, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StateNames } from './state-names';

/** Which function a task calls, and how the states around it are named. */
export interface ManifestTaskProps {
  readonly names: StateNames;
  readonly worker: lambda.IFunction;
  readonly heartbeatTimeout: sfn.Timeout;
  readonly queryLanguage?: sfn.QueryLanguage;
}

/** Crashes of the function: the same is asked for again under the same token, so soon is safe. */
export const crashes = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError', 'Runtime.OutOfMemory'];

/** Failures of Lambda itself, retried as the CDK's own Lambda task does. */
export const lambdaFailures = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
];

/** A task that tells a function of one manifest and waits for its token to be answered. What is told, each kind says. */
export abstract class ManifestTask extends sfn.TaskStateBase {
  protected readonly taskMetrics: sfn.TaskMetricsConfig;
  protected readonly taskPolicies: iam.PolicyStatement[];
  private readonly names: StateNames;
  private readonly functionArn: string;

  public constructor(scope: Construct, id: string, { names, worker, heartbeatTimeout, queryLanguage }: ManifestTaskProps) {
    super(scope, id, { heartbeatTimeout, queryLanguage });
    this.names = names;
    this.functionArn = worker.functionArn;
    this.taskMetrics = {
      metricPrefixSingular: 'LambdaFunction',
      metricPrefixPlural: 'LambdaFunctions',
      metricDimensions: { LambdaFunctionArn: worker.functionArn },
    };
    // the function itself and no version of it, which is all that the task calls
    this.taskPolicies = [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [worker.functionArn] })];
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
    const call = { FunctionName: this.functionArn, Payload: this.payload(isJsonata) };
    return {
      Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken`,
      ...(isJsonata ? { Arguments: call } : { Parameters: call }),
    };
  }

  protected override whenBoundToGraph(graph: sfn.StateGraph): void {
    this.names.register(graph, () => super.whenBoundToGraph(graph));
  }

  /** What the function is told, in the language of the state. */
  protected abstract payload(isJsonata: boolean): object;
}

/** A prefix inside a literal in single quotes: JSONPath escapes the quotes in it otherwise than JSONata. */
export function quoted(prefix: string, quote: string): string {
  return prefix.replaceAll("'", quote);
}
