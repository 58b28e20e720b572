import { readdirSync, readFileSync } from 'node:fs';
import { emptyOutcomeSpans, type RandomAccess, ResultStatus, type RowReader } from '@batchrock/core';
import { MemoryObjectStore, RESULT_NAMES } from '@batchrock/testkit';
import { describe, expect, test } from 'vitest';
import { openParquet } from './parquet-open.ts';
import { createParquetWriter } from './parquet-writer.ts';

const FOLDER = new URL('./fixtures/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.parquet'));

const open = (bytes: Uint8Array) => {
  const access: RandomAccess = {
    size: bytes.length,
    read: async (from, to) => bytes.slice(from, to),
    close: async () => undefined,
  };
  return openParquet(access, { name: 'a.parquet' });
};

/** Writes the rows of a file as results of which nothing has come yet. */
async function written(reader: RowReader): Promise<Uint8Array> {
  const store = new MemoryObjectStore();
  const writer = createParquetWriter(store.create('out.parquet'));
  writer.begin({ dialect: reader.dialect, columns: reader.columns, names: RESULT_NAMES, task: 'text' });
  const result = { status: ResultStatus.pending, recordId: new Uint8Array(11).fill(0x30), outcome: emptyOutcomeSpans() };
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    for (let row = 0; row < batch.count; row++) while (!writer.write(batch, row, result)) await writer.drain();
  }
  await reader.close();
  await writer.finish();
  return store.bytes('out.parquet') as Uint8Array;
}

async function textOf(reader: RowReader): Promise<string[]> {
  const rows: string[] = [];
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    for (let row = 0; row < batch.count; row++) {
      rows.push(new TextDecoder().decode(batch.bytes.slice(batch.rowStart[row], batch.rowEnd[row])));
    }
  }
  await reader.close();
  return rows;
}

describe('columns of a Parquet dataset keep values and types in Parquet results', () => {
  test.each(FILES)('%s', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));
    const before = await open(bytes);
    const rows = await textOf(await open(bytes));
    const after = await written(before);
    const reader = await open(after);
    const { dialect } = reader;
    if (dialect.format !== 'parquet' || before.dialect.format !== 'parquet') throw new Error('another dialect');
    // half floats become floats, intervals and columns of nothing strings; every column may be null
    const expected = JSON.parse(
      JSON.stringify(before.dialect.columns)
        .replaceAll('{"kind":"float","bits":16}', '{"kind":"float","bits":32}')
        .replaceAll('{"kind":"interval"}', '{"kind":"string"}')
        .replaceAll('{"kind":"null"}', '{"kind":"string"}'),
    ) as object[];
    const columns = dialect.columns.slice(0, before.columns.length);
    expect(columns).toEqual(expected.map((column) => ({ ...column, nullable: true })));
    const ours = ',"response":null,"status":"pending"';
    expect((await textOf(reader)).map((text) => text.slice(0, text.lastIndexOf(ours)))).toEqual(
      rows.map((text) => text.trimEnd().slice(0, -1)),
    );
  });
});
