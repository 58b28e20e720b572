import { zstdDecompressSync } from 'node:zlib';
import { exportResults } from '@batchrock/core';
import { type DatasetOptions, datasetWorld, type OutcomeOf, openRows, RESULT_NAMES } from '@batchrock/testkit';
import fc from 'fast-check';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { createParquetWriter, type ParquetWriterOptions } from './parquet-writer.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Writes a dataset's results and reads them by a reader that is not ours. */
async function toParquet(options: DatasetOptions, how: ParquetWriterOptions = {}) {
  const world = await datasetWorld(options);
  const writer = createParquetWriter(world.ports.objects.create('out.parquet'), how);
  const { file } = await exportResults(world.ports, { ...world, writer, openRows });
  const bytes = world.ports.objects.bytes(file.key) as Uint8Array;
  return { bytes, ...(await readBack(bytes)) };
}

async function readBack(bytes: Uint8Array): Promise<{ rows: Record<string, unknown>[]; metadata: FileMetaData }> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  const compressors = { ZSTD: (page: Uint8Array, size: number) => checkLength(zstdDecompressSync(page), size) };
  const rows = await parquetReadObjects({ file, metadata, compressors });
  return { rows: rows as Record<string, unknown>[], metadata };
}

function checkLength(page: Uint8Array, size: number): Uint8Array {
  expect(page.length).toBe(size);
  return new Uint8Array(page);
}

const succeeded = (response: string, usage: object = { inputTokens: 7, outputTokens: 3 }) =>
  ({ status: 'succeeded', response, stop: 'end_turn', ...usage }) as OutcomeOf;

const ONES = Array<number>(1024).fill(1);

const embedded = (embedding: readonly number[]) => ({ status: 'succeeded', embedding, stop: '', inputTokens: 7 }) as OutcomeOf;

test('cells of CSV become strings, whatever they look like', async () => {
  const { rows } = await toParquet({
    format: 'csv',
    bytes: bytesOf('id,t\n007,"say ""hi"" and ""ho"", twice\n"\n,é 東京 🧗\n'),
    outcome: () => succeeded('a "b"\n\t\\ 🧗 \u2028'),
  });
  expect(rows).toEqual([
    {
      id: '007',
      t: 'say "hi" and "ho", twice\n',
      response: 'a "b"\n\t\\ 🧗 \u2028',
      status: 'succeeded',
      error_code: null,
      error_message: null,
      stop_reason: 'end_turn',
      input_tokens: 7n,
      output_tokens: 3n,
      record_id: 'k3000000000',
    },
    expect.objectContaining({ id: '', t: 'é 東京 🧗', record_id: 'k3000000100' }),
  ]);
});

test('values of JSON Lines become text: strings as they are, numbers as written, null and absent keys null', async () => {
  const { rows } = await toParquet({
    format: 'jsonl',
    bytes: bytesOf('{"n":9007199254740993,"s":"\\u00e9\\n","o":{"a":[1,null]},"z":null}\n{"s":"null","late":1.50}\n'),
    outcome: () => succeeded('x'),
  });
  expect(rows).toMatchObject([
    { n: '9007199254740993', s: 'é\n', o: '{"a":[1,null]}', z: null, late: null },
    { n: null, s: 'null', o: null, z: null, late: '1.50' },
  ]);
});

test('every status has its values, and what does not apply is null', async () => {
  const outcome = (row: number) =>
    [succeeded('', {}), { status: 'failed', code: '400', message: 'no "way"', retry: false } as const][row];
  const { rows, metadata } = await toParquet({
    format: 'csv',
    bytes: bytesOf('id\na\nb\nc,extra\nd\n'),
    partRows: 3,
    outcome,
  });
  const empty = {
    response: null,
    error_code: null,
    error_message: null,
    stop_reason: null,
    input_tokens: null,
    output_tokens: null,
  };
  expect(rows).toMatchObject([
    { id: 'a', ...empty, response: '', status: 'succeeded', stop_reason: 'end_turn' },
    { id: 'b', ...empty, status: 'failed', error_code: '400', error_message: 'no "way"' },
    { id: 'c', ...empty, status: 'rejected', error_code: 'ragged_row', error_message: expect.stringMatching(/^line 4: /) },
    { id: 'd', ...empty, status: 'pending' },
  ]);
  expect(metadata.row_groups[0]?.columns.map((each) => Number(each.meta_data?.statistics?.null_count))).toEqual([
    0, 3, 0, 2, 2, 3, 4, 4, 0,
  ]);
});

test('the file says who wrote it, how long it is and how it is packed', async () => {
  const { metadata, bytes } = await toParquet(
    { format: 'csv', bytes: bytesOf('id\na\nb\n'), outcome: () => succeeded('x') },
    { createdBy: 'batchrock version 1.2.3' },
  );
  expect(metadata).toMatchObject({ version: 2, num_rows: 2n, created_by: 'batchrock version 1.2.3' });
  expect(metadata.row_groups).toHaveLength(1);
  const [group] = metadata.row_groups;
  expect(group?.columns.map((each) => each.meta_data?.codec)).toEqual(Array(9).fill('ZSTD'));
  const end = group!.columns.at(-1)!.meta_data!;
  // the row group fills everything between the magic and the footer
  expect(Number(end.data_page_offset + end.total_compressed_size)).toBeLessThan(bytes.length);
  expect(group?.total_compressed_size).toBe(BigInt(bytes.length - 12 - metadata.metadata_length));
});

test('no rows are a file without rows', async () => {
  const { ports } = await datasetWorld({ format: 'csv', bytes: bytesOf('id\na\n') });
  const writer = createParquetWriter(ports.objects.create('out.parquet'));
  writer.begin({
    dialect: { format: 'csv', delimiter: ',', header: ['id'] },
    columns: ['id'],
    names: RESULT_NAMES,
    task: 'text',
  });
  const file = await writer.finish();
  const { rows, metadata } = await readBack(ports.objects.bytes(file.key) as Uint8Array);
  expect(rows).toEqual([]);
  expect(metadata.schema.map((each) => each.name)).toEqual(['schema', 'id', ...Object.values(RESULT_NAMES)]);
});

describe('dictionaries', () => {
  const encodingsOf = (metadata: FileMetaData, column: number) => metadata.row_groups[0]?.columns[column]?.meta_data?.encodings;

  test('few values that come again are written once, many values plain', async () => {
    const count = 3000;
    const lines = Array.from({ length: count }, (_, i) => `${i},topic ${i % 7}`);
    const { rows, metadata } = await toParquet({
      format: 'csv',
      bytes: bytesOf(`id,topic\n${lines.join('\n')}\n`),
      outcome: (row) => succeeded(`answer ${row}`),
    });
    expect(rows.map((row) => `${row['id']},${row['topic']}`)).toEqual(lines);
    expect(rows.map((row) => row['response'])).toEqual(lines.map((_, i) => `answer ${i}`));
    expect(encodingsOf(metadata, 0)).toEqual(['PLAIN', 'RLE']);
    expect(encodingsOf(metadata, 1)).toEqual(['PLAIN', 'RLE', 'RLE_DICTIONARY']);
    expect(encodingsOf(metadata, 2)).toEqual(['PLAIN', 'RLE']);
  });

  test('a column may turn plain after pages that refer to a dictionary', async () => {
    const count = 45_000;
    const value = (i: number) => (i < 25_000 ? `few ${i % 300}` : `many ${i}`);
    const lines = Array.from({ length: count }, (_, i) => value(i));
    const { rows, metadata } = await toParquet({
      format: 'csv',
      bytes: bytesOf(`v\n${lines.join('\n')}\n`),
      outcome: () => succeeded('x'),
    });
    expect(rows.map((row) => row['v'])).toEqual(lines);
    expect(encodingsOf(metadata, 0)).toEqual(['PLAIN', 'RLE', 'RLE_DICTIONARY']);
    expect(metadata.row_groups[0]?.columns[0]?.meta_data?.statistics).toMatchObject({
      min_value: 'few 0',
      max_value: 'many 44999',
    });
  });
});

test('rows of more than one row group and many pages come back in order', async () => {
  const count = 125_000;
  const lines = Array.from({ length: count }, (_, i) => `${i},${i % 3 === 0 ? '' : 'x'.repeat(i % 50)}`);
  const { rows, metadata } = await toParquet({
    format: 'csv',
    bytes: bytesOf(`id,t\n${lines.join('\n')}\n`),
    outcome: (row) => (row % 2 === 0 ? succeeded('y') : { status: 'failed', code: '400', message: `row ${row}`, retry: false }),
  });
  expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([122_880, 2120]);
  expect(rows.map((row) => `${row['id']},${row['t']}`)).toEqual(lines);
  expect(rows.map((row) => row['error_message'])).toEqual(lines.map((_, i) => (i % 2 === 0 ? null : `row ${i}`)));
});

describe('bounds', () => {
  const boundsOf = async (values: readonly string[]) => {
    const rows = values.map((value) => JSON.stringify({ v: value })).join('\n');
    const { metadata } = await toParquet({ format: 'jsonl', bytes: bytesOf(`${rows}\n`), outcome: () => succeeded('x') });
    const { min_value, max_value, is_min_value_exact, is_max_value_exact } =
      metadata.row_groups[0]!.columns[0]!.meta_data!.statistics!;
    return { min: min_value as string, max: max_value as string, isMinExact: is_min_value_exact, isMaxExact: is_max_value_exact };
  };

  test('follow the order of bytes, and a long value is cut so that it still bounds', async () => {
    expect(await boundsOf(['b', 'a', 'é'])).toEqual({ min: 'a', max: 'é', isMinExact: true, isMaxExact: true });
    expect(await boundsOf(['é'.repeat(40)])).toEqual({
      min: 'é'.repeat(32),
      max: `${'é'.repeat(31)}ê`,
      isMinExact: false,
      isMaxExact: false,
    });
    expect(await boundsOf([`${'x'.repeat(63)}🧗`])).toEqual({
      min: 'x'.repeat(63),
      max: `${'x'.repeat(62)}y`,
      isMinExact: false,
      isMaxExact: false,
    });
  });

  test('hold every value, whatever the texts are', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uffff', '🧗', '\u{10ffff}'), maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (values) => {
        const { min, max, isMinExact } = await boundsOf(values);
        for (const value of values) {
          if (min !== undefined) expect(Buffer.compare(Buffer.from(min), Buffer.from(value))).toBeLessThanOrEqual(0);
          if (max !== undefined) expect(Buffer.compare(Buffer.from(max), Buffer.from(value))).toBeGreaterThanOrEqual(0);
          if (isMinExact) expect(values).toContain(min);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('embeddings', () => {
  test('come back bit for bit, with nulls and empty vectors between them', async () => {
    const vectors = [[0.1, -2.5e-7, 3.4028234663852886e38], [], [1e-45, -1, 1234567890.1234567, 5e-324]];
    const { rows, metadata } = await toParquet({
      format: 'csv',
      bytes: bytesOf('text\na\nb\nc\nd\n'),
      family: 'titan-embed-text',
      outcome: (row) =>
        row === 1 ? { status: 'failed', code: '400', message: 'no', retry: false } : embedded(vectors[row === 0 ? 0 : row - 1]!),
    });
    const floats = (row: number) => Float32Array.from(rows[row]?.['embedding'] as number[]);
    expect(floats(0)).toEqual(Float32Array.from(vectors[0]!));
    // the reader gives a list that is null as undefined
    expect(rows[1]?.['embedding']).toBeUndefined();
    expect(rows[2]?.['embedding']).toEqual([]);
    expect(floats(3)).toEqual(Float32Array.from(vectors[2]!));
    expect(metadata.schema.filter((each) => each.num_children === undefined).find((each) => each.name === 'element')?.type).toBe(
      'FLOAT',
    );
  });

  test('fill row groups by their bytes', async () => {
    const count = 10_100;
    const world = await datasetWorld({
      format: 'csv',
      bytes: bytesOf(`text\n${'a\n'.repeat(count)}`),
      family: 'titan-embed-text',
      outcome: () => embedded(ONES),
    });
    const writer = createParquetWriter(world.ports.objects.create('out.parquet'));
    const { file } = await exportResults(world.ports, { ...world, writer, openRows });
    const bytes = world.ports.objects.bytes(file.key) as Uint8Array;
    const metadata = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
    // 12 MB of floats, and a little for the columns beside them
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([3072, 3072, 3072, 884]);
  });
});

test('whatever the texts are, they come back, packed or not', async () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'a', 'é', '🧗') }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (values, isPacked) => {
        const lines = values.map(([v]) => JSON.stringify({ v }));
        const { rows } = await toParquet(
          { format: 'jsonl', bytes: bytesOf(lines.join('\n')), partRows: 7, outcome: (row) => succeeded(values[row]![1]) },
          { compression: isPacked ? 'zstd' : 'none' },
        );
        expect(rows.map((row) => [row['v'], row['response']])).toEqual(
          values.map(([v, r]) => [v.toWellFormed(), r.toWellFormed()]),
        );
      },
    ),
    { numRuns: 100 },
  );
});
