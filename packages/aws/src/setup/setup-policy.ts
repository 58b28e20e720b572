import { bucketArn, bucketsOf, callerPolicyArn, keysOf, roleArn, type SetupNeeds } from './needs.ts';
import type { PolicyDocument } from './policies.ts';

const OF_BUCKET = [
  ...['CreateBucket', 'DeleteBucket', 'ListBucket', 'ListBucketVersions', 'GetBucketTagging', 'PutBucketTagging'],
  ...['GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock', 'GetBucketOwnershipControls', 'PutBucketOwnershipControls'],
  ...['GetEncryptionConfiguration', 'PutEncryptionConfiguration', 'GetLifecycleConfiguration', 'PutLifecycleConfiguration'],
  ...['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
];

const OF_ROLE = [
  ...['GetRole', 'CreateRole', 'TagRole', 'UpdateAssumeRolePolicy', 'DeleteRole', 'ListRolePolicies', 'ListAttachedRolePolicies'],
  ...['GetRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy'],
];

const OF_POLICY = [
  ...['GetPolicy', 'CreatePolicy', 'TagPolicy', 'DeletePolicy', 'ListEntitiesForPolicy'],
  ...['ListPolicyVersions', 'GetPolicyVersion', 'CreatePolicyVersion', 'DeletePolicyVersion'],
];

/** What whoever sets this up, and takes it away again, may do: whoever may write a role's policies may give it any right. */
export function setupPolicy(needs: SetupNeeds): PolicyDocument {
  const { partition, account } = needs;
  const policyArn = callerPolicyArn(needs);
  const anyOf = (kind: string): string => `arn:${partition}:iam::${account}:${kind}/*`;
  const keys = keysOf(needs).map(({ keyArn }) => keyArn);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Buckets',
        Effect: 'Allow',
        Action: OF_BUCKET.map((what) => `s3:${what}`),
        Resource: bucketsOf(needs).map((bucket) => bucketArn(needs, bucket)),
      },
      { Sid: 'RoleOfJobs', Effect: 'Allow', Action: OF_ROLE.map((what) => `iam:${what}`), Resource: roleArn(needs) },
      { Sid: 'PolicyOfCallers', Effect: 'Allow', Action: OF_POLICY.map((what) => `iam:${what}`), Resource: policyArn },
      {
        Sid: 'TakenFromCallers',
        Effect: 'Allow',
        Action: ['iam:DetachRolePolicy', 'iam:DetachUserPolicy', 'iam:DetachGroupPolicy'],
        Resource: [anyOf('role'), anyOf('user'), anyOf('group')],
        Condition: { ArnEquals: { 'iam:PolicyARN': policyArn } },
      },
      // an alias is a name that only KMS can tell the key of
      ...(needs.keysByAlias && keys.length > 0
        ? [{ Sid: 'KeysBehindAliases', Effect: 'Allow', Action: 'kms:DescribeKey', Resource: keys } as const]
        : []),
    ],
  };
}
