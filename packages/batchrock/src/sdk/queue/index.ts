export type { EnqueuedFile, EnqueueOptions } from './enqueue-file.ts';
export type { ListOptions } from './list-files.ts';
export { openQueue } from './open-queue.ts';
export type { Queue, QueueOptions } from './queue.ts';
export type { QueuedFile } from './queued-file.ts';
export type { WaitOptions } from './wait-for-file.ts';
