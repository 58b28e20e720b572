import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { type CallOptions, isInputKey } from '@batchrock/core';
import { translateError } from '../translate-error.ts';
import { INPUT_TAG } from './input-tag.ts';
import type { S3Location } from './s3-location.ts';

/**
 * Copies an object of another store to the same key of this one, inside S3: no byte of it comes by here. One call copies 5 GB at most (S3
 * API reference, CopyObject, 2026-11), which is more than a file of a job may have.
 */
export async function copyObject(to: S3Location, from: S3Location, key: string, { signal }: CallOptions = {}): Promise<void> {
  const source = `${from.bucket}/${from.full(key).split('/').map(encodeURIComponent).join('/')}`;
  const isTagged = to.tagsInput && isInputKey(key);
  try {
    await to.client.send(
      new CopyObjectCommand({
        Bucket: to.bucket,
        Key: to.full(key),
        CopySource: source,
        ...to.owner,
        ...(from.owner.ExpectedBucketOwner && { ExpectedSourceBucketOwner: from.owner.ExpectedBucketOwner }),
        ...to.encryption,
        // by default S3 copies tags too, which needs one permission more
        TaggingDirective: 'REPLACE',
        ...(isTagged && { Tagging: `${INPUT_TAG.Key}=${INPUT_TAG.Value}` }),
      }),
      { abortSignal: signal },
    );
  } catch (error) {
    throw translateError(error, `CopyObject s3://${source} to s3://${to.bucket}/${to.full(key)}`);
  }
}
