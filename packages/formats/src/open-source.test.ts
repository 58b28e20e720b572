import { Buffer } from 'node:buffer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { RowReader, Source } from '@batchrock/core';
import { poisonedSource, readRows } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { datasetShape } from './dataset-format.ts';
import { openSource } from './open-source.ts';

function memorySource(name: string, bytes: Uint8Array): Source {
  return {
    name,
    size: bytes.length,
    open: async (from = 0) => poisonedSource(bytes.subarray(from), [700]),
    openAccess: () => Promise.reject(new Error('not used')),
    pin: () => Promise.reject(new Error('not used')),
    checkUnchanged: async () => undefined,
  };
}

const CSV = `id,text\r\n${Array.from({ length: 300 }, (_, i) => `${i},"höhe ${i}\n,"\r\n`).join('')}`;
const JSONL = Array.from({ length: 300 }, (_, i) => `{"id":${i},"text":"h\\u00f6he"}\n`).join('');

describe('compressed text', () => {
  it.each([
    ['a.csv', Buffer.from(CSV)],
    ['a.csv.gz', gzipSync(CSV)],
    ['A.CSV.ZST', zstdCompressSync(CSV)],
    ['a.jsonl.gz', Buffer.concat([gzipSync(JSONL.slice(0, 5000)), gzipSync(JSONL.slice(5000))])],
    ['a.ndjson.zst', zstdCompressSync(JSONL)],
  ])('is read from any of its rows: %s', async (name, bytes) => {
    const source = memorySource(name, bytes);
    const shape = datasetShape(name);
    const reader: RowReader = await openSource(source, { shape });
    const { dialect } = reader;
    const rows = await readRows(reader);
    expect(rows).toHaveLength(300);
    if (name !== 'a.csv') expect(reader.bytesRead).toBe(bytes.length);
    for (const at of [0, 1, 17, 150, 299]) {
      const { byte, line } = rows[at]!;
      const from = { byte, line, ordinal: at, columns: ['id', 'text'] };
      expect(await readRows(await openSource(source, { shape, dialect, from }))).toEqual(rows.slice(at));
    }
    const { position } = reader;
    expect(await readRows(await openSource(source, { shape, dialect, from: position }))).toEqual([]);
    if (name === 'a.csv') return;
    const behind = openSource(source, { shape, dialect, from: { ...position, byte: position.byte + 1 } });
    await expect(behind).rejects.toMatchObject({ code: 'BR-E0118' });
  });

  it('is told by the endings of a name', () => {
    expect(datasetShape('x/y.tsv.gz')).toEqual({ format: 'csv', delimiter: '\t', compression: 'gzip' });
    expect(datasetShape('y.zst', 'jsonl')).toEqual({ format: 'jsonl', compression: 'zstd' });
    expect(datasetShape('y.csv', 'jsonl')).toEqual({ format: 'jsonl' });
    for (const name of ['y.gz', 'y', 'csv', '.csv.d/y', 'y.csv.bz2', 'y.gz.gz', 'y.__proto__', 'y.constructor.gz']) {
      expect(() => datasetShape(name)).toThrow(expect.objectContaining({ code: 'BR-E0117' }));
    }
  });
});
