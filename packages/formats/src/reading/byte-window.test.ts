import type { ByteSource, RowReader } from '@batchrock/core';
import { bytesSource } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCsv } from '../csv/index.ts';
import { ByteWindow } from './byte-window.ts';

/** Where each row stands, its text, and why it is rejected. */
async function rowsOf(reader: RowReader) {
  const rows: (readonly [place: number, line: number, text: string, reject: number])[] = [];
  for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
    for (let row = 0; row < batch.count; row++) {
      const [start, end] = [batch.rowStart[row]!, batch.rowEnd[row]!];
      const text = new TextDecoder().decode(batch.bytes.slice(start, end));
      rows.push([batch.offset + start, batch.line[row]!, text, batch.reject[row]!]);
    }
  }
  await reader.close();
  return rows;
}

test('rows and their places are the same when windows are read ahead', async () => {
  // short rows fit into the gap before a window, some do not, and some are too long
  const row = fc.oneof({ weight: 50, arbitrary: fc.nat(4) }, { weight: 2, arbitrary: fc.nat(90) }, fc.nat(400));
  const rows = fc.array(row, { minLength: 60, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(32, 96, 160), fc.constantFrom(50, 1000), async (lengths, blockBytes, chunkBytes) => {
      const bytes = new TextEncoder().encode(`id,v\n${lengths.map((n, i) => `${i},"${'ab\n'.repeat(n / 3)}"\n`).join('')}`);
      const options = { blockBytes, maxRowBytes: 300 };
      const ahead = await rowsOf(await openCsv(bytesSource(bytes, chunkBytes), { ...options, readsAhead: true }));
      expect(ahead).toEqual(await rowsOf(await openCsv(bytesSource(bytes), options)));
      expect(ahead.length).toBe(lengths.length);
    }),
    { numRuns: 200 },
  );
});

test('a window that is being read into is closed when the read is over', async () => {
  let endRead = () => {};
  const slow = new Promise<void>((resolve) => {
    endRead = resolve;
  });
  const events: string[] = [];
  let reads = 0;
  const source: ByteSource = {
    async readInto(block) {
      if (++reads === 2) await slow;
      events.push(`read ${reads}`);
      return block.length;
    },
    close: async () => undefined,
  };
  const window = new ByteWindow(source, { blockBytes: 64, maxBytes: 64, offset: 0, readsAhead: true });
  expect(await window.fill()).toBe('more');
  const closed = window.close().then(() => events.push('closed'));
  await Promise.resolve();
  endRead();
  await closed;
  expect(events).toEqual(['read 1', 'read 2', 'closed']);
});
