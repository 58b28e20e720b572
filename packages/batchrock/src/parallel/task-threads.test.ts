import { setImmediate as turn } from 'node:timers/promises';
import { CancelledError } from '@batchrock/core';
import { afterEach, expect, test } from 'vitest';
import { type TestTask, testWork } from '../../test/task-work.ts';
import { type RunningTask, TaskThreads } from './task-threads.ts';

const BLOCK_BYTES = 1 << 18;
const MOST_BLOCKS = 128;

let open: TaskThreads<TestTask, number> | undefined;

afterEach(() => open?.close());

/** `shared`: counters and gates that tasks refer to. */
function threadsOf(threads: number) {
  const shared = new Int32Array(new SharedArrayBuffer(64));
  const data = { shared };
  const module = new URL('../../test/task-work.ts', import.meta.url);
  open = new TaskThreads<TestTask, number>({ module, data, threads, work: testWork(data) });
  return { threads: open, shared };
}

function openGate(shared: Int32Array, gate: number): void {
  Atomics.store(shared, gate, 1);
}

/** How many bytes a task gives; they have to be those that it was told to write. */
async function readAll({ bytes }: RunningTask<number>, value: number): Promise<number> {
  let length = 0;
  for await (const block of bytes) {
    const expected = block.length === 1 ? value : value + length / BLOCK_BYTES;
    if (!Buffer.alloc(block.length, expected).equals(block)) throw new Error(`block at ${length} is not all ${expected}`);
    length += block.length;
  }
  return length;
}

test('the bytes of each task come whole and in order, whoever did it and however long they wait', async () => {
  const { threads } = threadsOf(3);
  const sizes = [3, 0, 40, 1, 7, 300];
  const tasks = sizes.map((blocks, i) => threads.run({ kind: 'bytes', blocks, value: 31 * i }));
  const lengths: number[] = [];
  for (const [i, task] of tasks.entries()) lengths.push(await readAll(task, 31 * i));
  expect(lengths).toEqual(sizes.map((blocks) => blocks * BLOCK_BYTES + 1));
  expect(new Set(await Promise.all(tasks.map((task) => task.result))).size).toBeGreaterThan(1);
});

test('tasks are done one at a time in each thread, the first by the caller’s own', async () => {
  const { threads, shared } = threadsOf(2);
  const first = threads.run({ kind: 'wait', gate: 0 });
  const others = [1, 2, 3].map((value) => threads.run({ kind: 'bytes', blocks: 0, value }));
  const places = await Promise.all(others.map((task) => task.result));
  openGate(shared, 0);
  // while it waited, another thread did all that came after
  expect(places).toEqual(places.map(() => places[0]));
  expect(await first.result).not.toBe(places[0]);
});

test.each([
  { whose: 'the caller’s own', other: false },
  { whose: 'another', other: true },
])('$whose thread works ahead by 128 blocks and no further', async ({ other }) => {
  const { threads, shared } = threadsOf(2);
  const before = other ? threads.run({ kind: 'wait', gate: 0 }) : undefined;
  const task = threads.run({ kind: 'bytes', blocks: MOST_BLOCKS + 20, value: 5, countAt: 1 });
  while (Atomics.load(shared, 1) < MOST_BLOCKS - 1) await turn();
  for (let i = 0; i < 50; i++) await turn();
  expect(Atomics.load(shared, 1)).toBe(MOST_BLOCKS - 1);
  expect(await readAll(task, 5)).toBe((MOST_BLOCKS + 20) * BLOCK_BYTES + 1);
  openGate(shared, 0);
  await before?.result;
});

test('an error comes with its code, hint, details and cause from every thread, and the next task is done', async () => {
  const { threads, shared } = threadsOf(2);
  const refused = {
    name: 'InputError',
    kind: 'input',
    code: 'BR-E0104',
    message: 'row 7 is refused',
    hint: 'mend it',
    details: { row: 7 },
  };
  const own = threads.run({ kind: 'refuse', row: 7 });
  await expect(readAll(own, 0)).rejects.toMatchObject(refused);
  const busy = threads.run({ kind: 'wait', gate: 0 });
  const other = threads.run({ kind: 'refuse', row: 7 });
  // one of the two was the caller’s own
  await expect(other.result).rejects.toMatchObject({ ...refused, cause: { message: 'the reason' } });
  await expect(other.result).rejects.toThrow(/refused/);
  expect(await readAll(threads.run({ kind: 'bytes', blocks: 2, value: 9 }), 9)).toBe(2 * BLOCK_BYTES + 1);
  openGate(shared, 0);
  await busy.result;
});

test.each([
  { task: { kind: 'exit' } as const, message: 'a thread ended in the middle of its work' },
  { task: { kind: 'throw-outside' } as const, message: 'thrown outside' },
])('nobody waits for a thread that is lost ($task.kind)', async ({ task, message }) => {
  const { threads } = threadsOf(2);
  const own = threads.run({ kind: 'wait', gate: 0 });
  const lost = threads.run(task);
  const waiting = threads.run({ kind: 'bytes', blocks: 1, value: 1 });
  await expect(lost.result).rejects.toThrow(message);
  await expect(readAll(waiting, 1)).rejects.toThrow(message);
  await expect(own.result).rejects.toThrow(message);
  await expect(threads.run({ kind: 'bytes', blocks: 1, value: 1 }).result).rejects.toThrow(message);
});

test('close ends every thread, whatever it does, and tells those that wait why', async () => {
  const { threads, shared } = threadsOf(2);
  const own = threads.run({ kind: 'bytes', blocks: 2 * MOST_BLOCKS, value: 0 });
  const spinning = threads.run({ kind: 'spin', countAt: 1 });
  const waiting = threads.run({ kind: 'bytes', blocks: 1, value: 1 });
  while (Atomics.load(shared, 1) === 0) await turn();
  await threads.close(new CancelledError('enough'));
  const count = Atomics.load(shared, 1);
  for (const task of [own, spinning, waiting]) {
    await expect(task.result).rejects.toMatchObject({ code: 'BR-E0801', message: 'enough' });
  }
  expect(Atomics.load(shared, 1)).toBe(count);
});

test('one thread is the caller’s own', async () => {
  const { threads } = threadsOf(1);
  const tasks = [3, 4].map((value) => threads.run({ kind: 'bytes', blocks: 150, value }));
  expect(await readAll(tasks[0]!, 3)).toBe(150 * BLOCK_BYTES + 1);
  expect(await readAll(tasks[1]!, 4)).toBe(150 * BLOCK_BYTES + 1);
  expect(await tasks[0]!.result).toBe(await tasks[1]!.result);
});
