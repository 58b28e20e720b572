import type { ListOptions, ObjectStorage, ReadOptions, WriteOptions } from './object-storage.ts';

/** One S3 call that a job made, named by the permission that it needs. */
export interface RecordedCall {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The ARN of the role that the call was made with. */
  readonly role: string;
  /** The ARN of the job. */
  readonly job: string;
  readonly action: 's3:ListBucket' | 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject';
  readonly bucket: string;
  /** The key, or the prefix of a list. */
  readonly key: string;
}

/** The latest S3 calls that jobs made, oldest first; what `GET /_batchrock/calls` answers. */
export interface CallLog {
  add(call: RecordedCall): void;
  list(): readonly RecordedCall[];
  clear(): void;
}

/** Keeps the last `capacity` calls. */
export function createCallLog(capacity = 10_000): CallLog {
  let calls: RecordedCall[] = [];
  return {
    add(call) {
      calls.push(call);
      if (calls.length >= capacity * 2) calls = calls.slice(-capacity);
    },
    list: () => calls.slice(-capacity),
    clear() {
      calls = [];
    },
  };
}

/** The storage as one job sees it with its role: every call is written to the log before it is made. */
export function recordCalls(
  storage: ObjectStorage,
  log: CallLog,
  who: { readonly role: string; readonly job: string },
): ObjectStorage {
  const record = (action: RecordedCall['action'], bucket: string, key: string): void =>
    log.add({ at: Date.now(), ...who, action, bucket, key });
  return {
    hasBucket(bucket) {
      record('s3:ListBucket', bucket, '');
      return storage.hasBucket(bucket);
    },
    head(bucket, key) {
      record('s3:GetObject', bucket, key);
      return storage.head(bucket, key);
    },
    open(bucket, key, options?: ReadOptions) {
      record('s3:GetObject', bucket, key);
      return storage.open(bucket, key, options);
    },
    create(bucket, key, options?: WriteOptions) {
      record('s3:PutObject', bucket, key);
      return storage.create(bucket, key, options);
    },
    list(bucket, options?: ListOptions) {
      record('s3:ListBucket', bucket, options?.prefix ?? '');
      return storage.list(bucket, options);
    },
    remove(bucket, keys) {
      for (const key of keys) record('s3:DeleteObject', bucket, key);
      return storage.remove(bucket, keys);
    },
  };
}
