import { aws_dynamodb as dynamodb, aws_iam as iam, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The indexes of a ledger; each is made of two attributes that bear its name. */
const indexes: readonly string[] = ['runs', 'parts', 'events', 'open'];

const text = dynamodb.AttributeType.STRING;

/** The ledger of runs: laid out as `@batchrock/aws/dynamodb` reads it. It outlives the stack, since runs do. */
export class LedgerTable extends dynamodb.Table {
  public constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: text },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const indexName of indexes) {
      this.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: `${indexName}At`, type: text },
        sortKey: { name: `${indexName}Sort`, type: text },
      });
    }
  }
}

/**
 * Lets a function keep the ledger: single items and pages of an index are read, and every write is a transaction of puts, deletes
 * and checks. Nothing scans.
 */
export function grantLedger(table: dynamodb.ITable, grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem'].map((action) => `dynamodb:${action}`),
    resourceArns: [table.tableArn],
  });
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:Query'],
    resourceArns: indexes.map((index) => `${table.tableArn}/index/${index}`),
  });
  table.encryptionKey?.grantEncryptDecrypt(grantee);
}
