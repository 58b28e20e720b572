import { Buffer } from 'node:buffer';
import { createJsonlWriter, openCsv } from '@batchrock/formats';
import {
  bytesSource,
  MemoryAnswerCache,
  type MemoryPorts,
  memoryPorts,
  openRows,
  plainDocument,
  type RecordFate,
} from '@batchrock/testkit';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { ReadPosition } from '../ports/index.ts';
import { isSentinelOrdinal, ordinalOf } from '../record/index.ts';
import {
  driveRun,
  ensureLane,
  exportResults,
  type PreparedRun,
  prepareRun,
  type RunDocument,
  type RunPorts,
  type RunReading,
  readRun,
} from '../run/index.ts';

/** Runs that share a cache, a bucket and a ledger. */
export interface CachedPorts extends MemoryPorts {
  readonly answers: MemoryAnswerCache;
}

/** What becomes of a record, in an attempt of its run. */
export type Fate = (recordId: string, attempt: number) => RecordFate;

export function cachedPorts(fate: Fate = () => 'succeeded'): CachedPorts {
  const script = memoryPorts({ script: ({ inputUri }) => ({ record: (id) => fate(id, Number(inputUri.slice(-2, -1))) }) });
  return { ...script, answers: new MemoryAnswerCache() };
}

/** One run: its rows, and the two letters that its record ids begin with. */
export interface CachedRun {
  readonly prefix: string;
  /** The text of each row; null: a bad row. */
  readonly texts: readonly (string | null)[];
  readonly partRecords?: number;
  readonly change?: Parameters<typeof plainDocument>[0];
}

export function runId({ prefix }: CachedRun): string {
  return `r-00000000${prefix}`;
}

export function documentOf(run: CachedRun, ports: Pick<RunPorts, 'objects'>): RunDocument {
  const plain = plainDocument({
    cache: true,
    partRecords: run.partRecords ?? 3,
    run: runId(run),
    recordPrefix: run.prefix,
    identity: run.prefix.padEnd(64, '0'),
    ...run.change,
    model: { limits: { ...DEFAULT_LIMITS, minRecords: 1, maxRecords: 50 }, ...run.change?.model },
  });
  return { ...plain, job: { ...plain.job, storeUri: ports.objects.uri } };
}

/** The rows differ in a column that the prompt does not look at. */
export async function prepareCached(ports: RunPorts, run: CachedRun): Promise<PreparedRun> {
  const document = documentOf(run, ports);
  const lines = run.texts.map((text, i) => (text === null ? `${i},bad,row\n` : `${run.prefix}${i},${text}\n`));
  const bytes = Buffer.from(`id,text\n${lines.join('')}`);
  const { dialect } = document.source;
  const open = (from?: ReadPosition) => {
    const given = { blockBytes: 64, ...(from && { from }), ...(dialect.format === 'csv' && { dialect }) };
    return openCsv(bytesSource(bytes.subarray(from?.byte ?? 0)), given);
  };
  const prepared = await prepareRun(ports, { document, openRows: open });
  await ensureLane(ports, document.lane, 2);
  return prepared;
}

export async function liveCached(ports: RunPorts, run: CachedRun): Promise<void> {
  await prepareCached(ports, run);
  await driveRun(ports, runId(run), { pollMs: 60_000 });
}

/** A row of the results. */
export interface CachedResult {
  readonly record_id: string;
  readonly text: string;
  readonly status: string;
  readonly response: string | null;
}

export async function resultsOf(
  ports: MemoryPorts,
  run: CachedRun,
): Promise<{ readonly reading: RunReading; readonly rows: readonly CachedResult[] }> {
  const reading = (await readRun(ports, runId(run)))!;
  const key = `${run.prefix}.jsonl`;
  await exportResults(ports, { ...reading, writer: createJsonlWriter(ports.objects.create(key)), openRows });
  const lines = (ports.objects.text(key) ?? '').split('\n').slice(0, -1);
  return { reading, rows: lines.map((line) => JSON.parse(line) as CachedResult) };
}

/** The rows that were sent in the first attempt. */
export function sentRows(ports: MemoryPorts, run: CachedRun): readonly number[] {
  const keys = ports.objects.keys(`runs/${runId(run)}/input/`).filter((key) => /-1\/\d+\.jsonl$/.test(key));
  return keys
    .flatMap((key) => ports.objects.text(key)!.split('\n').slice(0, -1))
    .map((line) => ordinalOf(Buffer.from(JSON.parse(line).recordId), 0))
    .filter((ordinal) => !isSentinelOrdinal(ordinal));
}
