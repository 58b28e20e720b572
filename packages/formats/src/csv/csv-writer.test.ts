import { exportResults, type ResultWriter } from '@batchrock/core';
import { type DatasetOptions, type DatasetWorld, datasetWorld, exported, openRows } from '@batchrock/testkit';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvWriterOptions, createCsvWriter } from './csv-writer.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function toCsv(options: DatasetOptions, writer: CsvWriterOptions = {}) {
  const world: DatasetWorld = await datasetWorld(options);
  const sink = world.ports.objects.create('out.csv');
  const target: ResultWriter = createCsvWriter(sink, writer);
  const counts = await exportResults(world.ports, { ...world, writer: target, openRows });
  const text = exported(world, counts.file);
  const delimiter =
    writer.delimiter ?? (world.document.source.dialect.format === 'csv' ? world.document.source.dialect.delimiter : ',');
  const records: string[][] = parse(text, { delimiter, relax_column_count: false });
  return { text, counts, header: records[0]!, rows: records.slice(1), world };
}

const succeeded = (response: string) =>
  ({ status: 'succeeded', response, stop: 'end_turn', inputTokens: 7, outputTokens: 3 }) as const;
const OURS = ['response', 'status', 'error_code', 'error_message', 'stop_reason', 'input_tokens', 'output_tokens', 'record_id'];

test('a row keeps its bytes and gets our cells after its own', async () => {
  const input = 'id,"te""xt"\r\n007,"a ""quoted"", cell\nof two lines"\r\n,plain\r\n"",ünï\r\n';
  const { text } = await toCsv({ format: 'csv', bytes: bytesOf(`\ufeff${input}`), outcome: (row) => succeeded(`answer ${row}`) });
  expect(text).toBe(
    [
      'id,"te""xt",response,status,error_code,error_message,stop_reason,input_tokens,output_tokens,record_id',
      '007,"a ""quoted"", cell\nof two lines",answer 0,succeeded,,,end_turn,7,3,k3000000000',
      ',plain,answer 1,succeeded,,,end_turn,7,3,k3000000100',
      '"",ünï,answer 2,succeeded,,,end_turn,7,3,k3000000200',
      '',
    ].join('\r\n'),
  );
});

test('every status has its cells', async () => {
  const bytes = bytesOf('id\na\nb\nc,extra\nd\n');
  const { rows, counts, text } = await toCsv({
    format: 'csv',
    bytes,
    partRows: 3,
    outcome: (row) => [succeeded('yes'), { status: 'failed', code: '400', message: 'no, "never"', retry: false } as const][row],
  });
  expect(rows).toEqual([
    ['a', 'yes', 'succeeded', '', '', 'end_turn', '7', '3', 'k3000000000'],
    ['b', '', 'failed', '400', 'no, "never"', '', '', '', 'k3000000100'],
    [
      'c',
      '',
      'rejected',
      'ragged_row',
      'line 4: 2 cells, the header has 1; beyond the header: "extra"',
      '',
      '',
      '',
      'k3000000200',
    ],
    ['d', '', 'pending', '', '', '', '', '', 'k3000000300'],
  ]);
  expect(counts).toMatchObject({ rows: 4, succeeded: 1, failed: 1, rejected: 1, pending: 1 });
  expect(text.endsWith('\n')).toBe(true);
});

test('a column of the input that has a name of ours keeps it, and ours gives way', async () => {
  const { header } = await toCsv({
    format: 'csv',
    bytes: bytesOf('status,batchrock_status,response\n1,2,3\n'),
    outcome: () => succeeded('x'),
  });
  expect(header).toEqual([
    'status',
    'batchrock_status',
    'response',
    'batchrock_response',
    'batchrock_batchrock_status',
    ...OURS.slice(2),
  ]);
});

test('rows of a file without a last line end, and of one with lone CRs, are copied whole', async () => {
  const none = await toCsv({ format: 'csv', bytes: bytesOf('id,t\n1,a\n2,b'), outcome: () => succeeded('x') });
  expect(none.rows.map((row) => row.slice(0, 3))).toEqual([
    ['1', 'a', 'x'],
    ['2', 'b', 'x'],
  ]);
  const cr = await toCsv({ format: 'csv', bytes: bytesOf('id,t\r1,a\r2,b\r'), outcome: () => succeeded('two\nlines') });
  expect(cr.rows.map((row) => row.slice(0, 3))).toEqual([
    ['1', 'a', 'two\nlines'],
    ['2', 'b', 'two\nlines'],
  ]);
});

test('from JSON Lines: strings as text, numbers as written, nested values as JSON, null and absent keys empty', async () => {
  const lines = ['{"s":"a\\u00e9\\n\\"q\\"","n":1.50,"o":{"k":[1, "x"]},"z":null}', '{"s":"\\ud83d\\ude00","later":true}', '{}'];
  const { header, rows } = await toCsv({ format: 'jsonl', bytes: bytesOf(lines.join('\n')), outcome: () => succeeded('ok') });
  expect(header.slice(0, 5)).toEqual(['s', 'n', 'o', 'z', 'later']);
  expect(rows.map((row) => row.slice(0, 6))).toEqual([
    ['aé\n"q"', '1.50', '{"k":[1, "x"]}', '', '', 'ok'],
    ['😀', '', '', '', 'true', 'ok'],
    ['', '', '', '', '', 'ok'],
  ]);
});

test('another delimiter than the input has: cells are written anew', async () => {
  const { text } = await toCsv(
    { format: 'csv', bytes: bytesOf('a,b\n"1;2","say ""hi"""\n'), outcome: () => succeeded('x;y') },
    { delimiter: ';' },
  );
  expect(text.split('\n')[1]).toBe('"1;2";"say ""hi""";"x;y";succeeded;;;end_turn;7;3;k3000000000');
});

test('an embedding is JSON text with its digits', async () => {
  const embedding = [0.5, -1.25e-9, 2];
  const outcome = () => ({ status: 'succeeded', embedding, stop: '', inputTokens: 4 }) as const;
  const { header, rows } = await toCsv({ format: 'csv', bytes: bytesOf('id\n1\n'), family: 'titan-embed-text', outcome });
  expect(header[1]).toBe('embedding');
  expect(JSON.parse(rows[0]![1]!)).toEqual(embedding);
});

describe('answers that a spreadsheet would run', () => {
  const answerOf = async (response: string, safe?: boolean) => {
    const options = safe === undefined ? {} : { safe };
    const { rows } = await toCsv({ format: 'csv', bytes: bytesOf('id\n=1+1\n'), outcome: () => succeeded(response) }, options);
    expect(rows[0]![0]).toBe('=1+1');
    return rows[0]![1];
  };

  test.each([
    '=HYPERLINK("x")',
    '+cmd',
    '-cmd|x',
    '@SUM(1)',
    '\tx',
    '\rx',
    '\u0000x',
    '  =1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '-',
    '- a list',
    '=1',
  ])('are marked as text: %j', async (response) => {
    expect(await answerOf(response)).toBe(`'${response}`);
    expect(await answerOf(response, false)).toBe(response);
  });

  test.each(['-12', '+1.5e3', ' -0.5 ', 'a=b', '', ' ', '\n', 'ｱ', '"=1"', "'=1", '。'])(
    'stay as they are when they are none: %j',
    async (response) => {
      expect(await answerOf(response)).toBe(response);
    },
  );

  test('no text from outside begins with a trigger, and taking the mark away gives the text back', async () => {
    const piece = fc.oneof(
      fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\0', ' ', '\n', '＝', '－', '"', "'", ',', '1', '.', 'e', 'x'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), async (pairs) => {
        const bytes = bytesOf(`id\n${pairs.map(() => 'x\n').join('')}`);
        const safe = await toCsv({
          format: 'csv',
          bytes,
          outcome: (row) => ({ ...succeeded(pairs[row]![0]), stop: pairs[row]![1] }),
        });
        for (const [i, [response, stop]] of pairs.entries()) {
          for (const [cell, original] of [
            [safe.rows[i]![1]!, response],
            [safe.rows[i]![5]!, stop],
          ] as const) {
            const whole = original.toWellFormed();
            const isNumber = /^ *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *$/i.test(whole) && Number.isFinite(Number(whole));
            if (!isNumber) expect(cell).not.toMatch(/^[ \n]*[=+\-@\t\r\0＝＋－＠]/);
            expect([whole, `'${whole}`]).toContain(cell);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('any dataset comes back cell for cell, with its answers beside it', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('', '007', 'a"b', 'a,b', 'a\nb', 'a\r\nb', ' a ', '；', "'"),
  );
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      width: fc.constant(width),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      answers: fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 12, maxLength: 12 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      alwaysQuote: fc.boolean(),
      partRows: fc.integer({ min: 1, max: 5 }),
      delimiter: fc.constantFrom(',', ';', '\t'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(table, async (t) => {
      fc.pre(t.width > 1 || t.delimiter === ',');
      const isPlain = (text: string) => !/["\r\n]/.test(text) && !text.includes(t.delimiter) && text !== '';
      const write = (text: string) => (isPlain(text) && !t.alwaysQuote ? text : `"${text.replaceAll('"', '""')}"`);
      const names = Array.from({ length: t.width }, (_, i) => `c${i}`);
      const whole = [names, ...t.rows].map((row) => row.map(write).join(t.delimiter) + t.lineEnd).join('');
      const world = await datasetWorld({
        format: 'csv',
        bytes: bytesOf(whole),
        partRows: t.partRows,
        outcome: (row) => succeeded(t.answers[row]!),
      });
      const { dialect } = world.document.source;
      fc.pre(dialect.format === 'csv' && dialect.delimiter === t.delimiter);
      const writer = createCsvWriter(world.ports.objects.create('out.csv'), { safe: false });
      const { file } = await exportResults(world.ports, { ...world, writer, openRows });
      const records: string[][] = parse(exported(world, file), { delimiter: t.delimiter, record_delimiter: t.lineEnd });
      expect(records.slice(1).map((record) => record.slice(0, t.width))).toEqual(
        t.rows.map((row) => row.map((each) => each.toWellFormed())),
      );
      expect(records.slice(1).map((record) => record[t.width])).toEqual(t.rows.map((_, i) => t.answers[i]!.toWellFormed()));
    }),
    { numRuns: 100 },
  );
});
