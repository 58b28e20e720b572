import { Buffer } from 'node:buffer';
import { type CsvDialect, createJsonlWriter, openDataset, openSource } from '@batchrock/formats';
import { bytesSource, type MemoryPorts, memoryPorts, plainDocument } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartBody } from '../job/index.ts';
import { DEFAULT_LIMITS } from '../model/index.ts';
import type { Dialect, ReadPosition, ResultWriter, RowReader, Source } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import { exportResults } from './export.ts';
import { ledgerKeys } from './keys.ts';
import { prepareRun } from './prepare.ts';
import { readRun } from './read.ts';
import { openRowChain } from './row-chain.ts';

function memorySource(name: string, content: string): Source {
  const bytes = Buffer.from(content);
  return {
    name,
    size: bytes.length,
    open: async (from = 0) => bytesSource(bytes.subarray(from)),
    openAccess: () => Promise.reject(new Error('not used')),
    pin: () => Promise.reject(new Error('not used')),
    checkUnchanged: async () => undefined,
  };
}

interface Setup {
  readonly document: RunDocument;
  readonly openRows: (from?: ReadPosition) => Promise<RowReader>;
  readonly opened: ReadPosition[];
}

/** A run over these files, their header left out where they are CSV. */
function setup(files: readonly string[], dialect: Dialect, partRecords = 5): Setup {
  const isCsv = dialect.format === 'csv';
  const sources = files.map((content, i) =>
    memorySource(`${'abcdef'[i]}.${dialect.format}`, isCsv ? `id,t\n${content}` : content),
  );
  const opened: ReadPosition[] = [];
  const openRows = (from?: ReadPosition): Promise<RowReader> =>
    openRowChain({
      names: sources.map((source) => source.name),
      sizes: sources.map((source) => source.size),
      from,
      open: (at) => {
        if (at.byte > 0) opened.push(at);
        const isFollowed = at.source! + 1 < sources.length;
        return openSource(sources[at.source!]!, { shape: dialect, dialect, from: at, isFollowed, mayBeEmpty: true });
      },
    });
  const document = plainDocument({
    source: { name: `${files.length} files`, bytes: 1, files: [], dialect },
    model: { family: 'nova', limits: { ...DEFAULT_LIMITS, minRecords: 2, maxRecords: 50 } },
    request: { prompt: 'Rate: {t}', params: {} },
    partRecords,
  });
  return { document, openRows, opened };
}

const CSV: CsvDialect = { format: 'csv', delimiter: ',', header: ['id', 't'] };
const JSONL: Dialect = { format: 'jsonl' };

function partsOf(ports: MemoryPorts): PartBody[] {
  const parts: PartBody[] = [];
  for (let i = 0; ; i++) {
    const item = ports.ledger.peek(ledgerKeys.part('r-0000000001', 1, i));
    if (!item) return parts;
    parts.push(item.body as PartBody);
  }
}

const rowsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i},text ${from + i}`).join('\n');

/** Every row with where it lies, as an export sees it. */
async function exported(ports: MemoryPorts): Promise<string[]> {
  const rows: string[] = [];
  const text = new TextDecoder();
  const writer: ResultWriter = {
    begin: () => undefined,
    write(batch, row) {
      const raw = text.decode(batch.bytes.subarray(batch.rowStart[row], batch.rowEnd[row])).trimEnd();
      rows.push(`${batch.source}:${batch.line[row]} ${raw}`);
      return true;
    },
    drain: async () => undefined,
    finish: async () => ({ key: '', size: 0, etag: '' }),
    abort: async () => undefined,
  };
  await exportResults(ports, {
    ...(await readRun(ports, 'r-0000000001'))!,
    writer,
    openRows: (source, dialect, from) => openDataset(source, { shape: dialect, name: 'x', dialect, from }),
  });
  return rows;
}

describe('a dataset of several sources', () => {
  it('becomes parts that run on over the ends of files, and whose rows know their file and line', async () => {
    const ports = memoryPorts();
    // the first two end without a line feed, the third has a header alone
    const { document, openRows } = setup([rowsOf(0, 3), rowsOf(3, 7), '', `${rowsOf(7, 12)}\n`], CSV);
    const prepared = await prepareRun(ports, { document, openRows });
    expect(prepared).toEqual({ rows: 12, rejected: 0, parts: 3, columns: ['id', 't'] });
    const [first, second, third] = partsOf(ports).map((part) => part.span!);
    expect(first!.from).toEqual({ source: 0, byte: 5, line: 2, ordinal: 0 });
    expect(first!.starts).toEqual([{ source: 1, byte: 5, line: 2, ordinal: 3 }]);
    expect(first!.to).toMatchObject({ source: 1, line: 4, ordinal: 5 });
    expect(second!.starts).toEqual([{ source: 3, byte: 5, line: 2, ordinal: 7 }]);
    expect(third!.from).toMatchObject({ source: 3, line: 5, ordinal: 10 });
    expect(third!.starts).toBeUndefined();
    expect(ports.objects.text('runs/r-0000000001/rows/00000.csv')).toBe(`${rowsOf(0, 5)}\n`);
    expect(await exported(ports)).toEqual(
      [
        ...[0, 1, 2].map((i) => [0, i + 2, i]),
        ...[3, 4, 5, 6].map((i) => [1, i - 1, i]),
        ...[7, 8, 9, 10, 11].map((i) => [3, i - 5, i]),
      ].map(([source, line, i]) => `${source}:${line} ${i},text ${i}`),
    );
  });

  it('goes on in the middle of the third file, and ends in the same bytes', async () => {
    const files = [rowsOf(0, 3), rowsOf(3, 6), rowsOf(6, 30)];
    const whole = memoryPorts();
    await prepareRun(whole, setup(files, CSV));
    for (let crash = 1; crash <= 4; crash++) {
      const ports = memoryPorts();
      const options = setup(files, CSV);
      const controller = new AbortController();
      const interrupted = prepareRun(ports, {
        ...options,
        signal: controller.signal,
        onProgress: ({ parts }) => parts > crash && controller.abort(),
      });
      await expect(interrupted).rejects.toMatchObject({ kind: 'cancelled' });
      await prepareRun(ports, options);
      expect(options.opened[0]).toMatchObject({ source: 2 });
      expect(partsOf(ports)).toEqual(partsOf(whole));
      expect(ports.objects.keys().map((key) => ports.objects.text(key))).toEqual(
        whole.objects.keys().map((key) => whole.objects.text(key)),
      );
    }
  });

  it('names the file of a bad row', async () => {
    const ports = memoryPorts();
    const { document, openRows } = setup([rowsOf(0, 3), '3,c\nbad', `${rowsOf(5, 9)}\n7,b"x`], CSV);
    await prepareRun(ports, { document, openRows });
    const rejects = [0, 1].flatMap((part) =>
      (ports.objects.text(`runs/r-0000000001/outcomes/0000${part}-0.jsonl`) ?? '').split('\n').slice(0, -1),
    );
    expect(rejects.map((line) => JSON.parse(line)).map(({ message, line }) => [message.slice(0, 30), line])).toEqual([
      ['b.csv, line 3: 1 cell, the hea', 3],
      ['c.csv, line 6: a quote inside ', 6],
    ]);
    const strict = { document: { ...document, strict: true }, openRows };
    await expect(prepareRun(memoryPorts(), strict)).rejects.toMatchObject({
      message: 'b.csv, line 3: 1 cell, the header has 2',
      details: { file: 'b.csv', line: 3 },
    });
  });

  it('refuses a file whose header became another, naming file and columns', async () => {
    const other = setup([rowsOf(0, 3), rowsOf(3, 5)], { ...CSV, header: ['id', 'text'] });
    await expect(other.openRows()).rejects.toMatchObject({
      code: 'BR-E0122',
      message: 'a.csv is not read like the first file of the dataset: it lacks "text"; it has "t", which the first file has not',
    });
  });

  it('grows the columns of JSON Lines over all files, in one list', async () => {
    const ports = memoryPorts();
    const { document, openRows } = setup(
      ['{"t":"a"}\n{"t":"b","x":1}', '\uFEFF{"y":2,"t":"c"}\n', '', '{"z":0,"x":1,"t":"d"}'],
      JSONL,
    );
    const reader = await openRows();
    const { columns } = reader;
    while (await reader.next());
    expect(columns).toEqual(['t', 'x', 'y', 'z']);
    expect(reader.columns).toBe(columns);
    const prepared = await prepareRun(ports, { document, openRows });
    expect(prepared).toMatchObject({ rows: 4, columns: ['t', 'x', 'y', 'z'] });
    const sink = ports.objects.create('results');
    await exportResults(ports, {
      ...(await readRun(ports, 'r-0000000001'))!,
      writer: createJsonlWriter(sink),
      openRows: (source, dialect, from) => openDataset(source, { shape: dialect, name: 'x', dialect, from }),
    });
    const results = ports.objects.text('results')!.trimEnd().split('\n');
    expect(results.map((line) => JSON.parse(line).t)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is what one file with all of its rows would be', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.integer({ min: 2, max: 12 }), fc.boolean(), async (at, partRecords, ends) => {
        const bounds = [0, ...at.sort((a, b) => a - b), 40];
        const files = bounds.slice(1).map((end, i) => rowsOf(bounds[i]!, end) + (ends && end > bounds[i]! ? '\n' : ''));
        const [many, one] = [memoryPorts(), memoryPorts()];
        await prepareRun(many, setup(files, CSV, partRecords));
        await prepareRun(one, setup([rowsOf(0, 40) + (ends ? '\n' : '')], CSV, partRecords));
        for (const kind of ['rows', 'input']) {
          const keys = one.objects.keys(`runs/r-0000000001/${kind}/`);
          expect(many.objects.keys(`runs/r-0000000001/${kind}/`)).toEqual(keys);
          for (const key of keys) expect(many.objects.text(key)!.trimEnd()).toBe(one.objects.text(key)!.trimEnd());
        }
        expect((await exported(many)).map((row) => row.replace(/^\S+ /, ''))).toEqual(rowsOf(0, 40).split('\n'));
      }),
      { numRuns: 60 },
    );
  });
});
