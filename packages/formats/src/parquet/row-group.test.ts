import { exportResults, type ObjectSink, type ResultWriter } from '@batchrock/core';
import { datasetWorld, type OutcomeOf, openRows } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { createParquetWriter } from './parquet-writer.ts';

/** As the writer ends them: see `VECTOR_GROUP_BYTES`. */
const GROUP = 3072;
const VECTOR = Array<number>(1024).fill(1);

/** Two row groups of vectors and a bit. */
const world = datasetWorld({
  format: 'csv',
  bytes: new TextEncoder().encode(`text\n${'a\n'.repeat(2 * GROUP + 100)}`),
  family: 'titan-embed-text',
  outcome: () => ({ status: 'succeeded', embedding: VECTOR, stop: '', inputTokens: 7 }) as OutcomeOf,
});

/** A sink whose first write takes until `open` is called, and that notes what is asked of it. */
function gated(sink: ObjectSink) {
  const calls: string[] = [];
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate: ObjectSink = {
    blockBytes: sink.blockBytes,
    block: () => sink.block(),
    async write(full) {
      calls.push('write');
      await opened;
      return sink.write(full);
    },
    commit: () => sink.commit(),
    async abort() {
      calls.push('abort');
      await sink.abort();
    },
  };
  return { gate, calls, open: () => open() };
}

/** Tells when so many rows were taken. */
function counting(writer: ResultWriter, rows: number) {
  let count = 0;
  let tell = () => {};
  const taken = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const counted: ResultWriter = {
    begin: (table) => writer.begin(table),
    write(...row) {
      const isTaken = writer.write(...row);
      if (isTaken && ++count === rows) tell();
      return isTaken;
    },
    drain: () => writer.drain(),
    finish: () => writer.finish(),
    abort: () => writer.abort(),
  };
  return { counted, taken };
}

test('rows are taken while the row group before them is on its way, and the file is the same', async () => {
  const { ports, ...run } = await world;
  const usual = createParquetWriter(ports.objects.create('usual'));
  await exportResults(ports, { ...run, writer: usual, openRows });

  const { gate, open } = gated(ports.objects.create('slow'));
  const { counted, taken } = counting(createParquetWriter(gate), 2 * GROUP);
  const done = exportResults(ports, { ...run, writer: counted, openRows });
  await taken;
  open();
  await done;
  expect(Buffer.compare(ports.objects.bytes('slow')!, ports.objects.bytes('usual')!)).toBe(0);
});

test('an export that is stopped writes nothing behind the end of its sink', async () => {
  const { ports, ...run } = await world;
  const { gate, calls, open } = gated(ports.objects.create('stopped'));
  const writer = createParquetWriter(gate);
  const { counted, taken } = counting(writer, GROUP + 1);
  const done = exportResults(ports, { ...run, writer: counted, openRows }).catch(() => undefined);
  await taken;
  const aborted = writer.abort();
  open();
  await aborted;
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.at(-1)).toBe('abort');
  await done;
});
