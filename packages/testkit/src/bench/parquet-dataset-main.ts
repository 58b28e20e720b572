// Writes the usual dataset as Parquet: `node parquet-dataset-main.ts CSV PARQUET`. A process of its own: the columns of a large
// row group are in memory while it is written, and that is not to count as the bench's.

import { renameSync } from 'node:fs';
import { argv, pid } from 'node:process';
import { openCsv } from '@batchrock/formats';
import { openFileSource } from 'batchrock/node';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { cellString } from '../rows/index.ts';

/** Rows of a row group: what pyarrow makes of a table when nobody says otherwise. */
const GROUP_ROWS = 1 << 20;

const [csv, parquet] = argv.slice(2) as [string, string];
const reader = await openCsv(await openFileSource(csv));
const temporary = `${parquet}.${pid}`;
const columns = { id: [] as bigint[], topic: [] as string[], text: [] as string[] };
const columnData = [
  { name: 'id', type: 'INT64' as const, data: columns.id, nullable: true },
  { name: 'topic', type: 'STRING' as const, data: columns.topic, nullable: true },
  // pyarrow gives a dictionary up when it is larger than a page
  { name: 'text', type: 'STRING' as const, data: columns.text, nullable: true, encoding: 'PLAIN' as const },
];
const writer = new ParquetWriter({
  writer: fileWriter(temporary),
  schema: schemaFromColumnData({ columnData }),
  codec: 'SNAPPY',
});
for (let batch = await reader.next(); batch; batch = await reader.next()) {
  for (let row = 0; row < batch.count; row++) {
    columns.id.push(BigInt(cellString(batch, row, 0) as string));
    columns.topic.push(cellString(batch, row, 1) as string);
    columns.text.push(cellString(batch, row, 2) as string);
    if (columns.id.length === GROUP_ROWS) await writeGroup();
  }
}
if (columns.id.length > 0) await writeGroup();
await writer.finish();
await reader.close();
renameSync(temporary, parquet);

async function writeGroup(): Promise<void> {
  await writer.write({ columnData, rowGroupSize: GROUP_ROWS, pageSize: 1 << 20 });
  for (const values of Object.values(columns)) values.length = 0;
}
