import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CreatedObject } from './front/index.ts';

/** What telling EventBridge of objects takes. */
export interface ObjectEvents {
  readonly s3: S3Client;
  /** The buckets that do so. */
  readonly tellingBuckets: ReadonlySet<string>;
  putEvent(event: object): Promise<void>;
}

/**
 * Tells the bus of an object that came into being, as S3 does where a bucket is set so (S3 User Guide, "EventBridge event message
 * structure", 2026-11): the key as it is, unlike in notifications.
 */
export async function tellOfObject({ s3, tellingBuckets, putEvent }: ObjectEvents, created: CreatedObject): Promise<void> {
  const { bucket, key, reason } = created;
  if (!tellingBuckets.has(bucket)) return;
  const { ContentLength, ETag = '', VersionId } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  const version = VersionId === undefined ? {} : { 'version-id': VersionId };
  await putEvent({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: ContentLength ?? 0, etag: ETag.replaceAll('"', ''), ...version },
      reason,
    },
  });
}
