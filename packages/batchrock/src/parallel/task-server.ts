import { parentPort, workerData } from 'node:worker_threads';
import { CancelledError, type ObjectSink } from '@batchrock/core';
import type { FromServer, ToServer } from './task-messages.ts';
import { tellError } from './told-error.ts';

const BLOCK_BYTES = 1 << 18;

/** What may be given before it is used: what a task works ahead, at 256 KiB each. */
const MOST_BLOCKS = 128;

/**
 * Runs a task; what it writes to the sink goes to whoever gave the task. The signal says that nobody waits for it any more;
 * a thread ends without it.
 */
export type TaskWork<Task, Result> = (task: Task, sink: ObjectSink, signal?: AbortSignal) => Promise<Result>;

/**
 * Does tasks, one at a time, in whatever thread it is made. The bytes of a task go out in blocks of shared memory that are made
 * once: a block that is given to another thread for good counts as new memory there, and the collector of garbage runs for it.
 */
export class TaskServer<Task, Result> {
  readonly #work: TaskWork<Task, Result>;
  readonly #tell: (message: FromServer<Result>) => void;
  readonly #blocks: Uint8Array[] = [];
  readonly #free: number[] = [];
  /** How many blocks the other side knows. */
  #known = 0;
  /** The block that is being filled. */
  #inHand: number | undefined;
  #wake: (() => void) | undefined;
  readonly #stop = new AbortController();
  #underWay: Promise<void> = Promise.resolve();

  constructor(work: TaskWork<Task, Result>, tell: (message: FromServer<Result>) => void) {
    this.#work = work;
    this.#tell = tell;
  }

  hear(message: ToServer): void {
    if (message.kind === 'task') {
      this.#underWay = this.#do(message.task as Task);
      return;
    }
    this.#free.push(message.block);
    this.#wake?.();
  }

  /** Ends the task under way; resolves when it is over. */
  async end(): Promise<void> {
    this.#stop.abort(new CancelledError());
    this.#wake?.();
    await this.#underWay;
  }

  async #do(task: Task): Promise<void> {
    const sink: ObjectSink = {
      blockBytes: BLOCK_BYTES,
      block: () => this.#block(),
      write: (full) => this.#write(full.length),
      commit: async () => ({ key: '', size: 0, etag: '' }),
      abort: async () => undefined,
    };
    try {
      const result = await this.#work(task, sink, this.#stop.signal);
      this.#tell({ kind: 'done', result });
    } catch (error) {
      this.#tell({ kind: 'failed', error: tellError(error) });
    }
  }

  async #write(length: number): Promise<Uint8Array> {
    this.#stop.signal.throwIfAborted();
    const block = this.#inHand!;
    this.#inHand = undefined;
    const isNew = block >= this.#known;
    if (isNew) this.#known = block + 1;
    this.#tell({ kind: 'bytes', block, length, ...(isNew && { memory: this.#blocks[block]!.buffer as SharedArrayBuffer }) });
    while (this.#free.length === 0 && this.#blocks.length === MOST_BLOCKS) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#stop.signal.throwIfAborted();
    }
    return this.#block();
  }

  #block(): Uint8Array {
    this.#inHand ??= this.#free.pop() ?? this.#blocks.push(new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES))) - 1;
    return this.#blocks[this.#inHand]!;
  }
}

/** Does the tasks of `TaskThreads` in this thread. `start` is called once, with the data of the threads. */
export function serveTasks<Data, Task, Result>(start: (data: Data) => TaskWork<Task, Result>): void {
  const port = parentPort;
  if (port === null) return;
  const server = new TaskServer<Task, Result>(start(workerData as Data), (message) => port.postMessage(message));
  port.on('message', (message: ToServer) => server.hear(message));
}
