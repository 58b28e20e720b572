import { openQueueStack } from '../../compose/open-queue-stack.ts';
import type { StackPlace } from '../../compose/stack-place.ts';
import { type FileChange, queuePausedAt } from '../../queue/index.ts';
import { askChange, askQueueChange } from './ask-change.ts';
import { enqueueFile } from './enqueue-file.ts';
import { findQueued } from './find-queued.ts';
import { listFiles } from './list-files.ts';
import type { Queue, QueueOptions } from './queue.ts';
import { type QueuedFile, queuedFile } from './queued-file.ts';
import { waitForFile } from './wait-for-file.ts';

/** Reaches the queue at a place. */
export async function reachQueue(
  place: StackPlace,
  { env, cwd = process.cwd(), onNotice = () => undefined, signal }: QueueOptions & Required<Pick<QueueOptions, 'env'>>,
): Promise<Queue> {
  const opened = await openQueueStack(place, { env, notice: onNotice, ...(signal && { signal }) });
  const change = async (what: FileChange, named: string): Promise<QueuedFile> => {
    const { file } = await findQueued(opened, named);
    await askChange(opened, { do: what, file });
    return queuedFile(await findQueued(opened, file));
  };
  return {
    stack: opened.stack.name,
    enqueue: (file, o = {}) => enqueueFile(opened, file, o, cwd),
    wait: (file, o) => waitForFile(opened, file, o),
    list: (o) => listFiles(opened, o),
    show: async (named) => queuedFile(await findQueued(opened, named)),
    pause: (file) => change('pause', file),
    resume: (file) => change('resume', file),
    cancel: (file) => change('cancel', file),
    retry: (file) => change('retry', file),
    pauseQueue: () => askQueueChange(opened, 'pause-queue'),
    resumeQueue: () => askQueueChange(opened, 'resume-queue'),
    pausedAt: () => queuePausedAt(opened, opened.stack.bucket),
    close: () => opened.close(),
  };
}
