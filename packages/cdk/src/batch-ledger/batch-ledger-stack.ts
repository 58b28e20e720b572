import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BatchLedger } from './batch-ledger';
import { exportedTable } from './exported-table';

/**
 * A stack with one `BatchLedger`, which outlives what uses it. It exports the name of its table: `BatchLedger.fromStack` finds the
 * ledger by the name of this stack in every app of the account and Region.
 */
export class BatchLedgerStack extends Stack {
  /** The ledger. */
  public readonly ledger: BatchLedger;

  public constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, props);
    this.ledger = new BatchLedger(this, 'Ledger');
    new CfnOutput(this, 'tableName', {
      value: this.ledger.table.tableName,
      description: 'The ledger of the runs',
      exportName: exportedTable(this.stackName),
    });
  }
}
