import { Duration, RemovalPolicy, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { suppressNag } from '../nag/nag-suppressions';

/** What not every bucket has. */
export interface RunBucketProps {
  readonly bucketName?: string;
  /** It tells EventBridge of every object that is put there. */
  readonly tellsOfObjects?: boolean;
}

/** The bucket of a construct whose user brings none. It outlives the stack, since results do. */
export class RunBucket extends s3.Bucket {
  public constructor(scope: Construct, id: string, { bucketName, tellsOfObjects = false }: RunBucketProps = {}) {
    super(scope, id, {
      bucketName,
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
    const bucket = this.node.defaultChild as s3.CfnBucket;
    // of the template itself: the CDK's own prop would put a function and a custom resource beside it
    if (tellsOfObjects) bucket.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    suppressNag(
      bucket,
      'AwsSolutions-S1',
      'Whether and where access is logged is a policy of the account; who has one gives a bucket of his own, or logs by CloudTrail',
    );
  }
}
