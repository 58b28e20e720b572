import {
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  RemovalPolicy,
  Stack,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { suppressNag } from '../nag/nag-suppressions';
import { definition } from './definition';

/** What the state machine calls, and what is kept of its executions. */
export interface RunMachineProps {
  readonly prepare: lambda.IFunction;
  readonly follow: lambda.IFunction;
  readonly export: lambda.IFunction;
  readonly logRetention?: logs.RetentionDays;
  readonly tracing?: lambda.Tracing;
}

/** The state machine whose executions are runs. */
export class RunMachine extends sfn.StateMachine {
  public constructor(scope: Construct, id: string, props: RunMachineProps) {
    const arns = {
      prepare: props.prepare.functionArn,
      follow: props.follow.functionArn,
      export: props.export.functionArn,
    };
    const isTraced = props.tracing === lambda.Tracing.ACTIVE;
    super(scope, id, {
      comment: 'Runs datasets through models of Amazon Bedrock by batch inference',
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(scope).toJsonString(definition(arns))),
      stateMachineType: sfn.StateMachineType.STANDARD,
      tracingEnabled: isTraced,
      logs: {
        destination: new logs.LogGroup(scope, `${id}Logs`, {
          retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: sfn.LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    // the functions themselves and no versions of them, which is all that the definition calls
    this.addToRolePolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(arns) }));
    this.explain(isTraced);
  }

  private explain(isTraced: boolean): void {
    const machine = this.node.defaultChild as sfn.CfnStateMachine;
    const errors =
      'Errors are logged, and not the input of executions, which may hold prompts; Step Functions keeps their history';
    suppressNag(machine, 'AwsSolutions-SF1', errors);
    if (!isTraced) suppressNag(machine, 'AwsSolutions-SF2', 'X-Ray is an option of the construct (tracing)');
  }
}
