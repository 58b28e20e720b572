import { Buffer } from 'node:buffer';
import { createJsonlWriter, openCsv } from '@batchrock/formats';
import {
  beginLife,
  bytesSource,
  type Fault,
  type JobScript,
  MemoryLedger,
  type MemoryPorts,
  type MemoryScratch,
  memoryPorts,
  openRows,
  plainDocument,
  type RecordFate,
} from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { JobSpec, ReadPosition } from '../ports/index.ts';
import { isSentinelOrdinal, ordinalOf } from '../record/index.ts';
import { runCounts } from './counts.ts';
import { ensureLane } from './dispatch.ts';
import type { Dedupe, RunDocument } from './document.ts';
import { driveRun } from './drive.ts';
import { type ExportInput, exportResults } from './export.ts';
import { FarOriginals } from './far-originals.ts';
import { Originals } from './originals.ts';
import type { RunPorts } from './ports.ts';
import { prepareRun } from './prepare.ts';
import { type RunReading, readRun } from './read.ts';
import { retryRun } from './resume.ts';

const RUN = 'r-0000000001';

interface World {
  /** Default: the rows of a part are compared. */
  readonly dedupe?: Dedupe;
  /** The text of each row; null: a bad row. */
  readonly texts: readonly (string | null)[];
  readonly partRecords: number;
  readonly minRecords?: number;
  readonly maxParts?: number;
  /** What becomes of a row that is sent, in an attempt. */
  readonly fate: (row: number, attempt: number) => RecordFate;
}

interface ResultLine {
  readonly record_id: string;
  readonly text: string;
  readonly status: string;
  readonly response: string | null;
  readonly error_code: string | null;
}

function portsOf({ fate }: World): MemoryPorts {
  const script = ({ inputUri }: JobSpec): JobScript => ({
    record: (id) => fate(ordinalOf(Buffer.from(id), 0), Number(inputUri.slice(-2, -1))),
  });
  return memoryPorts({ script });
}

/** The rows differ in a column that the prompt does not look at. */
function csvOf({ texts }: World): Buffer {
  const lines = texts.map((text, i) => (text === null ? `${i},bad,row\n` : `${i},${text}\n`));
  return Buffer.from(`id,text\n${lines.join('')}`);
}

function documentOf({ dedupe = 'part', partRecords, minRecords = 1, maxParts }: World, ports: RunPorts): RunDocument {
  const plain = plainDocument({
    model: { limits: { ...DEFAULT_LIMITS, minRecords, maxRecords: 50 } },
    partRecords,
    dedupe,
    ...(maxParts === undefined ? {} : { maxParts }),
  });
  return { ...plain, job: { ...plain.job, storeUri: ports.objects.uri } };
}

async function prepare(ports: RunPorts, world: World, blockBytes = 64): Promise<void> {
  const document = documentOf(world, ports);
  const bytes = csvOf(world);
  const { dialect } = document.source;
  const open = (from?: ReadPosition) => {
    const given = { blockBytes, ...(from && { from }), ...(dialect.format === 'csv' && { dialect }) };
    return openCsv(bytesSource(bytes.subarray(from?.byte ?? 0)), given);
  };
  await prepareRun(ports, { document, openRows: open });
  await ensureLane(ports, document.lane, 2);
}

async function live(ports: RunPorts, world: World): Promise<void> {
  await prepare(ports, world);
  await driveRun(ports, RUN, { pollMs: 60_000 });
}

async function resultsOf(
  ports: MemoryPorts,
  change: Partial<ExportInput> = {},
): Promise<{ readonly reading: RunReading; readonly rows: readonly ResultLine[] }> {
  const reading = (await readRun(ports, RUN))!;
  const writer = createJsonlWriter(ports.objects.create('out.jsonl'));
  await exportResults(ports, { ...reading, writer, openRows, ...change });
  const lines = (ports.objects.text('out.jsonl') ?? '').split('\n').slice(0, -1);
  return { reading, rows: lines.map((line) => JSON.parse(line) as ResultLine) };
}

/** The rows that were sent, and in how many attempts. */
function sentRows(ports: MemoryPorts): Map<number, number> {
  const sent = new Map<number, number>();
  for (const key of ports.objects.keys(`runs/${RUN}/input/`)) {
    for (const line of ports.objects.text(key)!.split('\n').slice(0, -1)) {
      const row = ordinalOf(Buffer.from(JSON.parse(line).recordId), 0);
      if (!isSentinelOrdinal(row)) sent.set(row, 1 + (sent.get(row) ?? 0));
    }
  }
  return sent;
}

/**
 * The row that is sent for each row: the first one of its part, or of the run, with its text; itself, where it is that one. -1: a
 * bad row.
 */
function originals({ texts, dedupe }: World, { parts }: RunReading): readonly number[] {
  if (dedupe === 'run') return texts.map((text) => (text === null ? -1 : texts.indexOf(text)));
  const spans = parts.flatMap(({ span }) => (span === undefined ? [] : [span]));
  return texts.map((text, row) => {
    if (text === null) return -1;
    const from = spans.find((span) => row >= span.from.ordinal && row < span.to.ordinal)!.from.ordinal;
    return texts.indexOf(text, from);
  });
}

const count = <T>(values: readonly T[], which: (value: T) => boolean): number => values.filter(which).length;

/** Every row has the outcome of the row that was sent for it, every sum is of rows, and nothing is paid for twice. */
async function check(ports: MemoryPorts, world: World): Promise<void> {
  const { reading, rows } = await resultsOf(ports);
  const of = originals(world, reading);
  const sent = sentRows(ports);
  expect(rows.map((row) => row.text)).toEqual(world.texts.map((text) => text ?? 'bad'));
  expect([...sent.keys()].sort((a, b) => a - b)).toEqual(of.flatMap((original, row) => (original === row ? [row] : [])));
  for (const [row, result] of rows.entries()) {
    expect(ordinalOf(Buffer.from(result.record_id), 0)).toBe(row);
    const outcome = ({ status, response, error_code }: ResultLine) => ({ status, response, error_code });
    if (of[row] === -1) expect(result.status).toBe('rejected');
    else expect(outcome(result)).toEqual(outcome(rows[of[row]!]!));
  }
  const counts = runCounts(reading.run, reading.parts);
  expect(counts).toMatchObject({
    rows: rows.length,
    duplicates: count(rows, (row) => ![-1, rows.indexOf(row)].includes(of[rows.indexOf(row)]!)),
    succeeded: count(rows, (row) => row.status === 'succeeded'),
    failed: count(rows, (row) => row.status === 'failed'),
    rejected: count(rows, (row) => row.status === 'rejected'),
    pending: count(rows, (row) => row.status === 'pending'),
  });
  if (reading.run.state === 'ended') expect(counts.pending).toBe(0);
  expect((ports.scratch as MemoryScratch).open).toBe(0);
  await checkPieces(ports, world, reading, rows);
}

/** An export in pieces that begin anywhere, and one with hardly any memory, say the same as one of all rows. */
async function checkPieces(ports: MemoryPorts, world: World, reading: RunReading, rows: readonly ResultLine[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 4) {
    const only = { from, to: Math.min(rows.length, from + 4) };
    expect((await resultsOf(ports, { only })).rows).toEqual(rows.slice(from, only.to));
  }
  const { run, parts } = reading;
  for (const part of parts.filter((each) => each.attempt === 1 && (each.duplicates ?? 0) > 0)) {
    const input = { run: RUN, attempt: run.attempt, isOver: run.state === 'ended', parts, part };
    const Kind = world.dedupe === 'run' ? FarOriginals : Originals;
    const small = new Kind(ports, { ...input, budgetBytes: 100, fileDuplicates: 2 });
    const large = new Kind(ports, input);
    for (const { ordinal, of } of await duplicatesOf(ports, part.part)) {
      while (!small.seek(of)) await small.fill(ordinal);
      while (!large.seek(of)) await large.fill(ordinal);
      const text = ({ outcome }: Originals | FarOriginals) =>
        outcome && Buffer.from(outcome.bytes.subarray(outcome.start, outcome.end)).toString();
      expect(text(small)).toBe(text(large));
    }
    for (const each of [small, large]) if (each instanceof FarOriginals) await each.close();
  }
}

async function duplicatesOf(ports: MemoryPorts, part: number): Promise<{ ordinal: number; of: number }[]> {
  const text = ports.objects.text(`runs/${RUN}/outcomes/${String(part).padStart(5, '0')}-0.jsonl`) ?? '';
  const lines = text.split('\n').slice(0, -1);
  const number = (id: string): number => ordinalOf(Buffer.from(id), 0);
  return lines
    .map((line) => JSON.parse(line) as { id: string; status: string; of: string })
    .flatMap(({ id, status, of }) => (status === 'duplicate' ? [{ ordinal: number(id), of: number(of) }] : []));
}

const text = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const fates = fc.constantFrom<RecordFate>('succeeded', 'succeeded', 'missing', { errorCode: 500 }, { errorCode: 400 });
const worlds = fc.record({
  texts: fc.array(fc.oneof({ arbitrary: text, weight: 9 }, { arbitrary: fc.constant(null), weight: 1 }), {
    minLength: 1,
    maxLength: 40,
  }),
  partRecords: fc.integer({ min: 1, max: 6 }),
  minRecords: fc.integer({ min: 1, max: 3 }),
  fate: fc.func(fates),
});

describe.each<Dedupe>(['part', 'run'])('a run that sends no request of a %s twice', (dedupe) => {
  it('gives each row the outcome of the one that was sent for it, and counts rows', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        const world = { ...drawn, dedupe };
        const ports = portsOf(world);
        await live(ports, world);
        await check(ports, world);
        await retryRun(ports, RUN, { all: true }).catch(() => undefined);
        await driveRun(ports, RUN, { pollMs: 60_000 });
        await check(ports, world);
      }),
      { numRuns: 60 },
    );
  });

  it('shows as pending what may still be sent again, with its duplicates', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.nat(40), async (drawn, times) => {
        const world = { ...drawn, dedupe };
        const ports = portsOf(world);
        await prepare(ports, world);
        const stop = new AbortController();
        let looks = 0;
        const signal = stop.signal;
        const driving = driveRun(ports, RUN, { pollMs: 60_000, signal }).catch(() => undefined);
        while (looks++ < times) await ports.clock.sleep(20_000);
        stop.abort();
        await driving;
        await check(ports, world);
      }),
      { numRuns: 40 },
    );
  });

  const WORLD: World = {
    dedupe,
    texts: ['a', 'b', 'a', 'c', null, 'b', 'a', 'd', 'a', 'a', 'b', 'e', 'c', 'a'],
    partRecords: 3,
    minRecords: 2,
    fate: (row, attempt) => (attempt === 1 && row % 3 === 0 ? { errorCode: 500 } : 'succeeded'),
  };

  const bytesOf = (ports: MemoryPorts): string =>
    ports.objects
      .keys(`runs/${RUN}/`)
      .filter((key) => !key.includes('/output/'))
      .map((key) => `${key}\n${ports.objects.text(key)}`)
      .join('\n');

  it('ends in the same bytes when its process dies at any moment, with its ledger or without', async () => {
    const calm = portsOf(WORLD);
    const { ports, calls } = beginLife(calm);
    await live(ports, WORLD);
    const expected = bytesOf(calm);
    await check(calm, WORLD);
    const moments = calls.flatMap(({ call, moment }, at) =>
      moment === 'after' && ['commit', 'create', 'remove'].includes(call) ? [at] : [],
    );
    expect(moments.length).toBeGreaterThan(30);
    for (const [i, at] of moments.entries()) {
      const fault: Fault = { at, kind: 'crash' };
      const world = portsOf(WORLD);
      const first = beginLife(world, fault);
      await Promise.race([live(first.ports, WORLD), first.crashed]);
      const second = i % 2 === 0 ? world : { ...world, ledger: new MemoryLedger() };
      if (second !== world) await adoptRun(second, RUN).catch(() => undefined);
      await live(second, WORLD);
      expect(bytesOf(second)).toBe(expected);
      await check(second, WORLD);
    }
  });

  it('ends a part at half a million rows, however few of them are sent', async () => {
    const texts = Array.from({ length: 524_288 + 3 }, () => 'a');
    const ports = portsOf(WORLD);
    await prepare(ports, { dedupe, texts, partRecords: 3, fate: () => 'succeeded' }, 1 << 16);
    const { run, parts } = (await readRun(ports, RUN))!;
    const again = dedupe === 'run' ? 0 : 1;
    expect(parts.map(({ records, duplicates, span }) => [records, duplicates, span?.to.ordinal])).toEqual([
      [1, 524_287, 524_288],
      [again, 3 - again, 524_291],
    ]);
    expect(runCounts(run, parts)).toMatchObject({ rows: 524_291, duplicates: 524_290 - again, pending: 524_291 });
  });

  it('cuts behind as many jobs as may be made, and pads the last part in place of sending others', async () => {
    const world: World = { ...WORLD, texts: ['a', 'b', 'a', 'c', 'a', 'd', 'e', 'd'], maxParts: 1, fate: () => 'succeeded' };
    const ports = portsOf(world);
    await live(ports, world);
    const { reading: cut, rows } = await resultsOf(ports);
    expect(rows.map((row) => row.text)).toEqual(['a', 'b', 'a', 'c', 'a']);
    expect(runCounts(cut.run, cut.parts)).toMatchObject({ rows: 5, duplicates: 2, succeeded: 5, pending: 0 });
    const whole = { ...world, maxParts: 9, partRecords: 4, minRecords: 3 };
    const more = portsOf(whole);
    await live(more, whole);
    const { reading } = await resultsOf(more);
    expect(reading.parts.map(({ records, sentinels, duplicates }) => ({ records, sentinels, duplicates }))).toEqual([
      { records: 4, sentinels: 0, duplicates: 2 },
      // the last row asks for what the one before it does in its part
      { records: dedupe === 'run' ? 1 : 2, sentinels: dedupe === 'run' ? 2 : 1, duplicates: dedupe === 'run' ? 1 : undefined },
    ]);
  });
});
