import { Buffer } from 'node:buffer';
import { poisonedSource, readRows, type SeenRow } from '@batchrock/testkit';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from './csv-open.ts';

/** Pieces that CSV files go wrong with. */
const piece = fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', 'é', '漢', ' ', '"a"', '"\n"', ',"', '",');
const soup = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

async function read(content: string, chunks: readonly number[], maxRowBytes?: number): Promise<SeenRow[] | 'unterminated'> {
  try {
    const source = poisonedSource(Buffer.from(content), chunks);
    return await readRows(await openCsv(source, { delimiter: ',', blockBytes: 8, ...(maxRowBytes ? { maxRowBytes } : {}) }));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'BR-E0102') return [];
    if (code === 'BR-E0104') return 'unterminated';
    throw error;
  }
}

function oracle(content: string, width: number): string[][] | 'refused' {
  try {
    return parse(content, {
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: width > 1,
      from: 2,
    });
  } catch {
    return 'refused';
  }
}

describe('against csv-parse', () => {
  it.each([['a\n'], ['a,b\n'], ['a,b,c\r\n']])(
    'agrees on any soup of quotes and line ends below the header %j',
    async (header) => {
      const width = header.trim().split(',').length;
      await fc.assert(
        fc.asyncProperty(soup, sizes, async (body, chunks) => {
          const content = header + body;
          const expected = oracle(content, width);
          const rows = await read(content, chunks);
          const refused = rows === 'unterminated' || rows.some((row) => row.reject === 'bad_quote');
          if (expected === 'refused' || refused) {
            expect({ refused }).toEqual({ refused: expected === 'refused' });
            return;
          }
          const good = expected.filter((cells) => cells.length === width);
          expect(rows.filter((row) => !row.reject).map((row) => row.cells)).toEqual(good);
          expect(rows.filter((row) => row.reject === 'ragged_row')).toHaveLength(expected.length - good.length);
        }),
        { numRuns: 4000 },
      );
    },
  );

  it('reads the same whatever the blocks, rejects, lines and places included', async () => {
    await fc.assert(
      fc.asyncProperty(soup, sizes, fc.constantFrom(8, 12, undefined), async (body, chunks, maxRowBytes) => {
        const content = `a,b\n${body}`;
        expect(await read(content, chunks, maxRowBytes)).toEqual(await read(content, [10_000], maxRowBytes));
      }),
      { numRuns: 4000 },
    );
  });

  it('gives back every table of strings that it was made from', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 });
    const quote = (value: string, always: boolean) =>
      always || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    const table = fc.array(fc.tuple(cell, cell, fc.boolean()), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(table, sizes, fc.boolean(), async (rows, chunks, finalNewline) => {
        const lines = rows.map(([a, b, always]) => `${quote(a, always)},${quote(b, always)}`);
        const content = `x,y\r\n${lines.join('\r\n')}${finalNewline ? '\r\n' : ''}`;
        const seen = await read(content, chunks);
        if (seen === 'unterminated') throw new Error('unterminated');
        expect(seen.map((row) => row.cells)).toEqual(rows.map(([a, b]) => [a, b]));
        const kept = seen.map((row) => Buffer.from(row.raw).toString()).join('');
        expect(content).toBe(`x,y\r\n${kept}`);
      }),
      { numRuns: 500 },
    );
  });
});
