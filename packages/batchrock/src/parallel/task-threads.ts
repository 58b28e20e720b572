import { Worker } from 'node:worker_threads';
import { InvariantError } from '@batchrock/core';
import type { FromThread, ToThread } from './task-server.ts';

/** Blocks that a thread may give before they are used: what it works ahead, at 256 KiB each. */
const BLOCKS_AHEAD = 128;

/** A task that a thread has, or will have. */
export interface RunningTask<Result> {
  /** The bytes that it gives, in order. Each block counts until the next is asked for. They have to be read to their end. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly result: Promise<Result>;
}

interface Ticket<Result> {
  readonly task: unknown;
  readonly blocks: { readonly bytes: Uint8Array; readonly from: Worker }[];
  isOver: boolean;
  wake: (() => void) | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * A few threads that run the tasks of a module, one each at a time, in the order in which they were given. The module calls
 * `serveTasks`. `close` it.
 */
export class TaskThreads<Task, Result> {
  readonly #workers: Worker[];
  readonly #idle: Worker[];
  readonly #waiting: Ticket<Result>[] = [];
  readonly #running = new Map<Worker, Ticket<Result>>();

  /** `data` is given to each thread, cloned. */
  constructor(module: URL, data: unknown, threads: number) {
    this.#workers = Array.from({ length: threads }, () => new Worker(module, { workerData: { data, ahead: BLOCKS_AHEAD } }));
    this.#idle = [...this.#workers];
    for (const worker of this.#workers) {
      worker.on('message', (message: FromThread<Result>) => this.#hear(worker, message));
      worker.on('error', (error) => this.#lose(worker, error));
      worker.on('exit', () => this.#lose(worker, new InvariantError('a thread ended in the middle of its work')));
    }
  }

  /** Runs a task on the next thread that is free. */
  run(task: Task): RunningTask<Result> {
    let resolve: (result: Result) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const result = new Promise<Result>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    result.catch(() => undefined);
    const ticket: Ticket<Result> = { task, blocks: [], isOver: false, wake: undefined, resolve, reject };
    this.#waiting.push(ticket);
    this.#next();
    return { result, bytes: bytesOf(ticket, result) };
  }

  /** Ends the threads, whatever they do: tasks that are not over reject. */
  async close(): Promise<void> {
    for (const worker of this.#workers) {
      worker.removeAllListeners();
      this.#lose(worker, new InvariantError('the threads were ended'));
    }
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.shift() as Worker;
      const ticket = this.#waiting.shift() as Ticket<Result>;
      this.#running.set(worker, ticket);
      worker.postMessage({ kind: 'task', task: ticket.task } satisfies ToThread);
    }
  }

  #hear(worker: Worker, message: FromThread<Result>): void {
    const ticket = this.#running.get(worker);
    if (ticket === undefined) return;
    if (message.kind === 'bytes') ticket.blocks.push({ bytes: message.bytes, from: worker });
    else {
      this.#running.delete(worker);
      this.#idle.push(worker);
      ticket.isOver = true;
      if (message.kind === 'done') ticket.resolve(message.result);
      else ticket.reject(message.error);
      this.#next();
    }
    ticket.wake?.();
  }

  #lose(worker: Worker, error: unknown): void {
    const ticket = this.#running.get(worker);
    this.#running.delete(worker);
    for (const each of [...(ticket ? [ticket] : []), ...this.#waiting.splice(0)]) {
      each.isOver = true;
      each.reject(error);
      each.wake?.();
    }
  }
}

async function* bytesOf<Result>(ticket: Ticket<Result>, result: Promise<Result>): AsyncIterable<Uint8Array> {
  for (;;) {
    const block = ticket.blocks.shift();
    if (block !== undefined) {
      yield block.bytes;
      // back to where it came from, to be filled again
      const bytes = new Uint8Array(block.bytes.buffer);
      block.from.postMessage({ kind: 'block', bytes } satisfies ToThread, [bytes.buffer as ArrayBuffer]);
      continue;
    }
    if (ticket.isOver) break;
    await new Promise<void>((resolve) => {
      ticket.wake = resolve;
    });
    ticket.wake = undefined;
  }
  await result;
}
