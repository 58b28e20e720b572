/** What a task asked for; the same however often Step Functions repeats it. */
export interface Asked {
  /** The job's name without its attempt: the key of the table. */
  readonly waiter: string;
  /** The entry into the Map that this job belongs to. */
  readonly batch: string;
  readonly index: number;
  readonly manifestCount: number;
  readonly manifestKey: string;
  readonly modelId: string;
  readonly outputBucket: string;
  /** The account that owns the output bucket, where the caller names one. */
  readonly outputBucketOwner?: string;
  /** Bedrock's own limit of the job. */
  readonly timeoutHours: number;
  /** How many jobs of the batch may fail before the batch does. */
  readonly toleratedFailure: number;
}

/** Why a job was not made although its batch goes on. */
export interface Refused {
  readonly error: string;
  readonly cause: string;
}

/** A task of Step Functions that waits for a job, and what is known of both. */
export interface Waiter extends Asked {
  readonly attempt: number;
  /** `open`: awaited. `answered`: the task was told. `abandoned`: nobody waits any more, and the job is to be stopped. */
  readonly state: 'open' | 'answered' | 'abandoned';
  /** Lies in the table alone: in no tag, no log, no message. */
  readonly taskToken: string;
  readonly jobName: string;
  readonly clientRequestToken: string;
  readonly jobArn?: string;
  readonly refused?: Refused;
  /** Milliseconds since the epoch at which Step Functions first did not know the token. */
  readonly goneSince?: number;
  /** The job's status when the task was told. */
  readonly status?: string;
  /** Milliseconds since the epoch at which the present token came. */
  readonly since: number;
}

/** Which job a task gets. */
export interface Turn {
  readonly attempt: number;
  /** A job that exists already and is this task's. */
  readonly jobArn?: string;
  /** Another invocation may have made the job without saying so: look before making one. */
  readonly mayExist: boolean;
}

/**
 * A task that comes again while it is awaited gets the same job: Step Functions repeats what crashed. One that was told of
 * success gets the same job too, since its output lies there, paid for: a Map that is retried as a whole asks again for every
 * manifest. What failed or was abandoned gets a new job.
 */
export function nextTurn(existing: Waiter | undefined): Turn {
  if (existing === undefined) return { attempt: 1, mayExist: false };
  const { attempt, state, jobArn } = existing;
  if (state === 'open' || (state === 'answered' && hasSucceeded(existing.status))) {
    return { attempt, mayExist: jobArn === undefined, ...(jobArn === undefined ? {} : { jobArn }) };
  }
  return { attempt: attempt + 1, mayExist: false };
}

/** True for the two statuses that a task is told as a success. */
export function hasSucceeded(status: string | undefined): boolean {
  return status === 'Completed' || status === 'PartiallyCompleted';
}
