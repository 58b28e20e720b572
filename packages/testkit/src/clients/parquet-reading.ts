import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomAccess } from '@batchrock/core';
import { openParquet } from '@batchrock/formats';

/** Reads each Parquet file of a folder and writes its rows beside it, as they come: `NAME.jsonl`. */
export async function readParquetFolder(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.parquet')) continue;
    const reader = await openParquet(inMemory(await readFile(join(folder, file))), { name: file });
    const rows: Buffer[] = [];
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      rows.push(Buffer.from(batch.bytes.slice(batch.rowStart[0], batch.rowEnd[batch.count - 1])));
    }
    await reader.close();
    await writeFile(join(folder, file.replace(/parquet$/, 'jsonl')), Buffer.concat(rows));
  }
}

function inMemory(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (from, to) => new Uint8Array(bytes.subarray(from, to)), close: async () => undefined };
}
