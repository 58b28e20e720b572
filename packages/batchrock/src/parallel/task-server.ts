import { parentPort, workerData } from 'node:worker_threads';
import type { ObjectSink } from '@batchrock/core';

/** What a thread is told. */
export type ToThread =
  | { readonly kind: 'task'; readonly task: unknown }
  /** A block that was used: it may be filled again. */
  | { readonly kind: 'block'; readonly bytes: Uint8Array };

/** What a thread tells. */
export type FromThread<Result> =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown };

const BLOCK_BYTES = 1 << 18;

/** Runs a task; what it writes to the sink goes to whoever gave the task. */
export type TaskWork<Task, Result> = (task: Task, sink: ObjectSink) => Promise<Result>;

/** Serves the tasks of `TaskThreads` in this thread. `start` is called once, with the data of the threads. */
export function serveTasks<Data, Task, Result>(start: (data: Data) => TaskWork<Task, Result>): void {
  const port = parentPort;
  if (port === null) return;
  const { data, ahead } = workerData as { data: Data; ahead: number };
  const work = start(data);
  const spare: Uint8Array[] = [];
  let left = ahead;
  let wake: (() => void) | undefined;

  async function nextBlock(): Promise<Uint8Array> {
    while (left === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return spare.pop() ?? new Uint8Array(BLOCK_BYTES);
  }

  const sink: ObjectSink = {
    blockBytes: BLOCK_BYTES,
    block: () => spare.pop() ?? new Uint8Array(BLOCK_BYTES),
    async write(full) {
      left -= 1;
      port.postMessage({ kind: 'bytes', bytes: full } satisfies FromThread<Result>, [full.buffer as ArrayBuffer]);
      return nextBlock();
    },
    commit: async () => ({ key: '', size: 0, etag: '' }),
    abort: async () => undefined,
  };

  port.on('message', (message: ToThread) => {
    if (message.kind === 'block') {
      spare.push(message.bytes);
      left += 1;
      wake?.();
      return;
    }
    work(message.task as Task, sink).then(
      (result) => port.postMessage({ kind: 'done', result } satisfies FromThread<Result>),
      (error: unknown) => port.postMessage({ kind: 'failed', error } satisfies FromThread<Result>),
    );
  });
}
