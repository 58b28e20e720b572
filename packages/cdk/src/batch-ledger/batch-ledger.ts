import { aws_dynamodb as dynamodb, Fn } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { exportedTable } from './exported-table';
import { LedgerTable } from './ledger-table';

/**
 * A ledger that several constructs share: their runs share the slots of each model in its account and Region, so that together they
 * never have more jobs than one of them may have.
 */
export interface IBatchLedger extends IConstruct {
  /** The table that holds it. */
  readonly table: dynamodb.ITable;
}

/**
 * The ledger of several `BatchOrchestrator`s and `BatchQueue`s: give it to each as `ledger`. Its table outlives its stack, since
 * runs do. Each construct needs a bucket of its own, and all should be told the same `maxSubmittedAndInProgressJobs`.
 */
export class BatchLedger extends Construct implements IBatchLedger {
  /**
   * The ledger of a `BatchLedgerStack` of another app, in the same account and Region.
   *
   * @param stackName the name of that stack, which has to be deployed first
   */
  public static fromStack(scope: Construct, id: string, stackName: string): IBatchLedger {
    return new ImportedLedger(scope, id, stackName);
  }

  /** The table that holds it. */
  public readonly table: dynamodb.ITable;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new LedgerTable(this, 'Table');
  }
}

class ImportedLedger extends Construct implements IBatchLedger {
  public readonly table: dynamodb.ITable;

  public constructor(scope: Construct, id: string, stackName: string) {
    super(scope, id);
    this.table = dynamodb.Table.fromTableName(this, 'Table', Fn.importValue(exportedTable(stackName)));
  }
}
