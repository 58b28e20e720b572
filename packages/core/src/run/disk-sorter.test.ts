import { Buffer } from 'node:buffer';
import { MemoryScratch } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiskSorter } from './disk-sorter.ts';
import { LinesAside } from './lines-aside.ts';
import { NUMBER_BYTES, numberAt, putNumber } from './sorted-items.ts';

async function sortedOf(items: readonly Buffer[], options: { readonly budgetBytes?: number; readonly fanIn?: number }) {
  const scratch = new MemoryScratch();
  const sorter = new DiskSorter(scratch, { itemBytes: 3, ...options });
  for (const item of items) await sorter.add(item);
  const filesAtOnce = scratch.open;
  const out: string[] = [];
  const sorted = await sorter.sorted();
  for (let count = await sorted.read(); count > 0; count = await sorted.read()) {
    for (let i = 0; i < count; i++) out.push(Buffer.from(sorted.block.subarray(3 * i, 3 * i + 3)).toString('hex'));
  }
  expect(await sorted.read()).toBe(0);
  await sorter.close();
  expect(scratch.open).toBe(0);
  return { out, filesAtOnce };
}

test('items come out in the order of their bytes, all of them, however little memory there is', async () => {
  const item = fc.uint8Array({ minLength: 3, maxLength: 3, max: 255 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 2, max: 5 }),
      async (items, budgetBytes, fanIn) => {
        const expected = items.map((each) => each.toString('hex')).sort();
        expect((await sortedOf(items, { budgetBytes, fanIn })).out).toEqual(expected);
      },
    ),
  );
});

test('runs of several blocks are merged, and what fits into memory is not written', async () => {
  const items = Array.from({ length: 100_000 }, (_, i) => Buffer.from([(i * 7) & 255, (i >> 8) & 255, i & 255]));
  const expected = items.map((each) => each.toString('hex')).sort();
  const disk = await sortedOf(items, { budgetBytes: 90_000, fanIn: 2 });
  expect(disk.out).toEqual(expected);
  expect(disk.filesAtOnce).toBe(1);
  const memory = await sortedOf(items, {});
  expect(memory.out).toEqual(expected);
  expect(memory.filesAtOnce).toBe(0);
});

test('numbers in items sort as numbers do', () => {
  const number = fc.oneof(
    fc.nat(300),
    fc.maxSafeNat().map((n) => n % 2 ** 48),
  );
  fc.assert(
    fc.property(number, number, (a, b) => {
      const items = [a, b].map((value) => {
        const item = Buffer.alloc(NUMBER_BYTES);
        putNumber(item, 0, value);
        expect(numberAt(item, 0)).toBe(value);
        return item;
      });
      expect(Math.sign(Buffer.compare(items[0]!, items[1]!))).toBe(Math.sign(a - b));
    }),
  );
});

test('lines that are put aside come back, short and long ones, in whatever order they are asked for', async () => {
  const file = await new MemoryScratch().create();
  const aside = new LinesAside(file);
  const lines = [10, 70_000, 0, 3, 300_000, 65_536, 1].map((size, i) => Buffer.alloc(size, 97 + i));
  const places: { readonly at: number; readonly size: number }[] = [];
  for (const line of lines) {
    const padded = Buffer.concat([Buffer.from('x'), line, Buffer.from('y')]);
    places.push({ at: await aside.put(padded, 1, padded.length - 1), size: line.length });
  }
  await aside.end();
  for (const wanted of [[6, 0, 3], [4], [2], [5, 1, 4, 0, 2, 6, 3], []]) {
    const bytes = wanted.reduce((sum, i) => sum + places[i]!.size, 0);
    const held = await aside.read(new Map(wanted.map((i) => [i, places[i]!])), new Uint8Array(bytes + 5));
    expect(held.size).toBe(wanted.length);
    for (const [i, line] of held)
      expect(line && Buffer.from(line.bytes.subarray(line.start, line.end))).toEqual(i === 2 ? undefined : lines[i]);
  }
});
