import type { S3Client } from '@aws-sdk/client-s3';
import type { BlockPool, CreateOptions } from '@batchrock/core';

/** What the calls of one store share. */
export interface S3Location {
  readonly client: S3Client;
  readonly bucket: string;
  /** Before the second try to take a broken read up again; doubles with each. */
  readonly resumeDelayMs: number;
  /** Blocks of all uploads. */
  readonly blocks: BlockPool;
  readonly owner: { ExpectedBucketOwner?: string };
  /** How what is written is encrypted, where the bucket is not to say. */
  readonly encryption: { ServerSideEncryption?: 'aws:kms'; SSEKMSKeyId?: string };
  /** Tag the input of jobs, for the lifecycle of the bucket. */
  readonly tagsInput?: boolean;
  /** The full key of one of our keys. */
  full(key: string): string;
}

/** What S3 can write beside an object. */
export interface S3CreateOptions extends CreateOptions {
  /** By lower-case names, printable ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Milliseconds, unless a test says otherwise: six breaks in a row take some 8 seconds, beside the SDK's own tries. */
export const RESUME_DELAY_MS = 500;

/** ETags come in quotes. */
export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}
