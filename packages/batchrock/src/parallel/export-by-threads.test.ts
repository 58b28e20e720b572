import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createS3ObjectStore, type S3ObjectStoreOptions } from '@batchrock/aws';
import { exportResults } from '@batchrock/core';
import { createParquetWriter, GROUP_ROWS } from '@batchrock/formats';
import { datasetWorld, openRows } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { folderWith, localServer } from '../../test/cli-harness.ts';
import { createFileSink } from '../node/index.ts';
import { exportByThreads, type ThreadedExport } from './export-by-threads.ts';
import { threadModule } from './thread-module.ts';

const createdBy = 'batchrock version 1.2.3';

const PART_ROWS = 70_000;

/** A fifth of the rows have the outcome of one of the first of their part. */
const duplicateOf = (row: number): number | undefined =>
  row % 5 === 4 && row % PART_ROWS > 1000 ? row - (row % PART_ROWS) + 5 * (row % 97) : undefined;

const hasFailed = (row: number): boolean => row % 7 === 3;

/** A run whose objects lie in a bucket, and the file that one thread makes of it. */
async function world(rows: number) {
  const lines = Array.from({ length: rows }, (_, i) => `${i},${i % 3 === 0 ? `text ${i}` : 'same'}`);
  const { ports, ...run } = await datasetWorld({
    format: 'csv',
    bytes: new TextEncoder().encode(`id,v\n${lines.join('\n')}\n`),
    partRows: PART_ROWS,
    duplicateOf,
    outcome: (row) =>
      hasFailed(row)
        ? { status: 'failed', code: '400', message: `row ${row}`, retry: false }
        : { status: 'succeeded', response: `answer ${row}`, stop: 'end_turn', inputTokens: row },
  });
  await exportResults(ports, { ...run, openRows, writer: createParquetWriter(ports.objects.create('alone'), { createdBy }) });
  const server = await localServer();
  const credentials = { accessKeyId: 'batchrock', secretAccessKey: 'batchrock' };
  const s3 = { bucket: 'batchrock-local', region: 'us-east-1', endpoint: server.url, credentials };
  await upload(s3, new Map(ports.objects.keys('runs/').map((key) => [key, ports.objects.bytes(key) as Uint8Array])));
  const dir = folderWith();
  const shared = { ...run, store: { s3, isCompressed: false }, rows, createdBy };
  return {
    dir,
    alone: ports.objects.bytes('alone') as Uint8Array,
    async write(name: string, o: Partial<ThreadedExport>) {
      const counts = await exportByThreads(createFileSink(join(dir, name)), { ...shared, threads: 2, ...o });
      return { counts, bytes: readFileSync(join(dir, name)) };
    },
    s3,
  };
}

async function upload(s3: S3ObjectStoreOptions, objects: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const store = createS3ObjectStore(s3);
  for (const [key, bytes] of objects) {
    const sink = store.create(key);
    let block = sink.block();
    let at = 0;
    for (; bytes.length - at >= block.length; at += block.length) {
      block.set(bytes.subarray(at, at + block.length));
      block = await sink.write(block);
    }
    block.set(bytes.subarray(at));
    await sink.write(block.subarray(0, bytes.length - at));
    await sink.commit();
  }
  store.destroy();
}

test('any number of threads writes the bytes of one, and what ends them leaves nothing behind', async () => {
  const rows = 2 * GROUP_ROWS + 500;
  const { write, alone, dir, s3 } = await world(rows);
  const seen: number[] = [];
  const { counts, bytes } = await write('two.parquet', { onProgress: (count) => seen.push(count) });
  const failed = Array.from({ length: rows }, (_, row) => duplicateOf(row) ?? row).filter(hasFailed).length;
  expect(counts).toMatchObject({ rows, succeeded: rows - failed, failed, pending: 0 });
  expect(seen).toEqual([GROUP_ROWS, 2 * GROUP_ROWS, rows]);
  expect(Buffer.compare(bytes, alone)).toBe(0);
  // more than there are row groups
  expect(Buffer.compare((await write('many.parquet', { threads: 9 })).bytes, alone)).toBe(0);

  const stop = new AbortController();
  const stopped = write('stopped.parquet', { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'BR-E0801' });
  await expect(write('stopped.parquet', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);

  const nowhere = { s3: { ...s3, bucket: 'no-such-bucket' }, isCompressed: false };
  await expect(write('failed.parquet', { store: nowhere })).rejects.toMatchObject({ kind: 'service', code: 'BR-E0504' });
  expect(readdirSync(dir).toSorted()).toEqual(['many.parquet', 'two.parquet']);
});

test('rows of one row group need no other thread', async () => {
  const { write, alone } = await world(300);
  expect(Buffer.compare((await write('one.parquet', { threads: 4 })).bytes, alone)).toBe(0);
});

test('a thread that is one file writes the same bytes', async () => {
  const rows = GROUP_ROWS + 200;
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  // where packages of others are found
  const folder = mkdtempSync(join(root, 'node_modules', '.threads-'));
  try {
    expect(spawnSync(process.execPath, [join(root, 'scripts/threads.mjs'), folder]).status).toBe(0);
    expect(readdirSync(folder)).toEqual(['export-thread.bundle.js', 'join-thread.bundle.js']);
    const { write, alone } = await world(rows);
    const module = pathToFileURL(join(folder, 'export-thread.bundle.js'));
    // the second row group is the other thread's
    expect(Buffer.compare((await write('two.parquet', { module })).bytes, alone)).toBe(0);
    writeFileSync(module, 'throw new Error("the bundle was loaded")');
    await expect(write('none.parquet', { module })).rejects.toThrow('the bundle was loaded');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a thread loads its source, the bundle where there is one, or what was compiled', () => {
  const folder = folderWith({ 'some-thread.bundle.js': '' });
  const beside = pathToFileURL(join(folder, 'index.js')).href;
  expect(threadModule('some-thread', beside).href).toMatch(/some-thread\.bundle\.js$/);
  expect(threadModule('other-thread', beside).href).toMatch(/other-thread\.js$/);
  expect(threadModule('some-thread', beside.replace(/js$/, 'ts')).href).toMatch(/some-thread\.ts$/);
});
