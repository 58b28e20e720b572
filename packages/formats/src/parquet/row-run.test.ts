import { readdirSync, readFileSync } from 'node:fs';
import { allowKernel, isBatchrockError, type RandomAccess } from '@batchrock/core';
import { afterEach, describe, expect, it } from 'vitest';
import { openParquet } from './parquet-open.ts';

const FOLDER = new URL('./fixtures/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.parquet'));
/** From limits that every row breaks to one that none does; between them some of the rows are too long. */
const LIMITS = [2, 60, 90, 150, 300, 700, 1 << 20];

afterEach(() => allowKernel(true));

function access(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (from, to) => bytes.slice(from, to), close: async () => undefined };
}

/** All that a reader says of each row: its text, its cells from the row's start on, why it is rejected. */
async function rowsOf(bytes: Uint8Array, maxRowBytes: number): Promise<string[]> {
  const rows: string[] = [];
  const reader = await openParquet(access(bytes), { maxRowBytes });
  try {
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      const { width } = batch;
      for (let r = 0; r < batch.count; r++) {
        const start = batch.rowStart[r]!;
        const text = Buffer.from(batch.bytes.slice(start, batch.rowEnd[r])).toString('latin1');
        const isWhole = batch.reject[r] === 0;
        const cells = [...batch.cells.slice(3 * r * width, 3 * (r + 1) * width)].map((n, i) =>
          i % 3 === 2 ? n : isWhole ? n - start : 0,
        );
        rows.push(`${batch.reject[r]} ${batch.line[r]} ${text} ${cells.join()}`);
      }
    }
  } catch (error) {
    if (!isBatchrockError(error)) throw error;
    rows.push(error.message);
  }
  await reader.close();
  return rows;
}

describe('rows by the kernel', () => {
  it.each(FILES)('are those that are written without it: %s', async (file) => {
    const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
    for (const limit of LIMITS) {
      const byKernel = await rowsOf(bytes, limit);
      allowKernel(false);
      const plain = await rowsOf(bytes, limit);
      allowKernel(true);
      expect(plain.length).toBeGreaterThan(0);
      expect(byKernel).toEqual(plain);
    }
  });
});
