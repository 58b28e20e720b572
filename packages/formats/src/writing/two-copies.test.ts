import {
  byteView,
  emptyOutcomeSpans,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type RowBatch,
  takeBlock,
} from '@batchrock/core';
import { MemoryObjectStore, RESULT_NAMES } from '@batchrock/testkit';
import { expect, test, vi } from 'vitest';
import { createCsvWriter } from '../csv/index.ts';
import { createJsonlWriter } from '../jsonl/index.ts';
import { createParquetWriter } from '../parquet/index.ts';
import { createBatch } from '../reading/index.ts';

const table: ResultTable = {
  dialect: { format: 'csv', delimiter: ',', header: ['text'] },
  columns: ['text'],
  names: RESULT_NAMES,
  task: 'text',
};

function oneRow(): RowBatch {
  const batch = createBatch(1);
  batch.bytes = new TextEncoder().encode('word\n');
  batch.count = 1;
  batch.cells.set([0, 4, 0]);
  batch.rowEnd[0] = 5;
  return batch;
}

/** An answer in the memory of a copy of core. */
function answer({ byteView, takeBlock }: Pick<typeof import('@batchrock/core'), 'byteView' | 'takeBlock'>): ResultRow {
  const block = takeBlock(64);
  block.set(new TextEncoder().encode('"yes"end_turn'));
  const text = byteView(block);
  expect(text.address).toBeGreaterThan(0);
  return {
    status: ResultStatus.succeeded,
    recordId: new TextEncoder().encode('k3000000000'),
    outcome: { ...emptyOutcomeSpans(), text, bytes: block, valueStart: 0, valueEnd: 5, stopStart: 5, stopEnd: 13 },
  };
}

const writers = { csv: createCsvWriter, jsonl: createJsonlWriter, parquet: createParquetWriter };

test.each(Object.entries(writers))('a writer of %s refuses outcomes in the memory of another copy of core', async (_, create) => {
  vi.resetModules();
  const other = await import('@batchrock/core');
  const store = new MemoryObjectStore();
  for (const core of [other, { byteView, takeBlock }]) {
    const writer = create(store.create('results'));
    writer.begin(table);
    const write = () => writer.write(oneRow(), 0, answer(core));
    if (core === other) expect(write).toThrow(/two copies of @batchrock\/core/);
    else expect(write()).toBe(true);
    await writer.abort();
  }
});
