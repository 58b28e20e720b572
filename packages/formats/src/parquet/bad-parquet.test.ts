import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { InputError, REJECT_CODES } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { PageBudget } from './page-budget.ts';
import { openParquet, type ParquetOptions } from './parquet-open.ts';
import { PageCodec, StoredType } from './stored-as.ts';
import { encodeThrift, type ThriftStruct } from './thrift-writer.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

const open = (bytes: Uint8Array, options: ParquetOptions = {}) =>
  openParquet(
    { size: bytes.length, read: async (from, to) => bytes.slice(from, to), close: async () => undefined },
    { name: 'bad.parquet', ...options },
  );

async function readWith(options: ParquetOptions, bytes: Uint8Array): Promise<void> {
  const reader = await open(bytes, options);
  while (await reader.next());
  await reader.close();
}

/** Reads a file to its end and says what is wrong with it. */
async function wrong(bytes: Uint8Array): Promise<string> {
  try {
    await readWith({}, bytes);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
  return 'nothing';
}

/** A column of a small file that lies as it is told to. */
interface TinyColumn {
  readonly stored?: number;
  readonly converted?: number;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition?: number;
  readonly codec?: number;
  /** The page, compressed, and what its header says. */
  readonly page: Uint8Array;
  readonly bytes?: number;
  readonly values?: number;
  readonly encoding?: number;
  readonly chunk?: ThriftStruct;
}

const i32 = (value: number) => ({ i32: value });
const i64 = (value: number) => ({ i64: value });
const UTF8 = 0;

/** A file of one row group with one column. */
function tiny(column: TinyColumn, { rows = 1, name = 'c' } = {}): Uint8Array {
  const { page, stored = StoredType.byteArray, repetition = 0, codec = PageCodec.none, values = rows } = column;
  const dataPage = { struct: { 1: i32(values), 2: i32(column.encoding ?? 0), 3: i32(3), 4: i32(3) } };
  const header = encodeThrift({ 1: i32(0), 2: i32(column.bytes ?? page.length), 3: i32(page.length), 5: dataPage });
  const chunk: ThriftStruct = {
    1: i32(stored),
    2: { list: [], of: 'i32' },
    3: { list: [{ text: name }], of: 'text' },
    4: i32(codec),
    5: i64(values),
    6: i64(page.length),
    7: i64(header.length + page.length),
    9: i64(4),
    ...column.chunk,
  };
  const schema: ThriftStruct[] = [
    { 4: { text: 'root' }, 5: i32(1) },
    {
      1: i32(stored),
      3: i32(repetition),
      4: { text: name },
      ...(stored === StoredType.byteArray && { 6: i32(column.converted ?? UTF8) }),
    },
  ];
  const group: ThriftStruct = {
    1: { list: [{ struct: { 2: i64(4), 3: { struct: chunk } } }], of: 'struct' },
    2: i64(100),
    3: i64(rows),
  };
  const footer = encodeThrift({
    1: i32(1),
    2: { list: schema.map((struct) => ({ struct })), of: 'struct' },
    3: i64(rows),
    4: { list: [{ struct: group }], of: 'struct' },
  });
  return fileOf(Buffer.concat([header, page]), footer);
}

function fileOf(data: Uint8Array, footer: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return new Uint8Array(Buffer.concat([Buffer.from('PAR1'), data, footer, length, Buffer.from('PAR1')]));
}

/** PLAIN values of a text column. */
function texts(...values: Uint8Array[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.length);
      return [length, value];
    }),
  );
}

describe('a file that is none, or not whole', () => {
  const whole = fixture('types-snappy-v1.parquet');

  it('is told by its ends', async () => {
    expect(await wrong(new Uint8Array(0))).toBe('bad.parquet: no Parquet file: it has 0 bytes');
    expect(await wrong(new TextEncoder().encode('id,text\n1,hello there\n'))).toMatch(/does not end in PAR1/);
    for (const share of [0.1, 0.5, 0.99]) {
      expect(await wrong(whole.slice(0, Math.floor(share * whole.length)))).toMatch(/the end of it is missing/);
    }
    const encrypted = whole.slice();
    encrypted[encrypted.length - 1] = 'E'.charCodeAt(0);
    expect(await wrong(encrypted)).toMatch(/its footer is encrypted/);
  });

  it('is told by a footer that cannot be', async () => {
    const lying = whole.slice();
    new DataView(lying.buffer).setUint32(lying.length - 8, 0x7fffffff, true);
    expect(await wrong(lying)).toBe(`bad.parquet: a footer of 2147483647 bytes in a file of ${whole.length}`);
    expect(await wrong(fileOf(new Uint8Array(100), new Uint8Array(100).fill(0x19)))).toMatch(/^bad.parquet: /);
    expect(await wrong(fileOf(new Uint8Array(9), Uint8Array.of(0x29, 0xfc, 0xff, 0xff, 0xff, 0x0f)))).toMatch(
      /ends in the middle/,
    );
    expect(await wrong(fileOf(new Uint8Array(9), new Uint8Array(100_000).fill(0x1c)))).toMatch(/more than 64 levels deep/);
  });

  it('is told by pages that the front of it is missing', async () => {
    const cut = whole.slice(5);
    expect(await wrong(cut)).toMatch(/^bad.parquet, row group 1, column /);
  });
});

describe('a column that lies', () => {
  const good = { page: texts(Buffer.from('one')) };

  it('is read when it does not', async () => {
    const batch = await (await open(tiny(good))).next();
    expect(Buffer.from(batch!.bytes.slice(0, batch!.rowEnd[0])).toString()).toBe('{"c":"one"}\n');
  });

  it.each<[string, TinyColumn, { rows?: number; name?: string }, RegExp]>([
    [
      'offsets outside',
      { ...good, chunk: { 9: i64(1 << 30) } },
      {},
      /row group 1, column c: it should stand in bytes 1073741824 to/,
    ],
    ['negative offsets', { ...good, chunk: { 9: i64(-5) } }, {}, /it should stand in bytes -5 to/],
    ['more bytes than there are', { ...good, chunk: { 7: i64(1 << 30) } }, {}, /the file has data up to byte/],
    ['another type than the schema', { ...good, chunk: { 1: i32(StoredType.int64) } }, {}, /values of type 2, 6 in the schema/],
    ['an unknown codec', { ...good, codec: PageCodec.lzo }, {}, /compressed with the codec LZO/],
    ['more values than rows', { ...good, values: 2 }, {}, /2 values for 1 rows/],
    ['fewer values than it says', good, { rows: 5 }, /a page that holds fewer values than it claims/],
    ['a value longer than its page', { page: Buffer.from([0xff, 0xff, 0xff, 0x7f]) }, {}, /a value of 2147483647 bytes/],
    ['an unknown encoding', { ...good, encoding: 77 }, {}, /BYTE_ARRAY in the encoding 77, which is not read/],
    ['no dictionary', { ...good, encoding: 8 }, {}, /before there is one/],
    ['a page that claims 2 GB', { ...good, bytes: 2_000_000_000 }, {}, /a page of 7 bytes that become 2000000000/],
    ['no name', good, { name: '' }, /column 1 has no name/],
  ])('about %s is refused', async (_, column, options, message) => {
    expect(await wrong(tiny(column, options))).toMatch(message);
  });

  it('about how large its pages become is found out before there is memory for it', async () => {
    const zeros = Buffer.alloc(64 << 20);
    const codecs: [number, Buffer][] = [
      [PageCodec.gzip, gzipSync(zeros)],
      [PageCodec.zstd, zstdCompressSync(zeros)],
      [PageCodec.brotli, brotliCompressSync(zeros, { params: { 5: 64 << 20, 1: 1 } })],
    ];
    for (const [codec, page] of codecs) {
      const before = process.memoryUsage().rss;
      // a bomb that is true to its word
      await expect(readWith({}, tiny({ codec, page, bytes: 64 << 20 }))).rejects.toMatchObject({
        code: 'BR-E0123',
        message: expect.stringMatching(
          /column c: a page of \d+ bytes that claims to become 67108864, more than 500 times as many$/,
        ),
      });
      // it becomes more than it claims
      expect(await wrong(tiny({ codec, page, bytes: 1000 }))).toMatch(
        /page that is damaged \(Cannot create a Buffer larger than/,
      );
      expect(process.memoryUsage().rss - before).toBeLessThan(32 << 20);
      // it claims more than it becomes
      await expect(readWith({ maxExpansion: 1e6 }, tiny({ codec, page, bytes: 65 << 20 }))).rejects.toThrow(
        /that becomes 67108864 bytes|more than its codec can make/,
      );
    }
    const page = Buffer.alloc(100);
    expect(await wrong(tiny({ codec: PageCodec.gzip, page, bytes: 1 << 20 }))).toMatch(/more than its codec can make/);
    expect(await wrong(tiny({ codec: PageCodec.snappy, page, bytes: 1 << 20 }))).toMatch(/more than Snappy can make/);
    expect(await wrong(tiny({ codec: PageCodec.lz4Raw, page, bytes: 1 << 20 }))).toMatch(/more than its codec can make/);
  });

  it('about pages that are each small enough is refused where all of them together are not', () => {
    const budget = new PageBudget();
    const fault = (what: string) => new InputError('BR-E0114', what);
    for (let column = 0; column < 5; column++) budget.replace(0, 100 << 20, fault);
    expect(() => budget.replace(0, 100 << 20, fault)).toThrow(/those of other columns are more than 536870912 together/);
    // one page in place of another
    budget.replace(100 << 20, 110 << 20, fault);
    expect(() => budget.replace(0, 3 << 20, fault)).toThrow(InputError);
  });

  it('about its rows costs nothing: two thousand million nulls are read one by one', async () => {
    const rows = 2 ** 31 - 1;
    // a run of so many definition levels of 0
    const page = Uint8Array.of(6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0);
    const reader = await open(tiny({ repetition: 1, page }, { rows }));
    const batch = await reader.next();
    expect(batch!.count).toBeGreaterThan(1000);
    expect(Buffer.from(batch!.bytes.slice(0, batch!.rowEnd[0])).toString()).toBe('{"c":null}\n');
  });

  it('with a list behind the last row is refused', async () => {
    // two lists of one boolean each, in a group of one row
    const page = Uint8Array.from([2, 0, 0, 0, 4, 0, 2, 0, 0, 0, 4, 1, 3]);
    const column = { stored: StoredType.boolean, repetition: 2, page, values: 2 };
    expect(await wrong(tiny(column, { rows: 2 }))).toBe('nothing');
    expect(await wrong(tiny(column))).toBe('bad.parquet, row group 1, column c: more values than rows');
  });

  it('in one endless list ends', async () => {
    const values = 2 ** 31 - 1;
    // repetition levels 0, then 1 for ever; definition levels of 1 for ever; booleans as one run
    const repetitions = [8, 0, 0, 0, 0x02, 0, 0xfc, 0xff, 0xff, 0xff, 0x0f, 1].with(0, 8);
    const definitions = [6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1];
    const booleans = [6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1];
    const page = Uint8Array.from([...repetitions, ...definitions, ...booleans]);
    const column = { stored: StoredType.boolean, repetition: 2, page, values, encoding: 3 };
    expect(await wrong(tiny(column))).toMatch(/column c: a row of more than 16777216 values/);
  });
});

describe('a row that is no text', () => {
  it('is rejected with its column, and the others are read', async () => {
    const page = texts(Buffer.from('one'), Buffer.from([0x61, 0xff]), Buffer.from([0xe2, 0x82]), Buffer.from('four'));
    const reader = await open(tiny({ page }, { rows: 4 }));
    const batch = (await reader.next())!;
    const codes = [...batch.reject.subarray(0, 4)].map((reject) => REJECT_CODES[reject]);
    expect(codes).toEqual([undefined, 'not_utf8', 'not_utf8', undefined]);
    expect(reader.explainReject(1)).toEqual({ why: 'bytes that are not UTF-8 in the text of "c"' });
  });
});

describe('a damaged byte', () => {
  it('never goes unnoticed in a page with a checksum', async () => {
    const bytes = fixture('types-checksums.parquet');
    const golden = readFileSync(new URL('./fixtures/types.jsonl', import.meta.url), 'utf8');
    const end = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    let found = 0;
    for (let at = 4; at < end; at += 7) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      const message = await wrong(damaged);
      if (/, column .*: a page whose checksum is wrong$/s.test(message)) found += 1;
      // what is no page is a header, and of some of its fields nothing depends
      else if (message === 'nothing') expect(await textOf(damaged)).toBe(golden);
    }
    expect(found).toBeGreaterThan(200);
  });
});

async function textOf(bytes: Uint8Array): Promise<string> {
  const reader = await open(bytes);
  let text = '';
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    text += Buffer.from(batch.bytes.slice(batch.rowStart[0], batch.rowEnd[batch.count - 1])).toString();
  }
  return text;
}
