import { openCsv } from '@batchrock/formats';
import { bytesSource, readRows } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialect, ReadPosition, RowReader } from '../ports/index.ts';
import { openTakenRows, type TakenRows } from './taken-rows.ts';

const dialect = { format: 'csv', delimiter: ',', header: ['id', 't'] } as const satisfies Dialect;

const fileOf = (rows: number) => Buffer.from(`id,t\n${Array.from({ length: rows }, (_, i) => `${i},"t\n${i}"\n`).join('')}`);

const opener = (bytes: Uint8Array) => (from?: ReadPosition) =>
  openCsv(bytesSource(bytes.subarray(from?.byte ?? 0)), { blockBytes: 50, ...(from && { from, dialect }) });

const ids = async (reader: RowReader) => (await readRows(reader)).map((row) => Number(row.cells[0]));

const seedOf = (n: number) => n.toString(16).padStart(32, '0');

const sampleOf = (rows: number, of: number, seed = 1): TakenRows => ({ sample: { rows, of, seed: seedOf(seed) } });

describe('the rows that a run takes', () => {
  it('are the first, and the place of the one behind them is the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }), async (rows, first) => {
        const open = opener(fileOf(rows));
        const reader = await openTakenRows(open, { first });
        expect(await ids(reader)).toEqual(Array.from({ length: Math.min(rows, first) }, (_, i) => i));
        const { position } = reader;
        expect(position.ordinal).toBe(Math.min(rows, first));
        expect((await ids(await open(position)))[0]).toBe(first < rows ? first : undefined);
        expect(await ids(await openTakenRows(open, { first }, position))).toEqual([]);
      }),
    );
  });

  it('are a sample of exactly so many, in order, each as likely as the others, the same every time', async () => {
    const open = opener(fileOf(30));
    const drawn = new Array<number>(30).fill(0);
    for (let seed = 0; seed < 600; seed++) {
      const sample = sampleOf(6, 30, seed);
      const found = await ids(await openTakenRows(open, sample));
      expect(found).toHaveLength(6);
      expect(found).toEqual([...found].sort((a, b) => a - b));
      if (seed < 5) expect(await ids(await openTakenRows(open, sample))).toEqual(found);
      for (const id of found) drawn[id]! += 1;
    }
    // 120 each are expected; four standard deviations are 39
    expect(Math.min(...drawn)).toBeGreaterThan(120 - 45);
    expect(Math.max(...drawn)).toBeLessThan(120 + 45);
  });

  it('are all of them when the sample is as large as the dataset, or larger', async () => {
    for (const rows of [7, 8])
      expect(await ids(await openTakenRows(opener(fileOf(7)), sampleOf(rows, 7)))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('go on from any of them with the same rows, lines and ordinals', async () => {
    const open = opener(fileOf(40));
    for (const taken of [sampleOf(9, 40), { ...sampleOf(9, 25), first: 25 }, { first: 12 }]) {
      const reader = await openTakenRows(open, taken);
      const all = await readRows(reader);
      for (let k = 0; k <= all.length; k++) {
        const place = { byte: all[k]?.byte ?? reader.position.byte, line: all[k]?.line ?? reader.position.line, ordinal: k };
        const again = await openTakenRows(open, taken, place);
        expect(again.position).toEqual(place);
        expect(await readRows(again)).toEqual(all.slice(k));
        expect(again.position.ordinal).toBe(all.length);
      }
    }
  });

  it('tell why one of them was rejected', async () => {
    const bytes = Buffer.from('id,t\n0,a\n1\n2,b\n3,c,d\n');
    const rows = await readRows(await openTakenRows(opener(bytes), sampleOf(4, 4)));
    expect(rows.map((row) => row.why)).toEqual([
      undefined,
      '1 cell, the header has 2',
      undefined,
      expect.stringMatching(/^3 cells, the header has 2/),
    ]);
    for (let seed = 0; seed < 20; seed++) {
      const some = await readRows(await openTakenRows(opener(bytes), sampleOf(2, 4, seed)));
      for (const { line, why } of some) expect(why).toBe(rows[line - 2]?.why);
    }
  });
});
