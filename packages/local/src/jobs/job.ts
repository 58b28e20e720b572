import type { InvocationType, JobStatus } from '@batchrock/core';
import type { JobFaults } from '../faults/index.ts';

/** A model invocation job as it stands on disk. Times are milliseconds since the epoch. */
export interface Job {
  /** The last 12 characters of its ARN. */
  readonly jobId: string;
  readonly jobArn: string;
  readonly jobName: string;
  readonly clientRequestToken: string;
  readonly roleArn: string;
  /** As Get returns it: an ARN. */
  readonly modelArn: string;
  /** The model behind id, profile or ARN. */
  readonly baseModelId: string;
  readonly invocationType: InvocationType;
  readonly region: string;
  readonly input: JobLocation;
  readonly output: JobLocation & { readonly kmsKeyId?: string };
  readonly timeoutHours: number;
  readonly vpcConfig?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  readonly tags: Readonly<Record<string, string>>;
  readonly faults: JobFaults;
  readonly limits: JobLimits;

  readonly status: JobStatus;
  /** Why it failed, or what is to be said about its end. */
  readonly message?: string;
  readonly submittedAt: number;
  readonly modifiedAt: number;
  /** When the first record was processed. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly counts: RecordCounts;
  /** Records that are processed at most, since it was stopped or ran out of time. */
  readonly cut?: number;
  /** Ended, and its output comes only at this time. */
  readonly outputDueAt?: number;
}

/** A place in S3, as it was given and taken apart. */
export interface JobLocation {
  readonly uri: string;
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly key: string;
  readonly bucketOwner?: string;
}

/** The four counters of Get and List. */
export interface RecordCounts {
  readonly total: number;
  readonly processed: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** What validation holds a job's input to. */
export interface JobLimits {
  readonly minRecords: number;
  readonly maxRecords: number;
  readonly maxRecordsPerFile: number;
  /** Bytes. */
  readonly maxFileBytes: number;
  readonly maxJobBytes: number;
}

/** Before anything was counted. */
export const NO_RECORDS: RecordCounts = { total: 0, processed: 0, succeeded: 0, failed: 0 };

/** Takes `s3://bucket/a/b/` apart. The URI has passed its pattern. */
export function locationOf(uri: string): Pick<JobLocation, 'uri' | 'bucket' | 'key'> {
  const rest = uri.slice('s3://'.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? '' : rest.slice(slash + 1).replace(/\/$/, '');
  return { uri, bucket, key };
}
