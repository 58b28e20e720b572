import type { InvocationType } from '../model/index.ts';
import type { CallOptions } from './object-store.ts';

/** The ten states of a model invocation job (Bedrock API reference, GetModelInvocationJob, 2026-11). */
export type JobStatus =
  | 'Submitted'
  | 'Validating'
  | 'Scheduled'
  | 'InProgress'
  | 'Completed'
  | 'PartiallyCompleted'
  | 'Failed'
  | 'Stopping'
  | 'Stopped'
  | 'Expired';

/** What CreateModelInvocationJob is asked for. */
export interface JobSpec {
  /** Where it runs; default: in the service's own Region. */
  readonly region?: string;
  /** 1 to 63 characters, `[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63}`. */
  readonly jobName: string;
  /** 1 to 256 characters, `[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}`. */
  readonly clientRequestToken: string;
  readonly modelId: string;
  readonly roleArn: string;
  readonly invocationType: InvocationType;
  /** Ends with a slash: the flat folder that holds the job's files. */
  readonly inputUri: string;
  /** Ends with a slash: Bedrock writes below `<jobId>/`. */
  readonly outputUri: string;
  /** 24 to 168. */
  readonly timeoutHours: number;
  /** ARN, id or alias of the key that the output is encrypted by; default: as the bucket encrypts. */
  readonly outputKmsKeyId?: string;
  /** The 12-digit account of the buckets; default: that of the caller. */
  readonly bucketOwner?: string;
  /** Where the service reaches the buckets from; default: by no network of the account. */
  readonly vpcConfig?: VpcConfig;
  /** Names of 1 to 128 characters, values of 0 to 256, `[a-zA-Z0-9\s._:/=+@-]*`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The network that a job reaches its buckets by. */
export interface VpcConfig {
  /** 1 to 16. */
  readonly subnetIds: readonly string[];
  /** 1 to 5. */
  readonly securityGroupIds: readonly string[];
}

/** What Get and List say about a job. Counts are absent when the service did not say them. */
export interface JobView {
  readonly jobArn: string;
  readonly jobName: string;
  readonly status: JobStatus;
  /** As the service returns it: a full ARN. */
  readonly modelId: string;
  readonly clientRequestToken?: string;
  readonly message?: string;
  readonly submitTime: number;
  readonly endTime?: number;
  readonly outputUri?: string;
  readonly counts?: JobCounts;
}

/** Records of a job. Zero while it is validating. */
export interface JobCounts {
  readonly total: number;
  readonly processed: number;
  readonly succeeded: number;
  readonly failed: number;
}

export interface JobQuery {
  /** Milliseconds since the epoch: only jobs submitted after it. */
  readonly submittedAfter?: number;
  readonly nameContains?: string;
  readonly status?: JobStatus;
}

/** What the service does not document and the protocol leans on; here so that tests need not wait for minutes. */
export interface BatchServiceFacts {
  /** A Create that is not sent again later than this after its intent needs no look first. 60,000. */
  readonly tokenTrustMs: number;
  /** A signed request is refused by the service after this. 300,000. */
  readonly signatureMs: number;
  /** A job that was created is in List after this at the latest. 120,000. */
  readonly listSettleMs: number;
  /** Output is all there this long after the job ended, at the latest. */
  readonly outputSettleMs: number;
}

/**
 * Bedrock batch inference in one account and Region, or in several: then an ARN says in which a job is, and a list is of all. Errors are `ServiceError`s; not found is a value. An error of effect
 * `none` has surely changed nothing.
 */
export interface BatchService {
  readonly facts: BatchServiceFacts;
  /**
   * The request is never sent, nor signed again, after `notAfter` (milliseconds since the epoch): then it rejects with
   * `unavailable`. A token that the service remembers makes no second job, whatever else is asked with it: the first is
   * answered, or `conflict` refused. Refuses with `conflict` a name that is taken, where names are taken once; with `quota` a
   * job above the quota; with `invalid` a value that breaks a pattern or a limit of `JobSpec`.
   */
  create(spec: JobSpec, options: CallOptions & { readonly notAfter: number }): Promise<{ readonly jobArn: string }>;
  /**
   * Brings the input of a job that is to run in another Region to where it reads it; done once, however often it is asked. Absent where
   * all jobs run in one.
   */
  stage?(spec: JobSpec, options?: CallOptions): Promise<void>;
  /** By ARN. A job that has ended is shown the same for ever. */
  get(jobArn: string, options?: CallOptions): Promise<JobView | undefined>;
  /** Newest first, every page of it. A hint: a job may be missing for up to `listSettleMs`. */
  list(query: JobQuery, options?: CallOptions): AsyncIterable<JobView>;
  /**
   * Asks a job that lives to stop; it is `Stopping` until it is `Stopped`, and may be asked again meanwhile. Refuses with
   * `conflict` one that has ended, with `invalid` one that does not exist.
   */
  stop(jobArn: string, options?: CallOptions): Promise<void>;
}

/** True for the five states that a job never leaves. */
export function isTerminalStatus(status: JobStatus): boolean {
  return (
    status === 'Completed' ||
    status === 'PartiallyCompleted' ||
    status === 'Failed' ||
    status === 'Stopped' ||
    status === 'Expired'
  );
}
