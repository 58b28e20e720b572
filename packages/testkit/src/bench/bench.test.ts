import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCsv } from '@batchrock/formats';
import { openFileSource } from 'batchrock/node';
import { describe, expect, it } from 'vitest';
import { readRows } from '../rows/index.ts';
import { csvToJobs } from './csv-to-jobs.ts';
import { benchDataset } from './dataset.ts';
import { median, peakRssMB } from './figures.ts';
import { openAiToJobs } from './openai-to-jobs.ts';
import { parquetToJobs } from './parquet-to-jobs.ts';

describe('the usual dataset', () => {
  it('has rows of id, topic and 200 to 400 characters, with its shares of quotes, newlines and scripts', async () => {
    const rows = await readRows(await openCsv(await openFileSource(await benchDataset(4000))));
    const texts = rows.map((row) => row.cells[2] ?? '');
    expect(rows).toHaveLength(4000);
    expect(rows.map((row) => row.cells[0])).toEqual(rows.map((_, i) => String(i + 1)));
    const share = (test: (text: string) => boolean) => texts.filter(test).length / texts.length;
    expect(share((text) => text.includes('"'))).toBeCloseTo(0.1, 1);
    expect(share((text) => text.includes('\n'))).toBeCloseTo(0.05, 1);
    expect(share((text) => /[^\0-\x7f]/.test(text))).toBeCloseTo(0.1, 1);
    // doubled quotes are one character less each when read
    expect(Math.min(...texts.map((text) => text.length))).toBeGreaterThanOrEqual(196);
    expect(Math.max(...texts.map((text) => text.length))).toBe(400);
    expect(texts.reduce((sum, text) => sum + text.length, 0) / texts.length).toBeCloseTo(300, -1);
  });
});

describe.each([csvToJobs, openAiToJobs, parquetToJobs])('$name', (bench) => {
  it('does the work that it times', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'batchrock-bench-test-'));
    try {
      const { seconds } = await bench.run({ rows: 4000, dir, dataset: await benchDataset(4000) });
      expect(seconds).toBeGreaterThan(0);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('figures', () => {
  it('are medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('know the most memory that this process has held', () => {
    const held = process.memoryUsage().rss / 1e6;
    expect(peakRssMB()).toBeGreaterThan(held * 0.9);
  });
});
