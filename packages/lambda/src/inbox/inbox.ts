import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { CallOptions } from '@batchrock/core';

/** An object as it is found. */
export interface FoundObject {
  readonly bucket: string;
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly versionId?: string;
  /** Bytes. */
  readonly size: number;
  /** When it was put there, milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** What its owner wrote beside it, by lower-case names. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a listing tells of an object. */
export type ListedObject = Pick<FoundObject, 'bucket' | 'key' | 'etag' | 'modifiedAt'>;

/** The objects that users put somewhere to be processed. */
export interface Inbox {
  /** Those whose key begins with a prefix, in the order of S3, behind the key `after`. */
  list(bucket: string, prefix: string, o?: CallOptions & { readonly after?: string | undefined }): AsyncIterable<ListedObject>;
  /** Undefined where there is none. */
  find(bucket: string, key: string): Promise<FoundObject | undefined>;
  /**
   * Moves an object within its bucket. `changed`: it is not the one that was found any more, and was left alone; `too-large`: it has
   * more than 5 GB and stays.
   */
  move(object: FoundObject, to: string): Promise<'moved' | 'changed' | 'too-large'>;
}

/** Bytes of the largest object that CopyObject takes (S3 API reference, 2026-11). */
const MOST_COPIED = 5 * 1024 ** 3;

/** Objects on S3. */
export function createInbox(client: S3Client): Inbox {
  return {
    async *list(Bucket, Prefix, { after: StartAfter, signal } = {}) {
      let ContinuationToken: string | undefined;
      do {
        const page = new ListObjectsV2Command({ Bucket, Prefix, StartAfter, ContinuationToken });
        const listed = await client.send(page, { abortSignal: signal });
        for (const { Key: key = '', ETag = '', LastModified } of listed.Contents ?? []) {
          yield { bucket: Bucket, key, etag: plainEtag(ETag), modifiedAt: LastModified?.getTime() ?? 0 };
        }
        ContinuationToken = listed.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    async find(Bucket, Key) {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key })).catch(unlessGone);
      if (head === undefined) return undefined;
      const { ETag = '', VersionId, ContentLength = 0, LastModified, Metadata = {} } = head;
      return {
        bucket: Bucket,
        key: Key,
        etag: plainEtag(ETag),
        ...(VersionId !== undefined && VersionId !== 'null' && { versionId: VersionId }),
        size: ContentLength,
        modifiedAt: LastModified?.getTime() ?? 0,
        metadata: Metadata,
      };
    },

    async move({ bucket: Bucket, key: Key, etag, size }, to) {
      if (size > MOST_COPIED) return 'too-large';
      const CopySource = `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`;
      try {
        // without its tags, which would take permissions of their own
        const copy = { Bucket, Key: to, CopySource, CopySourceIfMatch: etag, TaggingDirective: 'REPLACE' } as const;
        await client.send(new CopyObjectCommand(copy));
        await client.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: etag }));
        return 'moved';
      } catch (error) {
        if (isGone(error) || (error instanceof Error && error.name === 'PreconditionFailed')) return 'changed';
        throw error;
      }
    },
  };
}

function plainEtag(etag: string): string {
  return etag.replaceAll('"', '');
}

function unlessGone(error: unknown): undefined {
  if (isGone(error)) return undefined;
  throw error;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey');
}
