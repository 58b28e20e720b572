import type { IncomingHttpHeaders } from 'node:http';
import type { CommitResult, StoredObject, WriteConditions } from '../storage/index.ts';
import { S3Error } from './s3-error.ts';

/** Reads `If-None-Match: *` and `If-Match` of a write. */
export function writeConditions(headers: IncomingHttpHeaders): WriteConditions {
  const none = headers['if-none-match'];
  const match = headers['if-match'];
  if (none !== undefined && none.trim() !== '*') {
    throw new S3Error('NotImplemented', 'If-None-Match of a write takes * only.', { Header: 'If-None-Match' });
  }
  return { ...(none === undefined ? {} : { ifAbsent: true }), ...(match === undefined ? {} : { ifMatch: unquote(match) }) };
}

/** The object of a write that was done; throws what S3 answers for one that was not. */
export function storedOrThrow(result: CommitResult, bucket: string, key: string): StoredObject {
  switch (result.status) {
    case 'stored':
      return result.object;
    case 'no-bucket':
      throw new S3Error('NoSuchBucket', undefined, { BucketName: bucket });
    case 'exists':
      throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' });
    case 'changed':
      throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
    case 'absent':
      throw new S3Error('NoSuchKey', undefined, { Key: key });
  }
}

/** The conditions of a read, as the headers of GET and HEAD and of a copy's source name them. */
export interface ReadConditions {
  readonly match?: string | undefined;
  readonly noneMatch?: string | undefined;
  readonly modifiedSince?: string | undefined;
  readonly unmodifiedSince?: string | undefined;
}

/** The conditions of GET and HEAD. */
export function readConditions(headers: IncomingHttpHeaders): ReadConditions {
  return {
    match: headers['if-match'],
    noneMatch: headers['if-none-match'],
    modifiedSince: headers['if-modified-since'],
    unmodifiedSince: headers['if-unmodified-since'],
  };
}

/** Throws `PreconditionFailed` or `NotModified` (RFC 9110, section 13.2.2: an ETag outweighs a date). */
export function checkRead(object: StoredObject, conditions: ReadConditions): void {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = conditions;
  // Dates of HTTP have no fractions of a second.
  const modified = Math.floor(object.lastModified / 1000) * 1000;
  if (match !== undefined) {
    if (!matches(match, object.etag)) throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
  } else if (unmodifiedSince !== undefined && modified > Date.parse(unmodifiedSince)) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Unmodified-Since' });
  }
  if (noneMatch !== undefined) {
    if (matches(noneMatch, object.etag)) throw new S3Error('NotModified');
  } else if (modifiedSince !== undefined && modified <= Date.parse(modifiedSince)) {
    throw new S3Error('NotModified');
  }
}

/** An ETag as it is compared: without quotes. */
export function unquote(etag: string): string {
  return etag.trim().replace(/^"(.*)"$/, '$1');
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((one) => one.trim() === '*' || unquote(one.trim().replace(/^W\//, '')) === etag);
}
