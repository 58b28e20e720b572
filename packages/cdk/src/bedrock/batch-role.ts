import { type aws_ec2 as ec2, aws_iam as iam, type aws_kms as kms, Stack, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What Bedrock may do under the role. */
export interface BatchRoleProps {
  readonly policy: iam.IManagedPolicy;
  readonly inputBucket: s3.IBucket;
  readonly inputPrefix: string;
  readonly outputBucket: s3.IBucket;
  readonly outputPrefix: string;
  readonly outputKey?: kms.IKey;
  readonly subnets?: readonly ec2.ISubnet[];
}

/** The service that runs the jobs. */
export const bedrock = 'bedrock.amazonaws.com';

/**
 * The role under which Bedrock runs the jobs. Only batch inference jobs of this account and Region may take it: both conditions
 * stand in the one statement that there is, for any other statement would make them void.
 */
export class BatchRole extends iam.Role {
  public constructor(scope: Construct, id: string, props: BatchRoleProps) {
    const stack = Stack.of(scope);
    const jobs = stack.formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
    super(scope, id, {
      description: 'Amazon Bedrock runs batch inference jobs under this role',
      assumedBy: new iam.ServicePrincipal(bedrock, {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': jobs } },
      }),
      managedPolicies: [props.policy],
    });
    this.grantInput(props);
    this.grantOutput(props);
    if (props.subnets !== undefined) this.grantNetwork(props.subnets);
  }

  private grantInput({ inputBucket, inputPrefix }: BatchRoleProps): void {
    this.grantBucket(inputBucket, ['s3:GetObject'], `${inputPrefix}*`);
    inputBucket.encryptionKey?.grantDecrypt(this);
  }

  private grantOutput({ outputBucket, outputPrefix, outputKey }: BatchRoleProps): void {
    // Bedrock checks that it can read what it wrote (User Guide, batch-iam-sr, 2026-11)
    this.grantBucket(outputBucket, ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], `${outputPrefix}*`);
    (outputKey ?? outputBucket.encryptionKey)?.grantEncryptDecrypt(this);
  }

  private grantBucket(bucket: s3.IBucket, actions: string[], keys: string): void {
    iam.Grant.addToPrincipalOrResource({
      grantee: this,
      resource: bucket,
      actions: ['s3:ListBucket', 's3:GetBucketLocation'],
      resourceArns: [bucket.bucketArn],
    });
    iam.Grant.addToPrincipalOrResource({ grantee: this, resource: bucket, actions, resourceArns: [bucket.arnForObjects(keys)] });
  }

  /** User Guide, batch-vpc, 2026-11. */
  private grantNetwork(subnets: readonly ec2.ISubnet[]): void {
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName = '*') => stack.formatArn({ service: 'ec2', resource, resourceName });
    const jobTag = 'BedrockModelInvocationJobArn';
    const jobs = stack.formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
    const subnetArns = subnets.map((subnet) => arn('subnet', subnet.subnetId));
    this.addToPolicy(
      new iam.PolicyStatement({
        actions: ['NetworkInterfaces', 'Vpcs', 'DhcpOptions', 'Subnets', 'SecurityGroups'].map((what) => `ec2:Describe${what}`),
        resources: ['*'],
      }),
    );
    this.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateNetworkInterface'],
        resources: [arn('network-interface')],
        conditions: {
          StringEquals: { 'aws:RequestTag/BedrockManaged': 'true' },
          ArnLike: { [`aws:RequestTag/${jobTag}`]: jobs },
        },
      }),
    );
    this.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateNetworkInterface'],
        resources: [...subnetArns, arn('security-group')],
      }),
    );
    this.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'],
        resources: ['*'],
        conditions: { ArnEquals: { 'ec2:Subnet': subnetArns }, ArnLike: { [`ec2:ResourceTag/${jobTag}`]: jobs } },
      }),
    );
    this.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateTags'],
        resources: [arn('network-interface')],
        conditions: {
          StringEquals: { 'ec2:CreateAction': 'CreateNetworkInterface' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['BedrockManaged', jobTag] },
        },
      }),
    );
  }
}
