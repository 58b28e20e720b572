import { exportResults } from '@batchrock/core';
import { type DatasetOptions, datasetWorld, exported, openRows } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJsonlWriter } from './jsonl-writer.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function toJsonl(options: DatasetOptions) {
  const world = await datasetWorld(options);
  const writer = createJsonlWriter(world.ports.objects.create('out.jsonl'));
  const counts = await exportResults(world.ports, { ...world, writer, openRows });
  const text = exported(world, counts.file);
  const lines = text.split('\n').slice(0, -1);
  return { text, lines, rows: lines.map((line) => JSON.parse(line) as Record<string, unknown>), counts };
}

const succeeded = (response: string) =>
  ({ status: 'succeeded', response, stop: 'end_turn', inputTokens: 7, outputTokens: 3 }) as const;

test('a row of JSON Lines keeps its bytes: numbers as written, escapes, spaces', async () => {
  const bytes = bytesOf('  {"n": 1.50e+0 , "big":9007199254740993,"u":"\\u00e9" } \r\n{}\n');
  const { text } = await toJsonl({ format: 'jsonl', bytes, outcome: () => succeeded('a "b"\n') });
  const ours = (id: string) =>
    `"response":"a \\"b\\"\\n","status":"succeeded","error_code":null,"error_message":null,"stop_reason":"end_turn","input_tokens":7,"output_tokens":3,"record_id":"${id}"}\n`;
  expect(text).toBe(`{"n": 1.50e+0 , "big":9007199254740993,"u":"\\u00e9",${ours('k3000000000')}{${ours('k3000000100')}`);
});

test('cells of CSV become strings, whatever they look like', async () => {
  const { rows } = await toJsonl({
    format: 'csv',
    bytes: bytesOf('id,t\n007,"say ""hi""\n"\n,é\n'),
    outcome: () => succeeded('x'),
  });
  expect(rows).toMatchObject([
    { id: '007', t: 'say "hi"\n' },
    { id: '', t: 'é' },
  ]);
  expect(Object.keys(rows[0]!)).toEqual([
    'id',
    't',
    'response',
    'status',
    'error_code',
    'error_message',
    'stop_reason',
    'input_tokens',
    'output_tokens',
    'record_id',
  ]);
});

test('every status has its values, and what does not apply is null', async () => {
  const outcome = (row: number) =>
    [succeeded('yes'), { status: 'failed', code: '400', message: 'no "way"', retry: false } as const][row];
  const { rows, counts } = await toJsonl({ format: 'csv', bytes: bytesOf('id\na\nb\nc,extra\nd\n'), partRows: 3, outcome });
  expect(rows).toEqual([
    {
      id: 'a',
      response: 'yes',
      status: 'succeeded',
      error_code: null,
      error_message: null,
      stop_reason: 'end_turn',
      input_tokens: 7,
      output_tokens: 3,
      record_id: 'k3000000000',
    },
    {
      id: 'b',
      response: null,
      status: 'failed',
      error_code: '400',
      error_message: 'no "way"',
      stop_reason: null,
      input_tokens: null,
      output_tokens: null,
      record_id: 'k3000000100',
    },
    {
      id: 'c',
      response: null,
      status: 'rejected',
      error_code: 'ragged_row',
      error_message: 'line 4: 2 cells, the header has 1; beyond the header: "extra"',
      stop_reason: null,
      input_tokens: null,
      output_tokens: null,
      record_id: 'k3000000200',
    },
    {
      id: 'd',
      response: null,
      status: 'pending',
      error_code: null,
      error_message: null,
      stop_reason: null,
      input_tokens: null,
      output_tokens: null,
      record_id: 'k3000000300',
    },
  ]);
  expect(counts).toMatchObject({ rows: 4, succeeded: 1, failed: 1, rejected: 1, pending: 1, truncated: 0 });
});

test('a key of the input that has a name of ours keeps it in every row, and ours gives way in every row', async () => {
  const { rows } = await toJsonl({
    format: 'jsonl',
    bytes: bytesOf('{"a":1}\n{"status":"theirs"}\n'),
    outcome: () => succeeded('x'),
  });
  expect(rows.map((row) => [row['status'], row['batchrock_status']])).toEqual([
    [undefined, 'succeeded'],
    ['theirs', 'succeeded'],
  ]);
});

test('an answer larger than any block is written whole', async () => {
  const long = 'é"\\ '.repeat(200_000);
  const { rows } = await toJsonl({
    format: 'csv',
    bytes: bytesOf(`id\n1\n"${'x'.repeat(400_000)}"\n2\n`),
    outcome: () => succeeded(long),
  });
  expect(rows.map((row) => row['response'] === long)).toEqual([true, true, true]);
  expect((rows[1]!['id'] as string).length).toBe(400_000);
});

test('any JSON Lines dataset comes back value for value, with its answers beside it', async () => {
  const value = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' });
  const object = fc.dictionary(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).filter((key) => key !== '__proto__'),
    value,
    { maxKeys: 4 },
  );
  const rows = fc.array(fc.tuple(object, fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 4 }), async (all, partRows) => {
      const source = all.map(([row]) => JSON.stringify(row));
      const { lines, rows: seen } = await toJsonl({
        format: 'jsonl',
        bytes: bytesOf(source.join('\n')),
        partRows,
        outcome: (row) => succeeded(all[row]![1]),
      });
      expect(lines.map((line, i) => line.startsWith(source[i]!.slice(0, -1)))).toEqual(all.map(() => true));
      expect(seen.map((row) => row['response'])).toEqual(all.map(([, answer]) => JSON.parse(JSON.stringify(answer))));
    }),
    { numRuns: 100 },
  );
});
