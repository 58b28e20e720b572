import { InputError } from '@batchrock/core';
import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import { nodeClock } from '../../node/index.ts';
import { type FileBody, findFile, findFileByKey, isOver } from '../../queue/index.ts';
import type { EnqueuedFile } from './enqueue-file.ts';
import { type QueuedFile, queuedFile } from './queued-file.ts';

/** How a file is waited for. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Hears of each status that the file comes to. */
  readonly onChange?: (file: QueuedFile) => void;
  /** Milliseconds between two looks, which are calls of a service; default 2000. */
  readonly pauseMs?: number;
}

/**
 * Waits until a file is at its end, with its results written; the file then. Throws `BR-E0118` for one that another took the place of
 * before it was taken.
 */
export async function waitForFile(opened: OpenedQueue, awaited: EnqueuedFile, o: WaitOptions = {}): Promise<QueuedFile> {
  const { putAt = 0 } = awaited;
  let status: FileBody['status'] | undefined;
  for (;;) {
    const found = await findFile(opened, awaited.file);
    // what it says of a time before the file was put there again is old
    if (found !== undefined && found.modifiedAt >= putAt) {
      if (found.status !== status) o.onChange?.(queuedFile(found));
      status = found.status;
      if (isOver(found) && !found.isEnding) return queuedFile(found);
    } else if (await isReplaced(opened, awaited)) {
      throw new InputError('BR-E0118', `s3://${awaited.bucket}/${awaited.key} was replaced before it was taken`, {
        hint: `batchrock queue show ${awaited.key} --stack ${opened.stack.name} shows what took its place`,
      });
    }
    await nodeClock.sleep(o.pauseMs ?? 2_000, o.signal);
  }
}

async function isReplaced(opened: OpenedQueue, { file, bucket, key, putAt }: EnqueuedFile): Promise<boolean> {
  if (putAt === undefined) return false;
  const newest = await findFileByKey(opened, bucket, key);
  return newest !== undefined && newest.file !== file && newest.modifiedAt > putAt;
}
