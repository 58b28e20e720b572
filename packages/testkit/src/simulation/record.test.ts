import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { appendPiece, describeRecord, nextSeed, readRecord } from './record.ts';
import { noTotals } from './totals.ts';

const HOUR = 3_600_000;

describe('the record of a long run', () => {
  it('goes on behind the last seed, and adds up what each commit has run', async () => {
    const folder = await mkdtemp(`${tmpdir()}/record-`);
    const file = `${folder}/record.jsonl`;
    try {
      expect(nextSeed(await readRecord(file), 5001)).toBe(5001);
      await appendPiece(file, 'abc', 5001, { ...noTotals(), seeds: 100, virtualMs: 7 * HOUR });
      const failures = [{ seed: 5150, invariant: 'I5', at: '-', message: 'two jobs' }];
      await appendPiece(file, 'abc', 5101, { ...noTotals(), seeds: 50, virtualMs: HOUR, failures });
      await appendPiece(file, 'def', 5151, { ...noTotals(), seeds: 10, virtualMs: HOUR });
      const pieces = await readRecord(file);
      expect(nextSeed(pieces, 5001)).toBe(5161);
      expect(describeRecord(pieces)).toEqual([
        'abc: 150 seeds, 8 virtual hours, 1 violations',
        'def: 10 seeds, 1 virtual hours, 0 violations',
        'in all: 160 seeds, 9 virtual hours, 1 violations',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
