import { bytesSource } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader } from './line-reader.ts';

async function linesOf(text: string, o: { blockBytes: number; chunkBytes?: number; maxLineBytes?: number }) {
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
