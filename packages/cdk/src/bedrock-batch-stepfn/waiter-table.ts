import { aws_dynamodb as dynamodb, aws_iam as iam, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The index of what is still awaited. */
const openIndex = 'open';

/**
 * The table of those who wait for a job: one item a job, found by the job's name, with the task token that answers it. Tokens
 * are kept here and nowhere else. It holds nothing that outlives the executions, so it goes with the stack.
 */
export class WaiterTable extends dynamodb.Table {
  public constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'waiter', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.addGlobalSecondaryIndex({
      indexName: openIndex,
      partitionKey: { name: 'open', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'since', type: dynamodb.AttributeType.NUMBER },
    });
  }

  /** What a function must know to find the table. */
  public get environment(): Record<string, string> {
    return { WAITER_TABLE: this.tableName, WAITER_INDEX: openIndex };
  }

  /** New waiters, and what becomes of them: for the function that creates the jobs. */
  public grantCreation(grantee: iam.IGrantable): void {
    this.grantItems(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']);
  }

  /** What becomes of waiters that are there: for the function that answers them. */
  public grantAnswers(grantee: iam.IGrantable): void {
    this.grantItems(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
    iam.Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [`${this.tableArn}/index/${openIndex}`] });
  }

  private grantItems(grantee: iam.IGrantable, actions: string[]): void {
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }
}
