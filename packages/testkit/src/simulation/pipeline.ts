import {
  type ByteSource,
  exportResults,
  prepareRun,
  type ReadPosition,
  type RowReader,
  type RunPorts,
  readRun,
} from '@batchrock/core';
import { createJsonlWriter, openCsv, openJsonl } from '@batchrock/formats';
import { bytesSource } from '../memory/index.ts';
import type { ResultRow } from './check-results.ts';
import type { Dataset } from './dataset.ts';

/** Where the results of a run are written to, beside its other objects. */
const resultsKey = (run: string): string => `runs/${run}/results/results.jsonl`;

/** Brings a dataset into the ledger and the bucket, from wherever an earlier process left it. */
export async function prepare(ports: RunPorts, dataset: Dataset): Promise<void> {
  const openRows = (from?: ReadPosition): Promise<RowReader> =>
    open(dataset, bytesSource(dataset.bytes.subarray(from?.byte ?? 0)), from);
  await prepareRun(ports, { document: dataset.document, openRows });
}

/** One for all: what was read is decoded at once. */
const block = new Uint8Array(256 * 1024);

/** The results of an ended run as they would be exported. */
export async function resultsText(ports: RunPorts, dataset: Dataset): Promise<string> {
  const { run } = dataset.document;
  const reading = await readRun(ports, run);
  if (reading === undefined) throw new Error(`run ${run} is not in the ledger`);
  const key = resultsKey(run);
  await exportResults(ports, {
    ...reading,
    writer: createJsonlWriter(ports.objects.create(key)),
    openRows: (source, _dialect, position) => open(dataset, source, position),
  });
  const source = await ports.objects.open(key);
  const length = (await source?.readInto(block)) ?? 0;
  if (length === block.length) throw new Error(`the results of ${run} are larger than any of these worlds`);
  return new TextDecoder().decode(block.subarray(0, length));
}

/** One result for each row, in order. */
export function parseResults(text: string): readonly ResultRow[] {
  return text.split('\n').slice(0, -1).map(parseResult);
}

function parseResult(line: string): ResultRow {
  const row = JSON.parse(line) as Record<string, string | null>;
  return {
    id: row['record_id'] ?? '',
    status: row['status'] ?? '',
    response: row['response'] ?? undefined,
    code: row['error_code'] ?? undefined,
    text: row['text'] ?? undefined,
  };
}

/** Rows in blocks so small that every row crosses some. */
function open(dataset: Dataset, source: ByteSource, from?: ReadPosition): Promise<RowReader> {
  const { dialect } = dataset.document.source;
  const options = { blockBytes: 256, maxRowBytes: 4096, ...(from && { from }) };
  return dialect.format === 'csv' ? openCsv(source, { ...options, dialect }) : openJsonl(source, options);
}
