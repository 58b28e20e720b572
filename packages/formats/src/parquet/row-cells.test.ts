import { addressOf, allowKernel, exportResults, releaseBlock, takeBlock } from '@batchrock/core';
import { type DatasetOptions, datasetWorld, type OutcomeOf, openRows } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createParquetWriter } from './parquet-writer.ts';

/** The file that the writer makes of a dataset, with the kernel or without. */
async function fileOf(options: DatasetOptions, withKernel: boolean): Promise<Buffer> {
  const before = allowKernel(withKernel);
  try {
    const world = await datasetWorld(options);
    const writer = createParquetWriter(world.ports.objects.create('out.parquet'), { compression: 'none' });
    const { file } = await exportResults(world.ports, { ...world, writer, openRows });
    return Buffer.from(world.ports.objects.bytes(file.key)!);
  } finally {
    allowKernel(before);
  }
}

async function expectSameFile(options: DatasetOptions): Promise<void> {
  const [kernel, plain] = [await fileOf(options, true), await fileOf(options, false)];
  expect(kernel.length).toBeGreaterThan(0);
  expect(Buffer.compare(kernel, plain)).toBe(0);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

const failed: OutcomeOf = { status: 'failed', code: '400', message: 'no "way"', retry: false };

// long ones differ only behind what bounds keep; few different ones stay in their dictionary
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'a', 'é', '🧗'), maxLength: 30 }),
  fc
    .tuple(fc.constantFrom(0, 3, 4, 15, 16, 63, 64, 65, 200), fc.string({ maxLength: 3 }))
    .map(([n, end]) => `${'a'.repeat(n)}${end}`),
  fc.constantFrom('books', 'films', ''),
);
const cell = fc.oneof(text, fc.constant(null), fc.constant(undefined), fc.integer(), fc.constant({ a: [1, null] }));
const outcome: fc.Arbitrary<OutcomeOf> = fc.oneof(
  fc.record({ status: fc.constant('succeeded' as const), response: text, stop: fc.constantFrom('end_turn', 'max_tokens', '') }),
  fc.record({
    status: fc.constant('succeeded' as const),
    response: text,
    stop: fc.constant('end_turn'),
    inputTokens: fc.nat(300),
    outputTokens: fc.maxSafeNat(),
  }),
  fc.constant(failed),
);

/** A row of values that are too long for a dictionary. */
const LONG = `m${'a'.repeat(1100)}`;
const PLAIN_FROM_HERE: readonly [unknown, unknown, OutcomeOf] = [
  LONG,
  LONG,
  { status: 'succeeded', response: LONG, stop: 'end_turn' },
];

test('the kernel is there: the comparison is of two versions', () => {
  const block = takeBlock(8);
  expect(addressOf(block)).toBeGreaterThan(0);
  releaseBlock(block);
});

test('the kernel fills the pages as JavaScript does, whatever the rows are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, outcome), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      async (some, isPlain) => {
        const rows = isPlain ? [PLAIN_FROM_HERE, ...some] : some;
        const lines = rows.map(([a, b]) => JSON.stringify({ a, b, c: 'same' }));
        await expectSameFile({ format: 'jsonl', bytes: bytesOf(lines.join('\n')), outcome: (row) => rows[row]![2] });
      },
    ),
    { numRuns: 300 },
  );
});

test('cells of CSV, quotes doubled or not, are those of JavaScript', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 40 }), async (rows) => {
      const quoted = (value: string) => `"${value.toWellFormed().replaceAll('"', '""')}"`;
      const lines = rows.map(([a, b], i) => `${i},${quoted(a)},${quoted(b)}`);
      await expectSameFile({ format: 'csv', bytes: bytesOf(`id,a,b\n${lines.join('\n')}\n`), outcome: () => failed });
    }),
    { numRuns: 100 },
  );
});

test('so are many pages, a dictionary that is left after some of them, and runs of levels without end', async () => {
  const count = 45_000;
  const value = (i: number) => (i < 25_000 ? `few ${i % 300}` : `many ${i}`);
  const lines = Array.from({ length: count }, (_, i) => `${i},${value(i)},${'x'.repeat(i % 90)}`);
  const answer = (row: number): OutcomeOf =>
    row % 3 === 1 ? failed : { status: 'succeeded', response: `answer ${row % 5000}`, stop: 'end_turn', inputTokens: row };
  await expectSameFile({ format: 'csv', bytes: bytesOf(`id,v,t\n${lines.join('\n')}\n`), outcome: answer });
});
