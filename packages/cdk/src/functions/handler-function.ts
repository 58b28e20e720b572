import { join } from 'node:path';
import { type Duration, type aws_iam as iam, aws_lambda as lambda, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BundledFamily } from '../families/bundle-family';
import { handlerCode } from '../families/family-code';
import { handlersFolder } from './handlers-folder';
import { LogLevel } from './log-level';

/** What every function has to be told. */
export interface HandlerFunctionProps {
  /** The folder of the bundle below `handlers/`. */
  readonly handler: string;
  /** Made up by CloudFormation where it is absent. */
  readonly functionName?: string;
  readonly description: string;
  readonly timeout: Duration;
  /** MB; default 256. */
  readonly memorySize?: number;
  readonly environment: Record<string, string>;
  /** Of the user's project; they go with what speaks to models. */
  readonly families?: readonly BundledFamily[];
  readonly logRetention?: logs.RetentionDays;
  readonly logLevel?: LogLevel;
  readonly tracing?: lambda.Tracing;
}

// The newest runtime at the time of writing (2026-11). Named here and not taken from the CDK, so that older versions of it do.
const runtime = new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true });

/**
 * A Lambda function from a bundle that this package carries: nothing of it is built at synthesis.
 *
 * It logs to a log group of its own and may write to that group only, in place of the managed policy that may write to all.
 */
export class HandlerFunction extends lambda.Function {
  public constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const code = handlerCode(join(handlersFolder, props.handler), props.handler, props.families ?? []);
    super(scope, id, {
      code: lambda.Code.fromAsset(code.folder),
      functionName: props.functionName,
      handler: 'index.handler',
      description: props.description,
      runtime,
      architecture: lambda.Architecture.ARM_64,
      memorySize: props.memorySize ?? 256,
      timeout: props.timeout,
      environment: { ...props.environment, ...code.environment, LOG_LEVEL: props.logLevel ?? LogLevel.INFO },
      logGroup,
      tracing: props.tracing,
    });
    code.dispose(this);
    logGroup.grantWrite(this);
    const role = this.role?.node.defaultChild as iam.CfnRole;
    role.managedPolicyArns = undefined;
  }
}
