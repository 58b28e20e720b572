import { modelArns } from './model-access.ts';
import {
  bedrockArn,
  bedrockArns,
  bucketArn,
  bucketsOf,
  keysOf,
  objectsArn,
  outputBucketsOf,
  roleArn,
  type SetupNeeds,
} from './needs.ts';

/** A policy of IAM. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The service that takes the role. */
const BEDROCK = 'bedrock.amazonaws.com';

/**
 * Who may take the role of the jobs: Bedrock, for batch jobs of this account and these Regions. Both conditions stand in the only
 * statement, since any other would make them void (User Guide, batch-iam-sr, 2026-11).
 */
export function trustPolicy(needs: SetupNeeds): PolicyDocument {
  return policy({
    Sid: 'BedrockBatchJobs',
    Effect: 'Allow',
    Principal: { Service: BEDROCK },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': needs.account },
      ArnLike: { 'aws:SourceArn': one(bedrockArns(needs, 'model-invocation-job/*')) },
    },
  });
}

/** What Bedrock may do under the role: read input, write output, and invoke these models alone. */
export function rolePolicy(needs: SetupNeeds): PolicyDocument {
  const inThisAccount = { StringEquals: { 'aws:ResourceAccount': needs.account } };
  return policy(
    {
      Sid: 'Buckets',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: one(bucketsOf(needs).map((bucket) => bucketArn(needs, bucket))),
      Condition: inThisAccount,
    },
    {
      Sid: 'Input',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: one(bucketsOf(needs).map((bucket) => objectsArn(needs, bucket))),
      Condition: inThisAccount,
    },
    {
      Sid: 'Output',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: one(outputBucketsOf(needs).map((bucket) => objectsArn(needs, bucket))),
      Condition: inThisAccount,
    },
    { Sid: 'Models', Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: one(modelArns(needs)) },
    ...keyStatements(needs),
    ...networkStatements(needs),
  );
}

/** What whoever runs may do: the objects of runs, jobs with these models, and passing the role to Bedrock. */
export function callerPolicy(needs: SetupNeeds): PolicyDocument {
  const jobs = bedrockArns(needs, 'model-invocation-job/*');
  return policy(
    {
      Sid: 'Runs',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      Resource: one(bucketsOf(needs).map((bucket) => objectsArn(needs, bucket))),
    },
    {
      Sid: 'Buckets',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: one(bucketsOf(needs).map((bucket) => bucketArn(needs, bucket))),
      // if it exists: without ListBucket, S3 says of an object that is not there that it may not be read, and such a look has no prefix
      ...(needs.prefix === '' ? {} : { Condition: { StringLikeIfExists: { 's3:prefix': `${needs.prefix}/*` } } }),
    },
    {
      Sid: 'NewJobs',
      Effect: 'Allow',
      Action: ['bedrock:CreateModelInvocationJob', 'bedrock:TagResource'],
      Resource: [...modelArns(needs), ...jobs],
    },
    {
      Sid: 'Jobs',
      Effect: 'Allow',
      Action: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'],
      Resource: one(jobs),
    },
    { Sid: 'ListOfJobs', Effect: 'Allow', Action: 'bedrock:ListModelInvocationJobs', Resource: '*' },
    {
      Sid: 'RoleOfJobs',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: roleArn(needs),
      Condition: { StringEquals: { 'iam:PassedToService': BEDROCK } },
    },
    ...onDemandStatements(needs),
    ...keyStatements(needs),
    ...notifyStatements(needs),
    ...checkStatements(needs),
  );
}

/** InvokeModel and Converse are one action. */
function onDemandStatements(needs: SetupNeeds): readonly PolicyStatement[] {
  if (needs.onDemand === undefined) return [];
  return [{ Sid: 'OnDemand', Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: one(modelArns(needs)) }];
}

/** Whom runs tell how they came out. */
function notifyStatements({ topics = [], eventBuses = [] }: SetupNeeds): readonly PolicyStatement[] {
  const statement = (Sid: string, Action: string, arns: readonly string[]): readonly PolicyStatement[] =>
    arns.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource: one(arns) }];
  return [...statement('Topics', 'sns:Publish', topics), ...statement('EventBuses', 'events:PutEvents', eventBuses)];
}

/** What `doctor` looks at beside: nothing of it changes anything. */
function checkStatements(needs: SetupNeeds): readonly PolicyStatement[] {
  const { partition, account } = needs;
  const keys = keysOf(needs).map(({ keyArn }) => keyArn);
  const anyOf = (kind: string): string => `arn:${partition}:iam::${account}:${kind}/*`;
  const ofBuckets = ['GetBucketPublicAccessBlock', 'GetEncryptionConfiguration', 'GetBucketPolicy', 'GetLifecycleConfiguration'];
  return [
    {
      Sid: 'LookAtBuckets',
      Effect: 'Allow',
      Action: ofBuckets.map((what) => `s3:${what}`),
      Resource: one(bucketsOf(needs).map((bucket) => bucketArn(needs, bucket))),
    },
    {
      Sid: 'LookAtModels',
      Effect: 'Allow',
      Action: [
        'bedrock:ListFoundationModels',
        'bedrock:ListInferenceProfiles',
        'bedrock:GetFoundationModelAvailability',
        'servicequotas:ListServiceQuotas',
      ],
      Resource: '*',
    },
    ...profileStatements(needs),
    // of whoever has this policy too, whom nobody knows yet
    {
      Sid: 'LookAtRoles',
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'],
      Resource: [anyOf('role'), anyOf('user')],
    },
    ...(keys.length === 0
      ? []
      : [{ Sid: 'LookAtKey', Effect: 'Allow', Action: 'kms:DescribeKey', Resource: one(keys) } as const]),
  ];
}

/** Which model stands behind an application profile, whose id does not tell it; where rows have a residency, where any profile leads. */
function profileStatements(needs: SetupNeeds): readonly PolicyStatement[] {
  const asked = needs.models.filter((model) => model.includes(':application-inference-profile/'));
  const others = needs.hasResidency ? modelArns(needs).filter((arn) => arn.includes(':inference-profile/')) : [];
  const profiles = [...asked, ...others];
  if (profiles.length === 0) return [];
  return [{ Sid: 'ModelsOfProfiles', Effect: 'Allow', Action: 'bedrock:GetInferenceProfile', Resource: one(profiles) }];
}

/** Whoever may use a bucket may do it over TLS alone. */
export function bucketPolicy(needs: SetupNeeds, bucket: string): PolicyDocument {
  const arn = bucketArn(needs, bucket);
  return policy({
    Sid: 'OnlyOverTls',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}

/** The same for each bucket, by name. */
export function bucketPolicies(needs: SetupNeeds): Readonly<Record<string, PolicyDocument>> {
  return Object.fromEntries(bucketsOf(needs).map((bucket) => [bucket, bucketPolicy(needs, bucket)]));
}

/** Only through S3, of the key's own Region: a key is for the objects of one bucket, whoever asks. */
function keyStatements(needs: SetupNeeds): readonly PolicyStatement[] {
  return keysOf(needs).map(({ region, keyArn }) => ({
    Sid:
      region === needs.region
        ? 'KeyOfTheBuckets'
        : `KeyOfTheBucketIn${region.replace(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase())}`,
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: keyArn,
    Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
  }));
}

/** User Guide, batch-vpc, 2026-11. */
function networkStatements(needs: SetupNeeds): readonly PolicyStatement[] {
  if (needs.network === undefined) return [];
  const { partition, region, account } = needs;
  const arn = (resource: string): string => `arn:${partition}:ec2:${region}:${account}:${resource}`;
  const subnets = needs.network.subnetIds.map((id) => arn(`subnet/${id}`));
  const groups = needs.network.securityGroupIds.map((id) => arn(`security-group/${id}`));
  const jobTag = 'BedrockModelInvocationJobArn';
  const jobs = bedrockArn(needs, 'model-invocation-job/*');
  return [
    {
      Sid: 'Network',
      Effect: 'Allow',
      Action: ['NetworkInterfaces', 'Vpcs', 'DhcpOptions', 'Subnets', 'SecurityGroups'].map((what) => `ec2:Describe${what}`),
      Resource: '*',
    },
    {
      Sid: 'NewInterfaces',
      Effect: 'Allow',
      Action: 'ec2:CreateNetworkInterface',
      Resource: arn('network-interface/*'),
      Condition: {
        StringEquals: { 'aws:RequestTag/BedrockManaged': 'true' },
        ArnLike: { [`aws:RequestTag/${jobTag}`]: jobs },
      },
    },
    { Sid: 'WhereInterfacesAre', Effect: 'Allow', Action: 'ec2:CreateNetworkInterface', Resource: [...subnets, ...groups] },
    {
      Sid: 'OwnInterfaces',
      Effect: 'Allow',
      Action: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'],
      Resource: '*',
      Condition: { ArnEquals: { 'ec2:Subnet': subnets }, ArnLike: { [`ec2:ResourceTag/${jobTag}`]: jobs } },
    },
    {
      Sid: 'TagsOfInterfaces',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: arn('network-interface/*'),
      Condition: {
        StringEquals: { 'ec2:CreateAction': 'CreateNetworkInterface' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['BedrockManaged', jobTag] },
      },
    },
  ];
}

function policy(...Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}

/** A list of one is written as IAM shows it. */
function one(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] as string) : values;
}
