import type { Priority } from '@batchrock/core';
import type { FileOutput } from './file.ts';

/** What may be done to a file of the queue. */
export const FILE_CHANGES = ['pause', 'resume', 'cancel', 'retry'] as const;
export type FileChange = (typeof FILE_CHANGES)[number];

/** What may be done to the queue as a whole. */
export const QUEUE_CHANGES = ['pause-queue', 'resume-queue'] as const;
export type QueueChange = (typeof QUEUE_CHANGES)[number];

/** What the function `change-file` answers to that. */
export interface ShownQueue {
  /** The bucket of the queue. */
  readonly queue: string;
  /** Since when it is paused; absent: it goes on. */
  readonly pausedAt?: number;
}

/** What the function `change-file` is asked for a file that is to be processed, wherever it lies. */
export interface EnqueueRequest {
  readonly do: 'enqueue';
  readonly bucket: string;
  readonly key: string;
  /** Default: that of the queue. */
  readonly model_id?: string;
  /** Default: the key without `to-process/` and its ending. */
  readonly name?: string;
  readonly priority?: Priority;
  readonly weight?: number;
  /** Of a job of it, 24 to 168. Default: that of the queue. */
  readonly timeout_hours?: number;
  /** Default: `processed/<name>/` of the queue's bucket. */
  readonly output?: Partial<FileOutput> & Pick<FileOutput, 'bucket'>;
}
