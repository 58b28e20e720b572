import { readdirSync, readFileSync } from 'node:fs';
import { CellKind, type RandomAccess, type ReadPosition, type RowReader } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { openParquet, type ParquetOptions } from './parquet-open.ts';

const FOLDER = new URL('./fixtures/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.parquet'));

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));

/** The rows of a table, as pyarrow reads them from each of its files (`npm run test:clients`). */
function golden(file: string): string[] {
  const table = file.replace(/(-.*)?\.parquet$/, '');
  return readFileSync(new URL(`${table}.jsonl`, FOLDER), 'utf8')
    .split('\n')
    .slice(0, -1);
}

function access(bytes: Uint8Array, reads: [number, number][] = []): RandomAccess {
  return {
    size: bytes.length,
    async read(from, to) {
      expect(from >= 0 && from <= to && to <= bytes.length).toBe(true);
      reads.push([from, to]);
      return bytes.slice(from, to);
    },
    close: async () => undefined,
  };
}

const open = (bytes: Uint8Array, options: ParquetOptions = {}) => openParquet(access(bytes), { name: 'a.parquet', ...options });

interface Row {
  readonly text: string;
  readonly line: number;
  readonly byte: number;
  readonly ordinal: number;
}

async function rowsOf(reader: RowReader): Promise<Row[]> {
  const rows: Row[] = [];
  let { ordinal } = reader.position;
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    for (let r = 0; r < batch.count; r++) {
      const text = new TextDecoder().decode(batch.bytes.slice(batch.rowStart[r], batch.rowEnd[r]));
      expect(text.endsWith('}\n')).toBe(true);
      rows.push({ text: text.slice(0, -1), line: batch.line[r]!, byte: batch.offset + batch.places![r]!, ordinal: ordinal++ });
    }
    expect(reader.position.ordinal).toBe(ordinal);
  }
  await reader.close();
  return rows;
}

describe('openParquet', () => {
  it.each(FILES)('reads %s as pyarrow does', async (file) => {
    const rows = await rowsOf(await open(fixture(file)));
    expect(rows.map((row) => row.text)).toEqual(golden(file));
    expect(rows.map((row) => row.line)).toEqual(rows.map((_, i) => i + 1));
  });

  it('says what the columns are, in enough detail to write them again', async () => {
    const { dialect } = await open(fixture('types-snappy-v1.parquet'));
    if (dialect.format !== 'parquet') throw new Error('another dialect');
    const types = Object.fromEntries(dialect.columns.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      bool: { kind: 'boolean' },
      int8: { kind: 'int', bits: 8, signed: true },
      uint64: { kind: 'int', bits: 64, signed: false },
      decimal38: { kind: 'decimal', precision: 38, scale: 10 },
      time_ns: { kind: 'time', unit: 'ns', utc: false },
      stamp_us: { kind: 'timestamp', unit: 'us', utc: false },
      stamp_us_utc: { kind: 'timestamp', unit: 'us', utc: true },
      float16: { kind: 'float', bits: 16 },
      string: { kind: 'string' },
      binary: { kind: 'binary' },
      fixed: { kind: 'binary', length: 4 },
      uuid: { kind: 'uuid' },
      null: { kind: 'null' },
    });
    expect(dialect.columns.every((column) => column.nullable)).toBe(true);
    const nested = await open(fixture('nested-snappy-v1.parquet'));
    if (nested.dialect.format !== 'parquet') throw new Error('another dialect');
    const int = { kind: 'int', bits: 32, signed: true };
    expect(Object.fromEntries(nested.dialect.columns.map(({ name, type }) => [name, type]))).toMatchObject({
      lists: { kind: 'list', element: { type: { kind: 'list', element: { type: int, nullable: true } } } },
      map: { kind: 'map', key: { kind: 'string' }, value: { type: int, nullable: true } },
      vector: { kind: 'list', element: { type: { kind: 'float', bits: 32 } } },
    });
    const required = await open(fixture('required-plain.parquet'));
    if (required.dialect.format !== 'parquet') throw new Error('another dialect');
    expect(required.dialect.columns.every((column) => !column.nullable)).toBe(true);
  });

  it('finds cells in rows: strings by their inside, everything else whole', async () => {
    const reader = await open(fixture('types-snappy-v1.parquet'));
    const batch = (await reader.next())!;
    for (let r = 0; r < batch.count; r++) {
      const row = JSON.parse(golden('types.parquet')[r]!);
      reader.columns.forEach((name, c) => {
        const [start, end, kind] = batch.cells.subarray(3 * (r * batch.width + c));
        const text = new TextDecoder().decode(batch.bytes.slice(start, end));
        const isText = typeof row[name] === 'string';
        expect(kind).toBe(isText ? CellKind.jsonString : CellKind.jsonValue);
        expect(JSON.parse(isText ? `"${text}"` : text)).toEqual(row[name]);
      });
    }
  });

  it.each(['many.parquet', 'many-delta.parquet', 'nested-groups.parquet', 'nested-pages.parquet', 'types-pages-v2.parquet'])(
    'goes on with %s from any row, in the same places',
    async (file) => {
      const bytes = fixture(file);
      const all = await rowsOf(await open(bytes));
      const step = Math.max(1, Math.floor(all.length / 11));
      for (let r = 0; r < all.length; r += step) {
        const from: ReadPosition = { byte: 0, line: r + 1, ordinal: r };
        expect(await rowsOf(await open(bytes, { from }))).toEqual(all.slice(r));
      }
      const places = all.map((row) => row.byte);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places.at(-1)).toBeLessThan(bytes.length);
    },
  );

  it('counts rows by the dataset where the file is not its first', async () => {
    const reader = await open(fixture('nested-groups.parquet'), { from: { byte: 0, line: 1, ordinal: 100 } });
    expect((await rowsOf(reader)).map((row) => row.ordinal)).toEqual(Array.from({ length: 9 }, (_, i) => 100 + i));
  });

  it('passes pages over unread values: no more is decoded than the row needs', async () => {
    const reads: [number, number][] = [];
    const bytes = fixture('many.parquet');
    await openParquet(access(bytes, reads), { name: 'a.parquet' });
    // the footer, and nothing before a row is asked for
    expect(reads).toHaveLength(1);
  });

  it.each(['types', 'nested'])('rejects a row of %s that is too long, and goes on', async (table) => {
    const lines = golden(`${table}.parquet`);
    const lengths = lines.map((line) => Buffer.byteLength(line) + 1);
    const limit = lengths.toSorted((a, b) => a - b)[4]!;
    const reader = await open(fixture(`${table}-snappy-v1.parquet`), { maxRowBytes: limit });
    const batch = (await reader.next())!;
    const texts = lengths.map((_, r) => new TextDecoder().decode(batch.bytes.slice(batch.rowStart[r], batch.rowEnd[r])));
    expect(texts).toEqual(lines.map((line, r) => (lengths[r]! > limit ? '{}\n' : `${line}\n`)));
    expect([...batch.reject.subarray(0, batch.count)].map((reject) => reject !== 0)).toEqual(lengths.map((l) => l > limit));
    expect(reader.explainReject(lengths.findIndex((l) => l > limit))).toEqual({ why: `longer than ${limit} bytes as JSON` });
  });
});
