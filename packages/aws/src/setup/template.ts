import { encryptionRule, lifecycleRules, NO_PUBLIC_ACCESS } from './bucket-settings.ts';
import { bucketsOf, CALLER_DESCRIPTION, ROLE_DESCRIPTION, ROLE_POLICY_NAME, type SetupNeeds } from './needs.ts';
import { bucketPolicy, callerPolicy, rolePolicy, trustPolicy } from './policies.ts';
import { SETUP_TAG } from './setup-step.ts';

/** What CloudFormation takes, as plain JSON. */
export interface SetupTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Resources: Readonly<Record<string, object>>;
  readonly Outputs: Readonly<Record<string, object>>;
}

/** The same that `setup` makes, as a template of CloudFormation. Buckets stay when its stack goes. */
export function setupTemplate(needs: SetupNeeds): SetupTemplate {
  const names = ['Bucket', 'OutputBucket'];
  const buckets = bucketsOf(needs).flatMap((bucket, i) => bucketResources(needs, bucket, names[i] as string));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'What Batchrock needs to run batch inference on Amazon Bedrock',
    Resources: {
      ...Object.fromEntries(buckets),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: needs.roleName,
          Description: ROLE_DESCRIPTION,
          AssumeRolePolicyDocument: trustPolicy(needs),
          Policies: [{ PolicyName: ROLE_POLICY_NAME, PolicyDocument: rolePolicy(needs) }],
          Tags: [SETUP_TAG],
        },
      },
      CallerPolicy: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: needs.callerPolicyName,
          Description: CALLER_DESCRIPTION,
          PolicyDocument: callerPolicy(needs),
        },
      },
    },
    Outputs: {
      Bucket: { Value: { Ref: 'Bucket' } },
      RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      CallerPolicyArn: { Value: { Ref: 'CallerPolicy' } },
    },
  };
}

function bucketResources(needs: SetupNeeds, bucket: string, name: string): readonly (readonly [string, object])[] {
  const made = {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BucketName: bucket,
      BucketEncryption: { ServerSideEncryptionConfiguration: [templateEncryption(needs)] },
      PublicAccessBlockConfiguration: NO_PUBLIC_ACCESS,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: { Rules: lifecycleRules(needs).map(templateRule) },
      Tags: [SETUP_TAG],
    },
  };
  const policy = {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: name }, PolicyDocument: bucketPolicy(needs, bucket) },
  };
  return [
    [name, made],
    [`${name}Policy`, policy],
  ];
}

/** CloudFormation has its own names for some of S3's. */
function templateEncryption(needs: SetupNeeds): object {
  const { ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, ...more } = {
    BucketKeyEnabled: false,
    ...encryptionRule(needs),
  };
  return { ServerSideEncryptionByDefault, ...(more.BucketKeyEnabled ? more : {}) };
}

function templateRule({ ID, Status, Filter, Expiration, AbortIncompleteMultipartUpload }: ReturnType<typeof lifecycleRules>[0]) {
  return {
    Id: ID,
    Status,
    ...(Filter?.Tag ? { TagFilters: [Filter.Tag] } : {}),
    ...(Expiration ? { ExpirationInDays: Expiration.Days } : {}),
    ...(AbortIncompleteMultipartUpload ? { AbortIncompleteMultipartUpload } : {}),
  };
}
