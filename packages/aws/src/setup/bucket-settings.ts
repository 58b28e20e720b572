import { isDeepStrictEqual } from 'node:util';
import {
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { INPUT_TAG } from '../s3/input-tag.ts';
import type { SetupNeeds } from './needs.ts';
import { bucketPolicy, type PolicyDocument, type PolicyStatement } from './policies.ts';
import { orNone } from './setup-step.ts';

/** A setting of a bucket: what it is to be, and how it is read and written. */
export interface BucketSetting {
  readonly name: string;
  readonly wanted: unknown;
  /** Undefined where the bucket has none. */
  read(client: S3Client, Bucket: string): Promise<unknown>;
  write(client: S3Client, Bucket: string): Promise<void>;
  /** Takes ours away, and leaves what others have set; absent: it is only for buckets that `setup` has made. */
  clear?(client: S3Client, Bucket: string): Promise<void>;
}

export const NO_PUBLIC_ACCESS = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** The rules of the lifecycle: input of jobs goes after some days, what was cut off in the middle of an upload after a week. */
export function lifecycleRules({ inputDays }: Pick<SetupNeeds, 'inputDays'>): readonly LifecycleRule[] {
  return [
    { ID: 'batchrock-input', Status: 'Enabled', Filter: { Tag: INPUT_TAG }, Expiration: { Days: inputDays } },
    {
      ID: 'batchrock-uploads',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ];
}

/** The encryption of a bucket. */
export function encryptionRule({ keyArn }: Pick<SetupNeeds, 'keyArn'>) {
  return keyArn === undefined
    ? { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }
    : {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: keyArn },
        BucketKeyEnabled: true,
      };
}

/** All settings of a bucket, in the order in which they are made. */
export function bucketSettings(needs: SetupNeeds, bucket: string): readonly BucketSetting[] {
  return [publicAccess, ownership, encryption(needs), onlyTls(needs, bucket), lifecycle(needs)];
}

const publicAccess: BucketSetting = {
  name: 'public access',
  wanted: NO_PUBLIC_ACCESS,
  read: async (client, Bucket) =>
    (await orNone(client.send(new GetPublicAccessBlockCommand({ Bucket })), 'NoSuchPublicAccessBlockConfiguration'))
      ?.PublicAccessBlockConfiguration,
  async write(client, Bucket) {
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: NO_PUBLIC_ACCESS }));
  },
};

const ownership: BucketSetting = {
  name: 'object ownership',
  wanted: 'BucketOwnerEnforced',
  read: async (client, Bucket) =>
    (await orNone(client.send(new GetBucketOwnershipControlsCommand({ Bucket })), 'OwnershipControlsNotFoundError'))
      ?.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
  async write(client, Bucket) {
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  },
};

function encryption(needs: SetupNeeds): BucketSetting {
  const wanted = encryptionRule(needs);
  return {
    name: 'encryption',
    wanted,
    async read(client, Bucket) {
      const answer = await orNone(
        client.send(new GetBucketEncryptionCommand({ Bucket })),
        'ServerSideEncryptionConfigurationNotFoundError',
      );
      const rule = answer?.ServerSideEncryptionConfiguration?.Rules?.[0];
      if (rule === undefined) return undefined;
      // S3 tells what was never set, and which bucket keys have no part in
      const { ApplyServerSideEncryptionByDefault, BucketKeyEnabled } = rule;
      const isKms = ApplyServerSideEncryptionByDefault?.SSEAlgorithm === 'aws:kms';
      return { ApplyServerSideEncryptionByDefault, ...(isKms && BucketKeyEnabled ? { BucketKeyEnabled } : {}) };
    },
    async write(client, Bucket) {
      const ServerSideEncryptionConfiguration = { Rules: [wanted] };
      await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    },
  };
}

/** One statement of the bucket's policy, whatever else that says. */
function onlyTls(needs: SetupNeeds, bucket: string): BucketSetting {
  const wanted = bucketPolicy(needs, bucket).Statement[0] as PolicyStatement;
  const put = async (client: S3Client, Bucket: string, statements: readonly PolicyStatement[]): Promise<void> => {
    if (statements.length === 0) return void (await client.send(new DeleteBucketPolicyCommand({ Bucket })));
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  };
  const others = async (client: S3Client, Bucket: string): Promise<readonly PolicyStatement[]> =>
    (await statementsOf(client, Bucket)).filter(({ Sid }) => Sid !== wanted.Sid);
  return {
    name: 'policy: TLS only',
    wanted,
    read: async (client, Bucket) => (await statementsOf(client, Bucket)).find(({ Sid }) => Sid === wanted.Sid),
    write: async (client, Bucket) => put(client, Bucket, [...(await others(client, Bucket)), wanted]),
    clear: async (client, Bucket) => put(client, Bucket, await others(client, Bucket)),
  };
}

async function statementsOf(client: S3Client, Bucket: string): Promise<readonly PolicyStatement[]> {
  const { Policy } = (await orNone(client.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy')) ?? {};
  if (Policy === undefined) return [];
  const { Statement } = JSON.parse(Policy) as PolicyDocument;
  return Array.isArray(Statement) ? Statement : [Statement as unknown as PolicyStatement];
}

/** Two rules of the bucket's lifecycle, whatever else that has. */
function lifecycle(needs: SetupNeeds): BucketSetting {
  const wanted = lifecycleRules(needs);
  const isOurs = ({ ID }: LifecycleRule): boolean => wanted.some((rule) => rule.ID === ID);
  const put = async (client: S3Client, Bucket: string, Rules: LifecycleRule[]): Promise<void> => {
    if (Rules.length === 0) return void (await client.send(new DeleteBucketLifecycleCommand({ Bucket })));
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  };
  const others = async (client: S3Client, Bucket: string): Promise<LifecycleRule[]> =>
    (await rulesOf(client, Bucket)).filter((rule) => !isOurs(rule));
  return {
    name: 'lifecycle',
    wanted,
    async read(client, Bucket) {
      const found = (await rulesOf(client, Bucket)).filter(isOurs);
      if (found.length === 0) return undefined;
      return wanted.flatMap(({ ID }) => found.find((rule) => rule.ID === ID) ?? []);
    },
    write: async (client, Bucket) => put(client, Bucket, [...(await others(client, Bucket)), ...wanted]),
    clear: async (client, Bucket) => put(client, Bucket, await others(client, Bucket)),
  };
}

async function rulesOf(client: S3Client, Bucket: string): Promise<readonly LifecycleRule[]> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket });
  return (await orNone(client.send(command), 'NoSuchLifecycleConfiguration'))?.Rules ?? [];
}

/** Whether a setting is as it should be. */
export function isAsWanted({ wanted }: BucketSetting, found: unknown): boolean {
  return isDeepStrictEqual(plain(found), plain(wanted));
}

/** Without what an SDK leaves undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
