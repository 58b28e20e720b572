import { exportResults, type ResultWriter } from '@batchrock/core';
import { type DatasetOptions, datasetWorld, exported, openRows } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCsvWriter } from '../csv/index.ts';
import { createJsonlWriter } from './jsonl-writer.ts';
import { createRecordsWriter } from './records-writer.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function written(options: Partial<DatasetOptions>, writerOf: (sink: never) => ResultWriter = createRecordsWriter) {
  const world = await datasetWorld({ format: 'jsonl', bytes: bytesOf(''), given: true, ...options });
  const writer = writerOf(world.ports.objects.create('out.jsonl') as never);
  const counts = await exportResults(world.ports, { ...world, writer, openRows });
  return { text: exported(world, counts.file), counts };
}

const answered = (modelOutput: string) =>
  ({ status: 'succeeded', response: modelOutput, stop: 'end_turn', inputTokens: 7, outputTokens: 3 }) as const;
const failed = (code: string) => ({ status: 'failed', code, message: 'no "way"\n', retry: false }) as const;

test('a record has its own id as it was given, or ours, and keeps its bytes', async () => {
  const rows = [
    '{ "modelInput" : {"a" : 1.50, "a":"\\u00e9\\/"} , "recordId":"my \\"one\\"", "more": 1}',
    '{"recordId":7,"modelInput":{}}',
    '{"recordId":null,"modelInput":{}}',
    '  {"modelInput":{"é":[]}}  ',
  ];
  const output = '{"content" :[{"text":"a\\n\\ud83d\\ude00 \\\\ 😀"}],"n":1e-7,"half":"\\ud800"}';
  const { text } = await written({ bytes: bytesOf(rows.join('\r\n')), outcome: () => answered(output) });
  expect(text.split('\n')).toEqual([
    `{"recordId":"my \\"one\\"","modelInput":{"a" : 1.50, "a":"\\u00e9\\/"},"modelOutput":${output}}`,
    `{"recordId":7,"modelInput":{},"modelOutput":${output}}`,
    `{"recordId":"k3000000200","modelInput":{},"modelOutput":${output}}`,
    `{"recordId":"k3000000300","modelInput":{"é":[]},"modelOutput":${output}}`,
    '',
  ]);
});

test('what has no answer has an error, with a number where its code is one', async () => {
  const rows = ['{"recordId":"a","modelInput":{}}', '{"recordId":"b","modelInput":{}}', '{"recordId":"c",', '{"recordId":"d"}'];
  const outcome = (row: number) => [failed('400'), failed('0400'), undefined, failed('no_output')][row];
  const { text, counts } = await written({ bytes: bytesOf(rows.join('\n')), outcome });
  const error = (code: string) => `"error":{"errorCode":${code},"errorMessage":"no \\"way\\"\\n"}}`;
  expect(text.split('\n')).toEqual([
    `{"recordId":"a","modelInput":{},${error('400')}`,
    `{"recordId":"b","modelInput":{},${error('"0400"')}`,
    expect.stringMatching(/^\{"recordId":"k3000000200","error":\{"errorCode":"bad_json","errorMessage":"line 3: [^"]*"\}\}$/),
    `{"recordId":"d",${error('"no_output"')}`,
    '',
  ]);
  expect(counts).toMatchObject({ rows: 4, failed: 3, rejected: 1 });
});

test('a record that is still open says so, and a row that is not UTF-8 is told in UTF-8', async () => {
  const bytes = Buffer.from('{"modelInput":{"a":"?"}}\n{"recordId":"open","modelInput":{"b":1}}\n');
  bytes[bytes.indexOf('?')] = 0xff;
  const { text, counts } = await written({ bytes });
  const [bad, open] = text.split('\n').map((line) => line && (JSON.parse(line) as Record<string, unknown>));
  expect(bad).toMatchObject({ recordId: 'k3000000000', error: { errorCode: 'not_utf8' } });
  expect(open).toEqual({
    recordId: 'open',
    modelInput: { b: 1 },
    error: { errorCode: 'pending', errorMessage: 'not sent, or not answered yet' },
  });
  expect(counts).toMatchObject({ rejected: 1, pending: 1 });
});

test('records larger than any block are written whole', async () => {
  const large = JSON.stringify({ text: 'é"\\ \n'.repeat(60_000) });
  const rows = [large, '{}', large].map((input) => `{"modelInput":${input}}`);
  const { text } = await written({ bytes: bytesOf(rows.join('\n')), outcome: () => answered(large) });
  const lines = text.split('\n').slice(0, -1);
  expect(lines.map((line) => line.slice(26))).toEqual(
    [large, '{}', large].map((input) => `"modelInput":${input},"modelOutput":${large}}`),
  );
});

test('any records come back in their order, with their ids and bytes', async () => {
  const object = fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), fc.jsonValue({ maxDepth: 1, stringUnit: 'binary' }));
  const space = fc.constantFrom('', ' ', '\t');
  const json = fc.tuple(object, space).map(([value, each]) => JSON.stringify(value, null, each).replaceAll('\n', '\r'));
  const id = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.nat()).map((value) => JSON.stringify(value)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ id, input: json, output: json }), { minLength: 1 }),
      fc.integer({ min: 1, max: 4 }),
      async (all, partRows) => {
        const rows = all.map((row) => `{"modelInput":${row.input}${row.id === null ? '' : `,"recordId":${row.id}`}}\n`);
        const { text } = await written({
          bytes: bytesOf(rows.join('')),
          partRows,
          outcome: (row) => answered(all[row]!.output),
        });
        const lines = text.split('\n').slice(0, -1);
        expect(lines).toEqual(
          all.map(({ id: own, input, output }, i) => {
            const ours = `"k300000${i.toString(36).padStart(2, '0')}00"`;
            return `{"recordId":${own ?? ours},"modelInput":${input},"modelOutput":${output}}`;
          }),
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('other formats have the text of the whole answer in a column of its own', async () => {
  const bytes = bytesOf('{"recordId":"a","modelInput":{"b":"c"}}');
  const options = { bytes, family: 'titan-embed-text', outcome: () => answered('{"embedding":[0.10]}') };
  const jsonl = JSON.parse((await written(options, createJsonlWriter)).text) as Record<string, unknown>;
  expect(jsonl).toMatchObject({
    recordId: 'a',
    modelInput: { b: 'c' },
    model_output: '{"embedding":[0.10]}',
    status: 'succeeded',
  });
  expect((await written(options, (sink) => createCsvWriter(sink))).text).toMatch(
    /^recordId,modelInput,model_output,status[^\n]*\na,"\{""b"":""c""\}","\{""embedding"":\[0\.10\]\}",succeeded,/,
  );
});

test('a run whose rows are no records has no such results', async () => {
  const world = await datasetWorld({ format: 'jsonl', bytes: bytesOf('{"modelInput":{}}'), outcome: () => answered('{}') });
  const writer = createRecordsWriter(world.ports.objects.create('out.jsonl'));
  await expect(exportResults(world.ports, { ...world, writer, openRows })).rejects.toThrow(/no records/);
});
