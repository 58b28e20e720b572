import { bytesSource } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from '../ports/index.ts';
import { LineReader, type LineReaderOptions } from './line-reader.ts';

async function linesOf(text: string, o: LineReaderOptions & { readonly chunkBytes?: number }) {
  const reader = new LineReader(bytesSource(new TextEncoder().encode(text), o.chunkBytes), o);
  const lines: string[] = [];
  while (await reader.fill()) {
    while (reader.next())
      lines.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(reader.bytes.subarray(reader.start, reader.end)));
  }
  await reader.close();
  return { lines, skipped: reader.skipped };
}

test('lines end at LF alone, whatever the blocks and the reads are', async () => {
  const text = fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é', '\u2028', '"') })).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      async (whole, blockBytes, chunkBytes) => {
        const expected = whole.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect((await linesOf(whole, { blockBytes, chunkBytes })).lines).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('a line that is too long is left out and counted; its neighbours stay', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(40), { maxLength: 8 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      async (lengths, last, chunkBytes) => {
        const whole = lengths.map((length, i) => String(i).repeat(length)).join('\n') + (last ? '\n' : '');
        const expected = whole.split('\n');
        if (expected.at(-1) === '') expected.pop();
        const { lines, skipped } = await linesOf(whole, { blockBytes: 4, chunkBytes, maxLineBytes: 16 });
        expect(lines).toEqual(lines.filter((line) => line.length <= 16));
        expect(lines.filter((line) => line.length < 16)).toEqual(expected.filter((line) => line.length < 16));
        expect(lines.length + skipped).toBe(expected.length);
      },
    ),
    { numRuns: 500 },
  );
});

test('lines are the same when blocks are read ahead', async () => {
  // short lines fit into the gap before a block, long ones do not
  const line = fc.oneof({ weight: 100, arbitrary: fc.nat(3) }, fc.nat(300));
  const text = fc
    .array(line, { minLength: 100, maxLength: 300 })
    .map((lengths) => lengths.map((n, i) => `${i}`.repeat(n)).join('\n'));
  const bytes = fc.constantFrom(16, 64, 160);
  await fc.assert(
    fc.asyncProperty(text, bytes, bytes, fc.constantFrom(7, 1000), async (whole, usualBlockBytes, blockBytes, chunkBytes) => {
      const { lines } = await linesOf(whole, { usualBlockBytes, blockBytes, chunkBytes, readsAhead: true });
      expect(lines).toEqual((await linesOf(whole, { blockBytes: 9 })).lines);
    }),
    { numRuns: 200 },
  );
});

test('a block that is being read into is not given back before the read is over', async () => {
  const text = new TextEncoder().encode('line\n'.repeat(100));
  let endRead = () => {};
  const slow = new Promise<void>((resolve) => {
    endRead = resolve;
  });
  const events: string[] = [];
  let reads = 0;
  const source: ByteSource = {
    async readInto(block) {
      if (++reads === 2) await slow;
      block.set(text.subarray(0, block.length));
      events.push(`read ${reads}`);
      return block.length;
    },
    close: async () => undefined,
  };
  const reader = new LineReader(source, { blockBytes: 100, usualBlockBytes: 100, readsAhead: true });
  expect(await reader.fill()).toBe(true);
  const closed = reader.close().then(() => events.push('closed'));
  await Promise.resolve();
  endRead();
  await closed;
  reader.release();
  expect(events).toEqual(['read 1', 'read 2', 'closed']);
});
