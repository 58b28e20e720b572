import { S3Client } from '@aws-sdk/client-s3';
import { s3Endpoint } from '../engine/index.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** Objects on the S3 of the account, or of the server that stands in for it. */
export function openInbox(): Inbox {
  return createInbox(new S3Client({ forcePathStyle: s3Endpoint().endpoint !== undefined }));
}
