import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import { type FileBody, type FileStatus, filesOf, filesOn, isOver } from '../../queue/index.ts';
import { type QueuedFile, queuedFile } from './queued-file.ts';

/** Which files of a queue are listed. */
export interface ListOptions {
  /** Those of one status alone. */
  readonly status?: FileStatus;
  /** The newest so many. */
  readonly limit?: number;
}

/** Files of a queue, newest first, found by an index: seconds old perhaps. */
export async function listFiles(opened: OpenedQueue, { status, limit }: ListOptions = {}): Promise<readonly QueuedFile[]> {
  const { bucket } = opened.stack;
  const found: FileBody[] = [];
  if (status === undefined) for await (const file of filesOf(opened, bucket)) found.push(file);
  else {
    for await (const file of filesOn(opened, bucket, status)) found.push(file);
    // what is not done with at its end stands on a shelf of its own
    if (isOver({ status })) for await (const file of filesOn(opened, bucket, 'Ending')) found.push(file);
  }
  const wanted = found.filter((file) => status === undefined || file.status === status);
  const newest = wanted.sort((a, b) => b.receivedAt - a.receivedAt);
  return (limit === undefined ? newest : newest.slice(0, limit)).map(queuedFile);
}
