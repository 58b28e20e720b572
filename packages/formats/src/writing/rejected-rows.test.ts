import { exportResults } from '@batchrock/core';
import { datasetWorld, openRows } from '@batchrock/testkit';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCsvWriter } from '../csv/index.ts';
import { createJsonlWriter } from '../jsonl/index.ts';

type Format = 'csv' | 'jsonl';

const answer = { status: 'succeeded', response: 'x', stop: 'end_turn', inputTokens: 7, outputTokens: 3 } as const;

/** Rows of the results by column name, read by strict readers: bytes that are not UTF-8 throw. */
async function results(from: Format, to: Format, bytes: Uint8Array, delimiter?: string): Promise<Record<string, unknown>[]> {
  const world = await datasetWorld({ format: from, bytes, outcome: () => answer });
  const sink = world.ports.objects.create('out');
  const writer = to === 'csv' ? createCsvWriter(sink, delimiter === undefined ? {} : { delimiter }) : createJsonlWriter(sink);
  const { file } = await exportResults(world.ports, { ...world, writer, openRows });
  const text = new TextDecoder('utf-8', { fatal: true }).decode(world.ports.objects.bytes(file.key));
  if (to === 'csv') return parse(text, { columns: true, delimiter: delimiter ?? ',', relax_column_count: false });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Every character above 0x7f becomes a byte that is no UTF-8. */
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const pick = (rows: readonly Record<string, unknown>[], ...names: readonly string[]) =>
  rows.map((row) => names.map((name) => row[name]));

describe.each([
  ['csv', undefined],
  ['csv', ';'],
  ['jsonl', undefined],
] as const)('rejected rows, into %s (delimiter %s)', (to, delimiter) => {
  const absent = to === 'csv' ? '' : null;
  const missing = to === 'csv' ? '' : undefined;

  test('of CSV keep every cell that can be read', async () => {
    const lines = [
      'a,b,c',
      '1,2,3',
      '4',
      '5,6,7,8',
      '9,caf\xe9 "x",10',
      '11,12"13,14',
      '"15","caf\xe9","1""6"',
      '17,\xe9,18,\xff',
      '19,20,21',
      '',
    ];
    const rows = await results('csv', to, latin1(lines.join('\n')), delimiter);
    expect(pick(rows, 'a', 'b', 'c', 'error_code')).toEqual([
      ['1', '2', '3', absent],
      ['4', absent, absent, 'ragged_row'],
      ['5', '6', '7', 'ragged_row'],
      ['9', 'caf\ufffd "x"', '10', 'bad_quote'],
      ['11', '12"13', '14', 'bad_quote'],
      ['15', 'caf\ufffd', '1"6', 'not_utf8'],
      ['17', '\ufffd', '18', 'ragged_row'],
      ['19', '20', '21', absent],
    ]);
    expect(rows.map((row) => row['status'])).toEqual(['succeeded', ...Array(6).fill('rejected'), 'succeeded']);
    expect(rows[2]?.['error_message']).toBe('line 4: 4 cells, the header has 3; beyond the header: "8"');
    expect(rows[5]?.['error_message']).toBe(
      `line 7: column "b" is not UTF-8 (byte 0xe9 at offset ${lines.slice(0, 6).join('\n').length + 10} of the file); save the file as UTF-8`,
    );
  });

  test('of JSON Lines keep every value that can be read, and every key', async () => {
    const lines = ['{"a":1,"b":"x"}', '{"a":2.5,"b":"caf\xe9","status":"theirs"}', '[3]', '{"a":4,"\xe9":5}', '{"a":6}'];
    const rows = await results('jsonl', to, latin1(lines.join('\n')), delimiter);
    const number = (value: number) => (to === 'csv' ? String(value) : value);
    expect(pick(rows, 'a', 'b', 'status', 'error_code', 'batchrock_status')).toEqual([
      [number(1), 'x', missing, absent, 'succeeded'],
      [number(2.5), 'caf\ufffd', 'theirs', 'not_utf8', 'rejected'],
      [missing, missing, missing, 'bad_json', 'rejected'],
      [number(4), missing, missing, 'not_utf8', 'rejected'],
      [number(6), missing, missing, absent, 'succeeded'],
    ]);
    expect(rows[1]?.['error_message']).toBe(
      'line 2: column "b" is not UTF-8 (byte 0xe9 at offset 33 of the file); save the file as UTF-8',
    );
    expect(rows[3]?.['error_message']).toBe(
      'line 4: the row is not UTF-8 (byte 0xe9 at offset 67 of the file); save the file as UTF-8',
    );
  });

  test('of CSV with any bytes in their cells come back as a decoder reads them', async () => {
    const byte = fc.integer({ min: 0x20, max: 0xff }).filter((each) => each !== 0x22 && each !== 0x2c);
    const cell = fc.array(byte, { minLength: 1, maxLength: 6 });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, async (cells) => {
        const lines = cells.map(([a, b]) => [...a, 0x2c, ...b, 0x0a]);
        const rows = await results('csv', to, Uint8Array.from([...Buffer.from('a,b\n'), ...lines.flat()]), delimiter);
        expect(pick(rows, 'a', 'b')).toEqual(cells.map((row) => row.map((each) => Buffer.from(each).toString('utf8'))));
      }),
      { numRuns: 200 },
    );
  });
});
