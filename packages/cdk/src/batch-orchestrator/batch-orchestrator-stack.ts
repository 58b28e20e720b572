import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BatchOrchestrator } from './batch-orchestrator';
import type { BatchOrchestratorStackProps } from './batch-orchestrator-props';
import { contextOf } from './context';

/**
 * A stack with one `BatchOrchestrator`. What its props leave out is taken from the context of the app
 * (`maxSubmittedAndInProgressJobs`, `bedrockBatchInferenceTimeoutHours`, `preprocessFunctionMemoryMb`,
 * `postprocessFunctionMemoryMb`), and from the environment of the synthesis (`MAX_RECORDS_PER_JOB`, `MAX_TOTAL_RECORDS`).
 */
export class BatchOrchestratorStack extends Stack {
  /** The orchestrator. */
  public readonly orchestrator: BatchOrchestrator;

  public constructor(scope: Construct, id: string, props: BatchOrchestratorStackProps = {}) {
    super(scope, id, props);
    const given = Object.entries(props).filter(([, value]) => value !== undefined);
    this.orchestrator = new BatchOrchestrator(this, 'Orchestrator', { ...contextOf(this), ...Object.fromEntries(given) });
    const { bedrockRole, bucket, families, stateMachine, table } = this.orchestrator;
    this.output('bucketName', bucket.bucketName, 'Datasets, prompts, runs and results');
    this.output('stepFunctionName', stateMachine.stateMachineName, 'The state machine whose executions are runs');
    this.output('stepFunctionArn', stateMachine.stateMachineArn, 'The same, for aws stepfunctions start-execution');
    this.output('tableName', table.tableName, 'The ledger of the runs');
    this.output('bedrockRoleArn', bedrockRole.roleArn, "Bedrock's role to the bucket: for runs that are to move here");
    if (families.length > 0)
      this.output('families', families.join(','), 'Families of its own, with the SHA-256 of their modules');
  }

  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
