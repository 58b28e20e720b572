import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Orchestrator, RunOutput } from '../scenarios/orchestrator.ts';

/**
 * How many rows the CSV files of a run over `topics` hold, each with a response. Throws where one is out of order or has none. The
 * files are those that the pointer names: the output has no list where it would be long.
 */
export async function rowsInOrder(
  { account, bucket, text }: Orchestrator,
  { results_location: { key } }: RunOutput,
): Promise<number> {
  const { results } = JSON.parse(await text(key)) as { readonly results: { readonly files: readonly string[] } };
  let next = 0;
  for (const file of results.files) {
    const { Body } = await account.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: file }));
    let isHeader = true;
    for await (const line of createInterface({ input: Body as Readable })) {
      if (!isHeader) checkRow(line, next++, file);
      isHeader = false;
    }
  }
  return next;
}

function checkRow(line: string, row: number, file: string): void {
  const head = `00${row},"topic, ${row}",`;
  if (!line.startsWith(head)) throw new Error(`${file} has ${line} where row ${row} is to be`);
  if (line[head.length] === ',' || line.length === head.length) throw new Error(`${file}: row ${row} has no response`);
}
