import { aws_iam as iam, type aws_lambda as lambda, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { writingActions } from '../engine/grants';

/** What of a bucket, and who may. */
export interface BucketAccess {
  readonly bucket: s3.IBucket;
  /** Where the objects lie: empty for the whole bucket, else with a slash at its end. */
  readonly prefix: string;
  readonly functions: readonly lambda.Function[];
}

/**
 * Lets functions read files of another bucket. The policy stands in the given scope: a queue that is used from another stack needs
 * to know nothing of that stack's buckets.
 */
export function grantReading(scope: Construct, id: string, { bucket, prefix, functions }: BucketAccess): void {
  new iam.Policy(scope, id, {
    roles: rolesOf(functions),
    statements: [
      new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
    ],
  });
  for (const each of functions) bucket.encryptionKey?.grantDecrypt(each);
}

/** The same for writing results. */
export function grantWriting(scope: Construct, id: string, { bucket, prefix, functions }: BucketAccess): void {
  new iam.Policy(scope, id, {
    roles: rolesOf(functions),
    statements: [
      new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
      new iam.PolicyStatement({ actions: ['s3:GetObject', ...writingActions], resources: [bucket.arnForObjects(`${prefix}*`)] }),
    ],
  });
  for (const each of functions) bucket.encryptionKey?.grantEncryptDecrypt(each);
}

function rolesOf(functions: readonly lambda.Function[]): iam.IRole[] {
  return functions.flatMap(({ role }) => (role === undefined ? [] : [role]));
}
