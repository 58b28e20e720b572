import { Duration, RemovalPolicy, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { suppressNag } from '../nag/nag-suppressions';

/** The bucket of an orchestrator whose user brings none. It outlives the stack, since results do. */
export class RunBucket extends s3.Bucket {
  public constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // what a function left that was killed while it wrote, and what was written again
        { abortIncompleteMultipartUploadAfter: Duration.days(7), noncurrentVersionExpiration: Duration.days(30) },
      ],
    });
    suppressNag(
      this.node.defaultChild as s3.CfnBucket,
      'AwsSolutions-S1',
      'Whether and where access is logged is a policy of the account; who has one gives a bucket of his own, or logs by CloudTrail',
    );
  }
}
