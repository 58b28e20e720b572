/** jsonl-dataset-main.ts CSV JSONL: writes the rows of a CSV file as JSON Lines, an object of strings a line. */
import { open, rename } from 'node:fs/promises';
import { openCsv } from '@batchrock/formats';
import { openFileSource } from 'batchrock/node';
import { cellString } from '../rows/index.ts';

const [csv, jsonl] = process.argv.slice(2) as [string, string];
const temporary = `${jsonl}.${process.pid}`;
const file = await open(temporary, 'w');
const reader = await openCsv(await openFileSource(csv));
for (let batch = await reader.next(); batch; batch = await reader.next()) {
  let lines = '';
  for (let row = 0; row < batch.count; row++) {
    const cells = reader.columns.map((column, cell) => [column, cellString(batch!, row, cell)]);
    lines += `${JSON.stringify(Object.fromEntries(cells))}\n`;
  }
  await file.write(lines);
}
await reader.close();
await file.close();
await rename(temporary, jsonl);
