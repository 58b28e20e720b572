import type { aws_dynamodb as dynamodb, aws_s3 as s3 } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuseText } from '../props/kinds';

/** Who keeps his runs where, for each ledger of an app. */
const owners = new WeakMap<dynamodb.ITable, Map<string, IConstruct>>();

/**
 * Throws where another construct of the app keeps its runs in the same bucket and the same ledger: runs are told apart by their
 * buckets, so each of the two would take the runs of the other for its own, and begin their jobs without being allowed to.
 */
export function claimBucket(owner: IConstruct, bucket: s3.IBucket, table: dynamodb.ITable): void {
  const known = owners.get(table) ?? new Map<string, IConstruct>();
  owners.set(table, known);
  const before = known.get(bucket.bucketName);
  if (before !== undefined && before !== owner) {
    refuseText('bucket', `that of ${before.node.path}, which keeps its runs in the same ledger`, 'each a bucket of its own');
  }
  known.set(bucket.bucketName, owner);
}
