import { exportResults } from '@batchrock/core';
import { datasetWorld, type OutcomeOf, openRows } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { createParquetWriter, GROUP_ROWS, ParquetJoiner, type ParquetPiece } from './parquet-writer.ts';

const createdBy = 'batchrock version 1.2.3';

/** Two groups of rows and a bit; parts end in their middles, some rows fail, and a column leaves its dictionary. */
async function world() {
  const rows = 2 * GROUP_ROWS + 500;
  const lines = Array.from({ length: rows }, (_, i) => `${i},${i < GROUP_ROWS / 2 ? 'same' : `other ${i}`}`);
  const outcome = (row: number): OutcomeOf =>
    row % 7 === 3
      ? { status: 'failed', code: '400', message: `row ${row}`, retry: false }
      : { status: 'succeeded', response: `answer ${row}`, stop: 'end_turn', inputTokens: row };
  const bytes = new TextEncoder().encode(`id,v\n${lines.join('\n')}\n`);
  return { rows, ...(await datasetWorld({ format: 'csv', bytes, partRows: 70_000, outcome })) };
}

test('pieces of a file are joined to the bytes that one writer makes', async () => {
  const { rows, ports, ...run } = await world();
  const whole = createParquetWriter(ports.objects.create('whole.parquet'), { createdBy });
  await exportResults(ports, { ...run, writer: whole, openRows });

  const joiner = new ParquetJoiner(ports.objects.create('joined.parquet'), { createdBy });
  let seen = 0;
  for (let from = 0; from < rows; from += GROUP_ROWS) {
    let piece: ParquetPiece | undefined;
    const key = `piece-${from}`;
    const writer = createParquetWriter(ports.objects.create(key), {
      onPiece(made) {
        piece = made;
      },
    });
    const only = { from, to: Math.min(rows, from + GROUP_ROWS) };
    const counts = await exportResults(ports, { ...run, writer, openRows, only });
    expect(counts.rows).toBe(only.to - only.from);
    seen += counts.rows;
    await joiner.write(ports.objects.bytes(key) as Uint8Array);
    joiner.add(piece as ParquetPiece);
  }
  await joiner.finish();
  expect(seen).toBe(rows);
  expect(Buffer.compare(ports.objects.bytes('joined.parquet')!, ports.objects.bytes('whole.parquet')!)).toBe(0);
});
