/** What runs are to be allowed in an account: everything that `setup` makes follows from it. */
export interface SetupNeeds {
  /** `aws`, `aws-us-gov`, `aws-cn`. */
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  /** Other Regions that jobs may run in, each with its bucket. */
  readonly elsewhere?: readonly RegionNeeds[];
  /** Where Bedrock writes, if elsewhere. */
  readonly outputBucket?: string;
  /** Of all keys, without slashes at its ends; empty: none. */
  readonly prefix: string;
  /** Of the role that Bedrock takes. */
  readonly roleName: string;
  /** Of the policy for whoever runs. */
  readonly callerPolicyName: string;
  /** Ids or ARNs of models and inference profiles; at least one. */
  readonly models: readonly string[];
  /** Key of KMS for what lies in the buckets of this Region; default: S3's own encryption. */
  readonly keyArn?: string;
  /** The keys were asked for by aliases, which whoever sets this up has to look up. */
  readonly keysByAlias?: true;
  /** Subnets that Bedrock reaches S3 by. */
  readonly network?: SetupNetwork;
  /** ARNs of topics and event buses that runs tell how they came out. */
  readonly topics?: readonly string[];
  readonly eventBuses?: readonly string[];
  /** Tails of runs are asked for on demand: whoever runs may invoke the models. Default: the role of the jobs alone may. */
  readonly onDemand?: true;
  /** Rows may come to some Regions alone: whoever runs asks where profiles lead. */
  readonly hasResidency?: true;
  /** Days until the input of a job is removed from the bucket. */
  readonly inputDays: number;
}

/** Another Region that jobs may run in. */
export interface RegionNeeds {
  readonly region: string;
  readonly bucket: string;
  /** Key of KMS for what lies in it, where the first Region has one. */
  readonly keyArn?: string;
}

export interface SetupNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What IAM shows beside the names, however they were made; and the name of the policy inside the role. */
export const ROLE_DESCRIPTION = 'Amazon Bedrock runs batch inference jobs under this role';
export const CALLER_DESCRIPTION = 'What whoever runs batch inference with Batchrock needs';
export const ROLE_POLICY_NAME = 'batch-inference';

/** The buckets, each once. */
export function bucketsOf({ bucket, outputBucket, elsewhere = [] }: SetupNeeds): readonly string[] {
  const here = outputBucket === undefined || outputBucket === bucket ? [bucket] : [bucket, outputBucket];
  return [...here, ...elsewhere.map((each) => each.bucket)];
}

/** The buckets that Bedrock writes to. */
export function outputBucketsOf({ bucket, outputBucket, elsewhere = [] }: SetupNeeds): readonly string[] {
  return [outputBucket ?? bucket, ...elsewhere.map((each) => each.bucket)];
}

/** The same needs, as the Region of a bucket sees them. */
export function needsAt(needs: SetupNeeds, bucket: string): SetupNeeds {
  const place = needs.elsewhere?.find((each) => each.bucket === bucket);
  if (place === undefined) return needs;
  const { keyArn: _, ...same } = needs;
  return { ...same, ...place };
}

/** The keys of KMS, each with its Region. */
export function keysOf({
  region,
  keyArn,
  elsewhere = [],
}: SetupNeeds): readonly { readonly region: string; readonly keyArn: string }[] {
  return [{ region, keyArn }, ...elsewhere].flatMap((each) =>
    each.keyArn === undefined ? [] : { region: each.region, keyArn: each.keyArn },
  );
}

/** Every Region that jobs may run in. */
export function regionsOf({ region, elsewhere = [] }: SetupNeeds): readonly string[] {
  return [region, ...elsewhere.map((each) => each.region)];
}

/** Something of Bedrock's in this account, in each of its Regions. */
export function bedrockArns(needs: SetupNeeds, resource: string): readonly string[] {
  return regionsOf(needs).map((region) => bedrockArn({ ...needs, region }, resource));
}

/** The ARN of a bucket, or of the objects in it that runs may touch. */
export function bucketArn({ partition }: SetupNeeds, bucket: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

export function objectsArn(needs: SetupNeeds, bucket: string): string {
  return `${bucketArn(needs, bucket)}/${needs.prefix === '' ? '' : `${needs.prefix}/`}*`;
}

export function roleArn({ partition, account, roleName }: SetupNeeds): string {
  return `arn:${partition}:iam::${account}:role/${roleName}`;
}

export function callerPolicyArn({ partition, account, callerPolicyName }: SetupNeeds): string {
  return `arn:${partition}:iam::${account}:policy/${callerPolicyName}`;
}

/** Something of Bedrock's in this account and Region. */
export function bedrockArn({ partition, region, account }: SetupNeeds, resource: string): string {
  return `arn:${partition}:bedrock:${region}:${account}:${resource}`;
}
