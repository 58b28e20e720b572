import { setImmediate as turn } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { InputError, type ObjectSink } from '@batchrock/core';
import { serveTasks, type TaskWork } from '../src/parallel/task-server.ts';

/** What tests of threads have done. A gate is a cell of `shared`: 0 until the test opens it. */
export type TestTask =
  | { readonly kind: 'bytes'; readonly blocks: number; readonly value: number; readonly countAt?: number }
  | { readonly kind: 'wait'; readonly gate: number }
  | { readonly kind: 'refuse'; readonly row: number }
  | { readonly kind: 'spin'; readonly countAt: number }
  | { readonly kind: 'exit' }
  | { readonly kind: 'throw-outside' };

/** What a thread of a test knows. */
export interface TestData {
  /** Counters and gates. */
  readonly shared: Int32Array;
}

/** Does the tasks of tests; the result is the thread that did it. Also a module of `TaskThreads`. */
export function testWork({ shared }: TestData): TaskWork<TestTask, number> {
  return async (task, sink, signal) => {
    switch (task.kind) {
      case 'bytes':
        await writeBlocks(task, sink, shared);
        break;
      case 'wait':
        await opened(shared, task.gate, signal);
        break;
      case 'refuse':
        throw new InputError('BR-E0104', `row ${task.row} is refused`, {
          details: { row: task.row },
          hint: 'mend it',
          cause: new TypeError('the reason'),
        });
      case 'spin':
        return spin(shared, task.countAt);
      case 'exit':
        return process.exit(0);
      case 'throw-outside':
        setImmediate(() => {
          throw new RangeError('thrown outside');
        });
        await new Promise(() => undefined);
    }
    return threadId;
  };
}

/** Never gives way to anything else in its thread. */
function spin(shared: Int32Array, at: number): never {
  for (;;) Atomics.add(shared, at, 1);
}

async function writeBlocks(task: TestTask & { kind: 'bytes' }, sink: ObjectSink, shared: Int32Array): Promise<void> {
  let block = sink.block();
  for (let i = 0; i < task.blocks; i++) {
    block.fill(task.value + i);
    block = await sink.write(block);
    if (task.countAt !== undefined) Atomics.add(shared, task.countAt, 1);
  }
  // the end of a file rarely fills a block
  block[0] = task.value;
  await sink.write(block.subarray(0, 1));
}

async function opened(shared: Int32Array, gate: number, signal?: AbortSignal): Promise<void> {
  while (Atomics.load(shared, gate) === 0) {
    signal?.throwIfAborted();
    await turn();
  }
}

serveTasks<TestData, TestTask, number>(testWork);
