import { openCsv, openDataset } from '@batchrock/formats';
import { bytesSource, type MemoryPorts, memoryPorts, plainDocument } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { PartBody } from '../job/index.ts';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { Dialect, ReadPosition, ResultWriter } from '../ports/index.ts';
import { exportResults } from './export.ts';
import { ledgerKeys } from './keys.ts';
import { type PrepareOptions, prepareRun } from './prepare.ts';
import { readRun } from './read.ts';
import { openTakenRows, type TakenRows } from './taken-rows.ts';

const dialect = { format: 'csv', delimiter: ',', header: ['id', 't'] } as const satisfies Dialect;
const csvOf = (rows: number) =>
  `id,t\n${Array.from({ length: rows }, (_, i) => (i % 7 === 6 ? 'bad\n' : `${i},t${i}\n`)).join('')}`;

function setup(
  rows: number,
  limits: { readonly maxParts?: number; readonly taken?: TakenRows; readonly partRecords?: number },
): PrepareOptions {
  const bytes = Buffer.from(csvOf(rows));
  const { maxParts, taken = {}, partRecords = 5 } = limits;
  const open = (from?: ReadPosition) =>
    openCsv(bytesSource(bytes.subarray(from?.byte ?? 0)), { blockBytes: 64, ...(from && { from, dialect }) });
  const document = plainDocument({
    source: { name: 'rows.csv', bytes: bytes.length, files: [], dialect, taken },
    model: { family: 'nova', limits: { ...DEFAULT_LIMITS, minRecords: 2, maxRecords: 50 } },
    request: { prompt: 'Rate: {t}', params: {} },
    partRecords,
    ...(maxParts === undefined ? {} : { maxParts }),
  });
  return { document, openRows: (from) => openTakenRows(open, taken, from) };
}

function partsOf(ports: MemoryPorts): PartBody[] {
  const parts: PartBody[] = [];
  for (let i = 0; ; i++) {
    const item = ports.ledger.peek(ledgerKeys.part('r-0000000001', 1, i));
    if (!item) return parts;
    parts.push(item.body as PartBody);
  }
}

/** Line and text of every row of the run. */
async function exported(ports: MemoryPorts): Promise<string[]> {
  const rows: string[] = [];
  const writer: ResultWriter = {
    begin: () => undefined,
    write(batch, row) {
      rows.push(
        `${batch.line[row]} ${Buffer.from(batch.bytes.subarray(batch.rowStart[row], batch.rowEnd[row])).toString().trimEnd()}`,
      );
      return true;
    },
    drain: async () => undefined,
    finish: async () => ({ key: '', size: 0, etag: '' }),
    abort: async () => undefined,
  };
  const reading = (await readRun(ports, 'r-0000000001'))!;
  await exportResults(ports, {
    ...reading,
    writer,
    openRows: (source, d, from) => openDataset(source, { shape: d, name: 'x', dialect: d, from }),
  });
  return rows;
}

const leftBehind = (ports: MemoryPorts) => ports.objects.keys().map((key) => [key, ports.objects.text(key)]);

describe('a limit of parts', () => {
  it('leaves out the rows that do not go into them, and says so', async () => {
    const ports = memoryPorts();
    const prepared = await prepareRun(ports, setup(40, { maxParts: 3 }));
    expect(prepared).toMatchObject({ rows: 17, rejected: 2, parts: 3, isCut: true });
    expect(partsOf(ports).map((part) => part.records)).toEqual([5, 5, 5]);
    expect(ports.ledger.peek(ledgerKeys.run('r-0000000001'))?.body).toMatchObject({ rows: 17, state: 'running' });
    expect(await exported(ports)).toHaveLength(17);
  });

  it('that is not reached changes nothing', async () => {
    const [limited, free] = [memoryPorts(), memoryPorts()];
    expect(await prepareRun(limited, setup(17, { maxParts: 3 }))).not.toHaveProperty('isCut');
    await prepareRun(free, setup(17, {}));
    expect(partsOf(limited).map((part) => part.span)).toEqual(partsOf(free).map((part) => part.span));
  });

  it('holds for a single part', async () => {
    const ports = memoryPorts();
    expect(await prepareRun(ports, setup(40, { maxParts: 1 }))).toMatchObject({ rows: 5, parts: 1, isCut: true });
  });
});

describe('a preparation that was broken off', () => {
  it.each([
    ['a limit of parts', { maxParts: 3 }],
    ['a sample', { taken: { sample: { rows: 19, of: 40, seed: '7'.repeat(32) } } }],
    ['a sample of the first rows', { taken: { first: 33, sample: { rows: 16, of: 33, seed: '5'.repeat(32) } } }],
    ['the first rows', { taken: { first: 23 } }],
  ])('ends in the same bytes: %s', async (_, limits) => {
    const whole = memoryPorts();
    const prepared = await prepareRun(whole, setup(40, limits));
    for (let commits = 0; commits < 6; commits++) {
      const ports = memoryPorts();
      let left = commits;
      const commit = ports.ledger.commit.bind(ports.ledger);
      ports.ledger.commit = (writes, o) => (left-- > 0 ? commit(writes, o) : Promise.reject(new Error('crash')));
      await prepareRun(ports, setup(40, limits)).catch((error: Error) => expect(error.message).toBe('crash'));
      ports.ledger.commit = commit;
      expect(await prepareRun(ports, setup(40, limits))).toMatchObject({ rows: prepared.rows, parts: prepared.parts });
      expect(leftBehind(ports)).toEqual(leftBehind(whole));
      expect(partsOf(ports)).toEqual(partsOf(whole));
    }
  });
});

it('a sample keeps the lines that its rows have in the file', async () => {
  const ports = memoryPorts();
  await prepareRun(ports, setup(40, { taken: { sample: { rows: 12, of: 40, seed: '3'.repeat(32) } } }));
  const rows = await exported(ports);
  expect(rows).toHaveLength(12);
  const lines = csvOf(40).split('\n');
  for (const row of rows) {
    const [line, text] = row.split(' ');
    expect(lines[Number(line) - 1]).toBe(text);
  }
});
