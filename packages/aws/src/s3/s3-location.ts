import type { S3Client } from '@aws-sdk/client-s3';
import type { BlockPool } from './block-pool.ts';

/** What the calls of one store share. */
export interface S3Location {
  readonly client: S3Client;
  readonly bucket: string;
  /** Blocks of all uploads. */
  readonly blocks: BlockPool;
  readonly owner: { ExpectedBucketOwner?: string };
  /** The full key of one of our keys. */
  full(key: string): string;
}

/** ETags come in quotes. */
export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}
