import type { StackOptions } from '../../compose/stack-place.ts';
import type { EnqueuedFile, EnqueueOptions } from './enqueue-file.ts';
import type { ListOptions } from './list-files.ts';
import type { QueuedFile } from './queued-file.ts';
import type { WaitOptions } from './wait-for-file.ts';

/** Where a queue is found. */
export interface QueueOptions extends StackOptions {
  /** Name or ARN of the stack of a queue; default: `BATCHROCK_STACK`. */
  readonly stack?: string;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start at; default: the current one. */
  readonly cwd?: string;
  /** Hears what a user should know and no error is, one sentence each. */
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * A queue of files in an account. `file` in its methods is an id (`f-…`), a key with or without `to-process/`, or `s3://bucket/key`.
 * Every method throws the errors of `@batchrock/core`, told apart by their `code`: `BR-E0201` for a file that is not there, `BR-E0207`
 * for what does not go with how it stands.
 */
export interface Queue {
  /** The name of its stack. */
  readonly stack: string;
  /** Puts a file of this machine, or one of S3 (`s3://bucket/key`), into the queue. The same again is the same file, paid for once. */
  enqueue(file: string, options?: EnqueueOptions): Promise<EnqueuedFile>;
  /** Waits until a file that was put there is at its end, with its results written. */
  wait(file: EnqueuedFile, options?: WaitOptions): Promise<QueuedFile>;
  /** Its files, newest first. */
  list(options?: ListOptions): Promise<readonly QueuedFile[]>;
  /** How a file stands. */
  show(file: string): Promise<QueuedFile>;
  /** Sends nothing new of a file; jobs in flight go on and are collected. */
  pause(file: string): Promise<QueuedFile>;
  /** Goes on with a file that was paused or cancelled. */
  resume(file: string): Promise<QueuedFile>;
  /** Stops the jobs of a file; what they have answered is kept. */
  cancel(file: string): Promise<QueuedFile>;
  /** Sends records again that failed for a passing reason. */
  retry(file: string): Promise<QueuedFile>;
  /** Sends nothing of files that come from now on, until `resumeQueue`. Those that are there already go on unless each is paused. */
  pauseQueue(): Promise<void>;
  /** Lets files that come go on again. Those that are paused stay so until each is resumed. */
  resumeQueue(): Promise<void>;
  /** Since when the queue is paused, in milliseconds since the epoch; undefined: it goes on. */
  pausedAt(): Promise<number | undefined>;
  /** Closes every connection. */
  close(): void;
}
