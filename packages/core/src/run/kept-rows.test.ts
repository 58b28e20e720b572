import { type CsvOptions, openCsv, openJsonl } from '@batchrock/formats';
import { bytesSource, MemoryObjectStore, readRows } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RowReader } from '../ports/index.ts';
import { KeptRows } from './kept-rows.ts';
import { SinkWriter } from './sink-writer.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

type Format = 'csv' | 'jsonl';

function open(format: Format, text: string, options: CsvOptions): Promise<RowReader> {
  return format === 'csv' ? openCsv(bytesSource(bytesOf(text)), options) : openJsonl(bytesSource(bytesOf(text)), options);
}

/** Keeps rows from `skip` on: the text that is kept, and the lines of the rows in their source. */
async function keep(format: Format, text: string, skip: number, options: CsvOptions) {
  const reader = await open(format, text, options);
  const objects = new MemoryObjectStore();
  const sink = new SinkWriter(objects.create('rows'));
  const kept = new KeptRows(sink, reader.dialect);
  const lines: number[] = [];
  let left = skip;
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    const first = Math.min(left, batch.count);
    left -= first;
    for (let row = first; row < batch.count; row++) lines.push(batch.line[row]!);
    // in two pieces, as where a part ends within a batch
    const middle = Math.floor((first + batch.count) / 2);
    await kept.write(batch, first, middle);
    await kept.write(batch, middle, batch.count);
  }
  await sink.commit();
  return { text: objects.text('rows') ?? '', lines, dialect: reader.dialect };
}

/** The lines of the rows when they are read again. */
async function readAgain(format: Format, kept: Awaited<ReturnType<typeof keep>>): Promise<number[]> {
  const from = { byte: 1, line: kept.lines[0] ?? 1, ordinal: 0, columns: [] };
  const dialect = kept.dialect.format === 'csv' ? { dialect: kept.dialect } : {};
  const rows = await readRows(await open(format, kept.text, { ...dialect, from }));
  return rows.map((row) => row.line);
}

describe('rows that are kept', () => {
  const csvRow = fc.constantFrom('1,2\n', '1,2\r\n', '"a\nb",2\n', '\n', '\r\n', '\n\n\n', '3\n', `"${'x\n'.repeat(30)}",2\n`);
  const crRow = fc.constantFrom('1,2\r', '"a\rb",2\r', '\r', '\r\r', '3\r', '"a\nb",\r');
  const jsonRow = fc.constantFrom('{"a":1}\n', ' {"a":1} \r\n', '\n', ' \t\r\n', 'bad\n', `{"a":"${'x'.repeat(80)}"}\n`);
  const shapes = { csv: ['a,b\n', csvRow], cr: ['a,b\r', crRow], jsonl: ['{"a":0}\n', jsonRow] } as const;

  test.each(['csv', 'cr', 'jsonl'] as const)(
    'stand on the lines of their source when they are read again (%s)',
    async (shape) => {
      const [head, row] = shapes[shape];
      const format = shape === 'jsonl' ? 'jsonl' : 'csv';
      const rows = fc.array(row, { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(rows, fc.nat({ max: 3 }), fc.integer({ min: 8, max: 40 }), async (middle, skip, blockBytes) => {
          const last = format === 'jsonl' ? '{"a":9}' : '8,9';
          const text = `${head}${middle.join('')}${last}`;
          const kept = await keep(format, text, Math.min(skip, 1), { maxRowBytes: 50, blockBytes });
          expect(await readAgain(format, kept)).toEqual(kept.lines);
          const whole = await keep(format, text, Math.min(skip, 1), { maxRowBytes: 50, blockBytes: 4096 });
          expect(kept.text).toBe(whole.text);
        }),
        { numRuns: 500 },
      );
    },
  );

  test('of one column are copied without a line between them: there a blank line is a row', async () => {
    const kept = await keep('csv', 'a\n1\n\n2\n', 0, {});
    expect(kept.text).toBe('1\n\n2\n');
    expect(await readAgain('csv', kept)).toEqual([2, 3, 4]);
  });

  test('of several sources: each has lines of its own, and none is put between them', async () => {
    const objects = new MemoryObjectStore();
    const sink = new SinkWriter(objects.create('rows'));
    const kept = new KeptRows(sink, { format: 'jsonl' });
    for (const [source, text] of ['{"a":1}\n\n{"a":2}\n', '\n\n\n\n\n\n{"a":3}\n\n{"a":4}\n'].entries()) {
      const reader = await openJsonl(bytesSource(bytesOf(text)));
      for (let batch = await reader.next(); batch; batch = await reader.next()) {
        await kept.write({ ...batch, source }, 0, batch.count);
      }
    }
    await sink.commit();
    expect(objects.text('rows')).toBe('{"a":1}\n\n{"a":2}\n{"a":3}\n\n{"a":4}\n');
  });
});
