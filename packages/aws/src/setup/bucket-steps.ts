import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { InputError } from '@batchrock/core';
import { type BucketSetting, bucketSettings, isAsWanted } from './bucket-settings.ts';
import type { SetupNeeds } from './needs.ts';
import { atRest, hasSetupTag, orNone, SETUP_TAG, type SetupStep } from './setup-step.ts';

/** How a bucket stands. */
interface FoundBucket {
  readonly isOurs: boolean;
  readonly region: string | undefined;
}

/** What is missing of a bucket. In one that somebody else has made, only what runs need is set, and nothing else is touched. */
export async function bucketStep(client: S3Client, needs: SetupNeeds, name: string): Promise<SetupStep> {
  const found = await findBucket(client, needs, name);
  const all = bucketSettings(needs, name);
  const head = { resource: 'bucket', name } as const;
  if (found === undefined) {
    return {
      ...head,
      change: 'create',
      settings: all.map((setting) => ({ name: setting.name, after: setting.wanted })),
      async apply() {
        await createBucket(client, needs, name);
        for (const setting of all) await setting.write(client, name);
      },
    };
  }
  checkRegion(found, needs, name);
  const own = all.filter(({ clear }) => found.isOurs || clear !== undefined);
  const missing: { readonly setting: BucketSetting; readonly before: unknown }[] = [];
  for (const setting of own) {
    const before = await setting.read(client, name);
    if (!isAsWanted(setting, before)) missing.push({ setting, before });
  }
  if (missing.length === 0) return atRest(head, 'none');
  return {
    ...head,
    change: 'update',
    settings: missing.map(({ setting, before }) => ({ name: setting.name, before, after: setting.wanted })),
    async apply() {
      for (const { setting } of missing) await setting.write(client, name);
    },
  };
}

/** What becomes of a bucket when the set-up is removed: nothing that holds data, and nothing that others have made, goes. */
export async function bucketRemoval(client: S3Client, needs: SetupNeeds, name: string): Promise<SetupStep> {
  const found = await findBucket(client, needs, name);
  const head = { resource: 'bucket', name } as const;
  if (found === undefined) return atRest(head, 'none');
  if (found.isOurs && (await isEmpty(client, name))) {
    return {
      ...head,
      change: 'remove',
      settings: [],
      async apply() {
        await client.send(new DeleteBucketCommand({ Bucket: name }));
      },
    };
  }
  if (found.isOurs) return atRest(head, 'keep', 'it has objects: results stay, and so does the bucket');
  const ours: BucketSetting[] = [];
  for (const setting of bucketSettings(needs, name)) {
    if (setting.clear !== undefined && (await setting.read(client, name)) !== undefined) ours.push(setting);
  }
  if (ours.length === 0) return atRest(head, 'none');
  return {
    ...head,
    change: 'update',
    settings: ours.map((setting) => ({ name: setting.name, before: setting.wanted })),
    async apply() {
      for (const setting of ours) await setting.clear?.(client, name);
    },
  };
}

async function findBucket(client: S3Client, needs: SetupNeeds, Bucket: string): Promise<FoundBucket | undefined> {
  const head = await orNone(client.send(new HeadBucketCommand({ Bucket })), 'NotFound', 'NoSuchBucket').catch(
    (error: unknown) => {
      // HeadBucket has no words: 403 is a bucket of another account, or one that the caller may not look at
      if (error instanceof Error && /^(403|Forbidden|AccessDenied)$/.test(error.name)) throw foreign(needs, Bucket, error);
      throw error;
    },
  );
  if (head === undefined) return undefined;
  const tags = await orNone(client.send(new GetBucketTaggingCommand({ Bucket })), 'NoSuchTagSet');
  return { isOurs: hasSetupTag(tags?.TagSet), region: head.BucketRegion };
}

function foreign({ account }: SetupNeeds, bucket: string, cause: Error): InputError {
  return new InputError('BR-E0120', `bucket ${bucket} is not of account ${account}, or not yours to look at`, {
    hint: 'give another --bucket: the names of buckets are of all accounts',
    cause,
  });
}

function checkRegion({ region }: FoundBucket, needs: SetupNeeds, bucket: string): void {
  if (region === undefined || region === needs.region) return;
  throw new InputError('BR-E0120', `bucket ${bucket} is in ${region}, and jobs would run in ${needs.region}`, {
    hint: `give --region ${region}, or a bucket of ${needs.region}`,
  });
}

async function createBucket(client: S3Client, { region }: SetupNeeds, Bucket: string): Promise<void> {
  // us-east-1 is said by saying nothing (API reference of CreateBucket, 2026-11)
  const LocationConstraint = region as BucketLocationConstraint;
  await client.send(
    new CreateBucketCommand({ Bucket, ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint } }) }),
  );
  await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [SETUP_TAG] } }));
}

async function isEmpty(client: S3Client, Bucket: string): Promise<boolean> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }));
  return Versions.length + DeleteMarkers.length === 0;
}
