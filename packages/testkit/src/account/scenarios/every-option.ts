import { aws_ec2 as ec2, aws_kms as kms, aws_lambda as lambda, type Stack } from 'aws-cdk-lib';
import type { FragmentProps } from './batch-stack.ts';

/** The account that owns the buckets. */
export const OWNER = '111122223333';

/** Every option that changes what a job needs, on a network and a key of the user. */
export function everyOption(stack: Stack): FragmentProps {
  return {
    outputEncryptionKey: new kms.Key(stack, 'Key'),
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0')],
    jobTags: { team: 'search' },
    inputBucketOwner: OWNER,
    outputBucketOwner: OWNER,
    tracing: lambda.Tracing.ACTIVE,
  };
}
