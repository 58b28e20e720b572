import { Buffer } from 'node:buffer';
import { openCsv, openJsonl } from '@batchrock/formats';
import { bytesSource, type MemoryPorts, memoryPorts, plainDocument } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartBody } from '../job/index.ts';
import { DEFAULT_LIMITS, familyNamed, type ModelLimits } from '../model/index.ts';
import type { Dialect, ReadPosition, RowReader } from '../ports/index.ts';
import { createRecordEncoder, isSentinelOrdinal, NEEDS_SPACE, ordinalOf } from '../record/index.ts';
import type { RunBody } from './document.ts';
import { ledgerKeys } from './keys.ts';
import { type PrepareOptions, prepareRun } from './prepare.ts';
import type { PrepareProgress } from './prepare-pass.ts';

interface Setup {
  readonly content: string | Uint8Array;
  readonly format?: 'csv' | 'jsonl';
  readonly limits?: Partial<ModelLimits>;
  readonly partRecords?: number;
  readonly strict?: boolean;
  readonly prompt?: string;
  readonly blockBytes?: number;
}

async function setup(options: Setup): Promise<PrepareOptions & { readonly opened: ReadPosition[] }> {
  const { format = 'csv', blockBytes = 64 } = options;
  const content = Buffer.from(options.content as string);
  const opened: ReadPosition[] = [];
  let dialect: Dialect = { format: 'jsonl' };
  const openRows = async (from?: ReadPosition): Promise<RowReader> => {
    if (from) opened.push(from);
    const source = bytesSource(content.subarray(from?.byte ?? 0));
    const given = { name: 'rows', blockBytes, ...(from ? { from } : {}) };
    if (format === 'jsonl') return openJsonl(source, given);
    return openCsv(source, { ...given, ...(dialect.format === 'csv' ? { dialect } : {}) });
  };
  const reader = await openRows().catch(() => undefined);
  if (reader) dialect = reader.dialect;
  const document = plainDocument({
    source: { name: 'rows.csv', bytes: content.length, files: [], dialect },
    model: { family: 'nova', limits: { ...DEFAULT_LIMITS, minRecords: 3, maxRecords: 50, ...options.limits } },
    request: { prompt: options.prompt ?? 'Rate: {t}', params: {} },
    partRecords: options.partRecords ?? 5,
    strict: options.strict ?? false,
  });
  return { document, openRows, opened };
}

function csvOf(count: number, row = (i: number) => `${i},"text ""${i}"",\nmore"`): string {
  return `id,t\n${Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('')}`;
}

function partsOf(ports: MemoryPorts): PartBody[] {
  const parts: PartBody[] = [];
  for (let i = 0; ; i++) {
    const item = ports.ledger.peek(ledgerKeys.part('r-0000000001', 1, i));
    if (!item) return parts;
    parts.push(item.body as PartBody);
  }
}

function runOf(ports: MemoryPorts): RunBody | undefined {
  return ports.ledger.peek(ledgerKeys.run('r-0000000001'))?.body as RunBody | undefined;
}

const linesOf = (text: string | undefined) => (text ?? '').split('\n').slice(0, -1);

/** Every record of a part, over its files. */
function recordsOf(ports: MemoryPorts, part: number): { recordId: string; modelInput: unknown }[] {
  const keys = ports.objects.keys(`runs/r-0000000001/input/${String(part).padStart(5, '0')}-1/`);
  return keys.flatMap((key) => linesOf(ports.objects.text(key))).map((line) => JSON.parse(line));
}

const ordinal = (record: { recordId: string }) => ordinalOf(Buffer.from(record.recordId), 0);

/** All that a run leaves behind, except how often its items were written. */
function leftBehind(ports: MemoryPorts): unknown {
  return {
    objects: ports.objects.keys().map((key) => [key, ports.objects.text(key)]),
    items: ports.ledger.items().map(({ version: _, ...item }) => item),
  };
}

describe('prepareRun', () => {
  it('makes parts, keeps rows and starts the run', async () => {
    const ports = memoryPorts();
    const options = await setup({ content: csvOf(12), partRecords: 5, limits: { minRecords: 2 } });
    const prepared = await prepareRun(ports, options);
    expect(prepared).toEqual({ rows: 12, rejected: 0, parts: 3, columns: ['id', 't'] });
    expect(runOf(ports)).toMatchObject({ state: 'running', rows: 12, rejected: 0, parts: [3], attempt: 1, seq: 1 });
    expect(partsOf(ports).map((part) => [part.state, part.records, part.sentinels, part.firstOrdinal, part.lastOrdinal])).toEqual(
      [
        ['ready', 5, 0, 0, 4],
        ['ready', 5, 0, 5, 9],
        ['ready', 2, 0, 10, 11],
      ],
    );
    const rows = ['00000', '00001', '00002'].map((part) => ports.objects.text(`runs/r-0000000001/rows/${part}.csv`));
    expect(`id,t\n${rows.join('')}`).toBe(csvOf(12));
    expect(JSON.parse(ports.objects.text('runs/r-0000000001/run.json')!)).toEqual(options.document);
    const listed = linesOf(ports.objects.text('runs/r-0000000001/parts.jsonl')).map((line) => JSON.parse(line));
    expect(listed).toEqual(partsOf(ports).map(({ state: _, ...facts }) => facts));
  });

  it('writes the records that the encoder makes, counts their bytes and hashes the rows', async () => {
    const ports = memoryPorts();
    const options = await setup({ content: csvOf(7), partRecords: 100 });
    await prepareRun(ports, options);
    const reader = await options.openRows();
    const { model, request, recordPrefix } = options.document;
    const spec = { family: familyNamed(model.family), request, recordPrefix, maxRecordBytes: 1e6 };
    const encoder = createRecordEncoder(spec, reader.columns);
    const out = { bytes: new Uint8Array(1e6), length: 0 };
    let row = 0;
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      for (let i = 0; i < batch.count; i++) expect(encoder.encode(batch, i, row++, out)).not.toBe(NEEDS_SPACE);
    }
    const written = ports.objects.bytes('runs/r-0000000001/input/00000-1/000.jsonl')!;
    expect(Buffer.from(written).toString()).toBe(Buffer.from(out.bytes.subarray(0, out.length)).toString());
    const rows = Buffer.from(csvOf(7).slice('id,t\n'.length));
    const hash = ports.digest.start();
    hash.update(rows);
    expect(partsOf(ports)[0]).toMatchObject({ bytes: written.length, xxh128: hash.hex(), files: 1 });
  });

  it('begins a new file at the limits of a file, and numbers them', async () => {
    const ports = memoryPorts();
    await prepareRun(ports, await setup({ content: csvOf(23), partRecords: 23, limits: { maxRecordsPerFile: 10 } }));
    const keys = ports.objects.keys('runs/r-0000000001/input/');
    expect(keys.map((key) => [key.slice(-18), linesOf(ports.objects.text(key)).length])).toEqual([
      ['/00000-1/000.jsonl', 10],
      ['/00000-1/001.jsonl', 10],
      ['/00000-1/002.jsonl', 3],
    ]);
    const whole = keys.map((key) => ports.objects.text(key)).join('');
    expect(partsOf(ports)[0]).toMatchObject({ files: 3, bytes: Buffer.byteLength(whole) });
  });

  it('pads a dataset below the minimum with records of no row', async () => {
    const ports = memoryPorts();
    await prepareRun(ports, await setup({ content: csvOf(2), limits: { minRecords: 100 }, partRecords: 100 }));
    expect(partsOf(ports)).toMatchObject([{ records: 2, sentinels: 98 }]);
    const records = recordsOf(ports, 0);
    expect(records).toHaveLength(100);
    expect(records.map((record) => isSentinelOrdinal(ordinal(record)))).toEqual(records.map((_, i) => i >= 2));
    expect(new Set(records.map((record) => record.recordId)).size).toBe(100);
    expect(records[99]!.modelInput).toEqual(familyNamed('nova').sentinel());
  });

  it('balances the last two parts, and leaves nothing of the first try behind', async () => {
    const ports = memoryPorts();
    const options = await setup({
      content: csvOf(26, (i) => (i === 22 || i === 25 ? 'bad' : `${i},t`)),
      partRecords: 10,
      limits: { minRecords: 5, maxRecordsPerFile: 6 },
    });
    await prepareRun(ports, options);
    expect(partsOf(ports).map((part) => [part.records, part.rejected, part.firstOrdinal, part.lastOrdinal, part.files])).toEqual([
      [10, 0, 0, 9, 2],
      [7, 0, 10, 16, 2],
      [7, 2, 17, 25, 2],
    ]);
    expect(options.opened.map((from) => from.ordinal)).toEqual([10]);
    expect(ports.objects.keys('runs/r-0000000001/outcomes/')).toEqual(['runs/r-0000000001/outcomes/00002-0.jsonl']);
  });

  it('rejects bad rows with their line and reason, and keeps them', async () => {
    const ports = memoryPorts();
    const content = 'id,t\n1,a\n2\n3,"x\ny"\n4,b"c\n5,\n';
    const prepared = await prepareRun(ports, await setup({ content, limits: { maxRecordBytes: 4096, minRecords: 1 } }));
    expect(prepared).toMatchObject({ rows: 5, rejected: 2, parts: 1 });
    expect(linesOf(ports.objects.text('runs/r-0000000001/outcomes/00000-0.jsonl')).map((line) => JSON.parse(line))).toEqual([
      { id: 'k3000000100', status: 'rejected', code: 'ragged_row', message: 'line 3: 1 cell, the header has 2', line: 3 },
      expect.objectContaining({ id: 'k3000000300', status: 'rejected', code: 'bad_quote', line: 6 }),
    ]);
    expect(`id,t\n${ports.objects.text('runs/r-0000000001/rows/00000.csv')}`).toBe(content);
    expect(recordsOf(ports, 0).map(ordinal)).toEqual([0, 2, 4]);
  });

  it('names the column that a row lacks, and the limit that a record breaks', async () => {
    const ports = memoryPorts();
    const content = `{"a":1,"b":2}\n{"a":1}\n{"a":"${'x'.repeat(900)}","b":1}\n`;
    const limits = { minRecords: 1, maxRecordBytes: 800 };
    await prepareRun(ports, await setup({ content, format: 'jsonl', prompt: '{a}{b}', limits }));
    const messages = linesOf(ports.objects.text('runs/r-0000000001/outcomes/00000-0.jsonl')).map(
      (line) => JSON.parse(line).message,
    );
    expect(messages).toEqual([
      'line 2: the row has no "b"',
      'line 3: its record is larger than 800 bytes, the most that is sent',
    ]);
  });

  it('ends at the first bad row when it is strict, with nothing to send', async () => {
    const ports = memoryPorts();
    const options = await setup({ content: csvOf(9, (i) => (i === 7 ? 'x' : `${i},t`)), strict: true });
    await expect(prepareRun(ports, options)).rejects.toMatchObject({
      kind: 'input',
      code: 'BR-E0113',
      message: 'rows.csv, line 9: 1 cell, the header has 2',
      details: { line: 9 },
    });
    expect(runOf(ports)?.state).toBe('preparing');
    expect(ports.ledger.items().filter((item) => item.schema === 'name/1')).toEqual([]);
  });

  it('accounts for every row when all are rejected: one part without records, collected at birth', async () => {
    const ports = memoryPorts();
    const prepared = await prepareRun(ports, await setup({ content: csvOf(20, () => 'bad') }));
    expect(prepared).toMatchObject({ rows: 20, rejected: 20, parts: 1 });
    expect(partsOf(ports)).toMatchObject([
      { state: 'collected', records: 0, sentinels: 0, files: 0, rejected: 20, lastOrdinal: 19 },
    ]);
    expect(linesOf(ports.objects.text('runs/r-0000000001/outcomes/00000-0.jsonl'))).toHaveLength(20);
    expect(ports.objects.keys('runs/r-0000000001/input/')).toEqual([]);
  });

  it('writes nothing for a dataset that cannot be read', async () => {
    const ports = memoryPorts();
    await expect(prepareRun(ports, await setup({ content: 'id,t\n' }))).rejects.toMatchObject({ code: 'BR-E0102' });
    await expect(prepareRun(ports, await setup({ content: 'id,id\n1,2\n' }))).rejects.toMatchObject({ code: 'BR-E0103' });
    expect(leftBehind(ports)).toEqual({ objects: [], items: [] });
  });

  it('does nothing when the run is prepared already', async () => {
    const ports = memoryPorts();
    const options = await setup({ content: csvOf(12) });
    const first = await prepareRun(ports, options);
    const before = leftBehind(ports);
    expect(await prepareRun(ports, { ...options, openRows: () => Promise.reject(new Error('opened')) })).toEqual(first);
    expect(leftBehind(ports)).toEqual(before);
  });

  it('makes the same objects whatever the blocks, blank lines between the rows kept as empty ones', async () => {
    const content = csvOf(30, (i) => (i % 4 === 0 ? `${i},a\n\n\r\n` : i % 7 === 3 ? 'bad' : `${i},"b\n"`));
    const seen = new Set<string>();
    for (const blockBytes of [16, 33, 64, 4096]) {
      const ports = memoryPorts();
      await prepareRun(ports, await setup({ content, partRecords: 7, blockBytes }));
      seen.add(JSON.stringify(leftBehind(ports)));
      expect(ports.objects.text('runs/r-0000000001/rows/00000.csv')).toMatch(/^0,a\n\n\n\n1,"b\n"\n/);
    }
    expect(seen.size).toBe(1);
  });

  it('reads the rows of a part while the objects of the one before are made visible', async () => {
    const ports = memoryPorts();
    let opened = (): void => {};
    const next = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const create = ports.objects.create.bind(ports.objects);
    Object.assign(ports.objects, {
      create: (...[key, options]: Parameters<typeof create>) => {
        if (key.endsWith('rows/00001.csv')) opened();
        const sink = create(key, options);
        const commit = sink.commit.bind(sink);
        return key.endsWith('rows/00000.csv') ? Object.assign(sink, { commit: () => next.then(commit) }) : sink;
      },
    });
    const options = await setup({ content: csvOf(12), partRecords: 5, limits: { minRecords: 1 } });
    const prepared = await prepareRun(ports, options);
    const usual = memoryPorts();
    expect(await prepareRun(usual, options)).toEqual(prepared);
    expect(leftBehind(ports)).toEqual(leftBehind(usual));
  });

  it('fails with the object that cannot be made visible, when nothing is under way any more', async () => {
    const ports = memoryPorts();
    let aborted = 0;
    const create = ports.objects.create.bind(ports.objects);
    Object.assign(ports.objects, {
      create: (...[key, options]: Parameters<typeof create>) => {
        const sink = create(key, options);
        const abort = sink.abort.bind(sink);
        const commit = key.endsWith('rows/00000.csv') ? () => Promise.reject(new Error('no room')) : sink.commit.bind(sink);
        return Object.assign(sink, {
          commit,
          abort: () => {
            aborted++;
            return abort();
          },
        });
      },
    });
    const options = await setup({ content: csvOf(12), partRecords: 5, limits: { minRecords: 1 } });
    await expect(prepareRun(ports, options)).rejects.toThrow('no room');
    expect(partsOf(ports)).toEqual([]);
    expect(aborted).toBe(4);
  });

  it('tells how far it is, and never goes back', async () => {
    const told: PrepareProgress[] = [];
    const content = csvOf(26, (i) => (i % 5 === 4 ? 'bad' : `${i},t`));
    const options = await setup({ content, partRecords: 10, limits: { minRecords: 5 }, blockBytes: 32 });
    await prepareRun(memoryPorts(), { ...options, onProgress: (progress) => told.push(progress) });
    expect(options.opened).toHaveLength(1);
    const rows = told.map((progress) => progress.rows);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(told.at(-1)).toEqual({ rows: 26, rejected: 5, bytes: Buffer.byteLength(content), parts: 2 });
  });

  it('keeps JSON Lines as they came, with columns in order of first sight', async () => {
    const ports = memoryPorts();
    const content = '{"t":"a\\u00e9","n":12345678901234567890}\r\n{"x":[1],"t":"b"}\n{"t":"c"}';
    const prepared = await prepareRun(
      ports,
      await setup({ content, format: 'jsonl', prompt: '{t} {n}', limits: { minRecords: 1 } }),
    );
    expect(prepared).toMatchObject({ rows: 3, rejected: 2, columns: ['t', 'n', 'x'] });
    expect(runOf(ports)?.columns).toEqual(['t', 'n', 'x']);
    expect(ports.objects.text('runs/r-0000000001/rows/00000.jsonl')).toBe(content);
    expect(JSON.stringify(recordsOf(ports, 0)[0])).toContain('"aé 12345678901234567890"');
  });

  it('makes every row a record or a reject, once and in order, whatever the sizes', async () => {
    const shape = fc.record({
      rows: fc.array(fc.constantFrom('1,a', '2,"x\ny"', 'bad', `3,${'z'.repeat(60)}`, '4,"q""q"'), {
        minLength: 1,
        maxLength: 40,
      }),
      partRecords: fc.integer({ min: 3, max: 12 }),
      maxRecordsPerFile: fc.integer({ min: 1, max: 9 }),
      blockBytes: fc.integer({ min: 32, max: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, partRecords, maxRecordsPerFile, blockBytes }) => {
        const ports = memoryPorts();
        const content = `id,t\n${rows.join('\n')}`;
        await prepareRun(ports, await setup({ content, partRecords, limits: { minRecords: 3, maxRecordsPerFile }, blockBytes }));
        const parts = partsOf(ports);
        const seen: number[] = [];
        parts.forEach((part, i) => {
          const records = recordsOf(ports, i).map(ordinal);
          const rejects = linesOf(ports.objects.text(`runs/r-0000000001/outcomes/${String(i).padStart(5, '0')}-0.jsonl`));
          const ids = rejects.map((line) => ordinal({ recordId: JSON.parse(line).id }));
          const real = records.filter((each) => !isSentinelOrdinal(each));
          expect([real.length, ids.length, records.length]).toEqual([part.records, part.rejected, part.records + part.sentinels]);
          const all = [...real, ...ids].sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: all.length }, (_, at) => part.firstOrdinal + at));
          seen.push(...all);
          if (part.records > 0) expect(records.length).toBeGreaterThanOrEqual(3);
        });
        expect(seen).toEqual(rows.map((_, i) => i));
        const kept = parts.map((_, i) => ports.objects.text(`runs/r-0000000001/rows/${String(i).padStart(5, '0')}.csv`)).join('');
        expect(`id,t\n${kept}`).toBe(content);
      }),
      { numRuns: 300 },
    );
  });
});

describe('prepareRun after a crash', () => {
  const cases: readonly (readonly [string, Setup])[] = [
    ['several parts', { content: csvOf(17), partRecords: 5 }],
    ['a balanced tail, several files', { content: csvOf(17), partRecords: 8, limits: { minRecords: 6, maxRecordsPerFile: 3 } }],
    ['a merged tail', { content: csvOf(8), partRecords: 5, limits: { minRecords: 5 } }],
    ['rejects everywhere', { content: csvOf(23, (i) => (i % 3 === 1 ? 'bad' : `${i},t`)), partRecords: 4 }],
    ['nothing but rejects', { content: csvOf(9, () => 'bad') }],
    [
      'columns that grow',
      {
        format: 'jsonl',
        content: Array.from({ length: 16 }, (_, i) => JSON.stringify({ [`c${(i * 7) % 5}`]: i, t: `x${i}` })).join('\n'),
        partRecords: 4,
        blockBytes: 32,
      },
    ],
  ];

  it.each(cases)('ends in the same bytes, wherever it crashed: %s', async (_, given) => {
    const calm = memoryPorts();
    const expected = await prepareRun(calm, await setup(given));
    const undisturbed = leftBehind(calm);
    let crashes = 0;
    for (let hasCrashed = true; hasCrashed; crashes++) {
      const ports = memoryPorts();
      let left = crashes;
      const hook = () => {
        if (left-- === 0) throw new Error('crash');
      };
      ports.ledger.hook = hook;
      ports.objects.hook = hook;
      hasCrashed = await prepareRun(ports, await setup(given)).then(
        () => false,
        (error: Error) => error.message === 'crash',
      );
      ports.ledger.hook = undefined;
      ports.objects.hook = undefined;
      expect(await prepareRun(ports, await setup(given))).toEqual(expected);
      expect(leftBehind(ports), `crash at call ${crashes}`).toEqual(undisturbed);
    }
    expect(crashes).toBeGreaterThan(15);
  });

  it('goes on behind the last part that is certain, not at the start', async () => {
    const ports = memoryPorts();
    const given: Setup = { content: csvOf(40), partRecords: 5 };
    ports.ledger.hook = ({ about }) => {
      if (about.includes('PART#00004')) throw new Error('crash');
    };
    await expect(prepareRun(ports, await setup(given))).rejects.toThrow('crash');
    ports.ledger.hook = undefined;
    const options = await setup(given);
    await prepareRun(ports, options);
    expect(options.opened.map((from) => from.ordinal)).toEqual([20]);
  });
});

it('a run that its ledger has forgotten leaves none of what an earlier try wrote beside the inputs of its jobs', async () => {
  const ports = memoryPorts();
  const left = 'runs/r-0000000001/input/00003-1/001.jsonl';
  const sink = ports.objects.create(left);
  await sink.write(Buffer.from('{}'));
  await sink.commit();
  await prepareRun(ports, await setup({ content: csvOf(40), partRecords: 5 }));
  expect(ports.objects.keys()).not.toContain(left);
});

describe('the calls of prepareRun', () => {
  it('are a few for each part and none for a row', async () => {
    const ports = memoryPorts();
    const calls = new Map<string, number>();
    const hook = ({ port, call, moment }: { port: string; call: string; moment: string }) => {
      if (moment === 'before') calls.set(`${port}.${call}`, (calls.get(`${port}.${call}`) ?? 0) + 1);
    };
    ports.ledger.hook = hook;
    ports.objects.hook = hook;
    const options = await setup({ content: csvOf(20_000), partRecords: 2000, limits: { maxRecords: 2000 }, blockBytes: 65_536 });
    await prepareRun(ports, options);
    const parts = 10;
    expect(Object.fromEntries(calls)).toEqual({
      // the run, its document and start; for each part a look, the run, the commit
      'ledger.get': 1 + 1 + 1 + 2 * parts,
      'ledger.commit': 1 + parts + 1,
      // run.json, parts.jsonl, prepared.json, and for each part its input and its rows
      'objects.create': 3 + 2 * parts,
      // what an earlier try may have left of any part, and whether the first is there
      'objects.list': 2,
    });
  });
});
