import { Worker } from 'node:worker_threads';
import { InvariantError } from '@batchrock/core';
import type { FromServer, ToServer } from './task-messages.ts';
import { TaskServer, type TaskWork } from './task-server.ts';
import { heardError } from './told-error.ts';

/** A task that a thread has, or will have. */
export interface RunningTask<Result> {
  /** The bytes that it gives, in order. Each block counts until the next is asked for. They have to be read to their end. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly result: Promise<Result>;
}

export interface TaskThreadsOptions<Task, Result> {
  /** Calls `serveTasks`. */
  readonly module: URL;
  /** Given to each thread, cloned. */
  readonly data: unknown;
  /** All of them, of which the caller's is one. */
  readonly threads: number;
  /** What the module does, for the caller's thread: it would else only wait, with all that a task needs in its memory. */
  readonly work: TaskWork<Task, Result>;
}

/** A thread, as those that wait see it. */
interface Place {
  /** The blocks that it has given so far. */
  readonly blocks: Uint8Array[];
  tell(message: ToServer): void;
  end(): Promise<unknown>;
}

interface Ticket<Result> {
  readonly task: unknown;
  readonly full: { readonly place: Place; readonly block: number; readonly length: number }[];
  isOver: boolean;
  wake: (() => void) | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** A few threads, the caller's among them, that do tasks, one each at a time, in the order in which they were given. `close` it. */
export class TaskThreads<Task, Result> {
  readonly #places: readonly Place[];
  readonly #idle: Place[];
  readonly #waiting: Ticket<Result>[] = [];
  readonly #running = new Map<Place, Ticket<Result>>();
  /** Why no task is done any more. */
  #end: { readonly error: unknown } | undefined;

  constructor({ module, data, threads, work }: TaskThreadsOptions<Task, Result>) {
    const others = Array.from({ length: threads - 1 }, () => this.#thread(module, data));
    // it has nothing to load: the first task is its own
    this.#places = [this.#ownThread(work), ...others];
    this.#idle = [...this.#places];
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
    const ticket: Ticket<Result> = { task, full: [], isOver: false, wake: undefined, resolve, reject };
    this.#waiting.push(ticket);
    if (this.#end === undefined) this.#next();
    else this.#fail(this.#end.error);
    return { result, bytes: bytesOf(ticket, result) };
  }

  /** Ends the threads, whatever they do. Tasks that are not over reject with `reason`. */
  async close(reason: unknown = new InvariantError('the threads were ended')): Promise<void> {
    this.#fail(reason);
    await Promise.all(this.#places.map((place) => place.end()));
  }

  #ownThread(work: TaskWork<Task, Result>): Place {
    const server = new TaskServer<Task, Result>(work, (message) => this.#hear(place, message));
    const place: Place = { blocks: [], tell: (message) => server.hear(message), end: () => server.end() };
    return place;
  }

  #thread(module: URL, data: unknown): Place {
    const worker = new Worker(module, { workerData: data });
    const place: Place = {
      blocks: [],
      tell: (message) => worker.postMessage(message),
      end() {
        worker.removeAllListeners();
        return worker.terminate();
      },
    };
    worker.on('message', (message: FromServer<Result>) => this.#hear(place, message));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new InvariantError('a thread ended in the middle of its work')));
    return place;
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const place = this.#idle.shift() as Place;
      const ticket = this.#waiting.shift() as Ticket<Result>;
      this.#running.set(place, ticket);
      place.tell({ kind: 'task', task: ticket.task });
    }
  }

  #hear(place: Place, message: FromServer<Result>): void {
    if (message.kind === 'bytes' && message.memory !== undefined) place.blocks[message.block] = new Uint8Array(message.memory);
    const ticket = this.#running.get(place);
    if (ticket === undefined) return;
    if (message.kind === 'bytes') ticket.full.push({ place, block: message.block, length: message.length });
    else {
      this.#running.delete(place);
      this.#idle.push(place);
      ticket.isOver = true;
      if (message.kind === 'done') ticket.resolve(message.result);
      else ticket.reject(heardError(message.error));
      this.#next();
    }
    ticket.wake?.();
  }

  /** Whoever waits for a task waits no longer, and no other is begun. */
  #fail(error: unknown): void {
    this.#end ??= { error };
    for (const ticket of [...this.#running.values(), ...this.#waiting.splice(0)]) {
      ticket.isOver = true;
      ticket.reject(error);
      ticket.wake?.();
    }
    this.#running.clear();
  }
}

async function* bytesOf<Result>(ticket: Ticket<Result>, result: Promise<Result>): AsyncIterable<Uint8Array> {
  for (;;) {
    const next = ticket.full.shift();
    if (next !== undefined) {
      const { place, block, length } = next;
      yield place.blocks[block]!.subarray(0, length);
      place.tell({ kind: 'block', block });
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
