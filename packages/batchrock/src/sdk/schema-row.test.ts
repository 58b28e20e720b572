import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { openBatchrock } from './batchrock.ts';
import type { SchemaRow, SchemaValue } from './schema-row.ts';

const RATING = {
  type: 'object',
  properties: {
    label: { type: 'string', enum: ['positive', 'negative'] },
    score: { type: 'integer' },
    share: { type: ['number', 'null'] },
    why: { type: 'array', items: { type: 'string' } },
    place: { type: 'object', properties: { city: { type: 'string' }, zip: { type: 'string' } }, required: ['city'] },
    either: { anyOf: [{ type: 'boolean' }, { const: 7 }] },
    status: { type: 'string' },
    open: {},
  },
  required: ['label', 'score', 'place'],
} as const;

test('a schema that is a constant says what its columns hold', () => {
  type Row = SchemaRow<typeof RATING>;
  expectTypeOf<Row['label']>().toEqualTypeOf<'positive' | 'negative' | null>();
  expectTypeOf<Row['score']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['share']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['why']>().toEqualTypeOf<readonly string[] | null>();
  expectTypeOf<Row['place']>().branded.toEqualTypeOf<{ readonly city: string; readonly zip?: string } | null>();
  expectTypeOf<Row['either']>().toEqualTypeOf<boolean | 7 | null>();
  expectTypeOf<Row['answer_status']>().toEqualTypeOf<string | null>();
  expectTypeOf<Row['open']>().toEqualTypeOf<unknown>();
  // ours, or the dataset's
  expectTypeOf<Row['status']>().toEqualTypeOf<unknown>();
  expectTypeOf<SchemaValue<{ type: 'object' }>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
  expectTypeOf<SchemaValue<{ $ref: '#/$defs/a' }>>().toEqualTypeOf<unknown>();
});

test('rows of a run are read by the schema that it was asked with, and by no other', async () => {
  const cwd = folderWith({ 'in.csv': `id,why,text\n${Array.from({ length: 100 }, (_, i) => `${i},x,row ${i}\n`).join('')}` });
  const server = await localServer();
  await using batchrock = await openBatchrock({ stateDir: join(cwd, 'state'), env: { BATCHROCK_ENDPOINT_URL: server.url }, cwd });
  const schema = { type: 'object', properties: { label: { type: 'string' }, status: { type: 'integer' } } } as const;
  const asked = { dataset: 'in.csv', model: MODEL, prompt: 'Rate: {text}' };
  const {
    status: { run },
  } = await batchrock.run({ ...asked, schema, out: 'out.jsonl' });
  const rows = await Array.fromAsync(batchrock.results(run, { schema }));
  expectTypeOf(rows[0]!.label).toEqualTypeOf<string | null>();
  expect(rows).toEqual(
    readFileSync(join(cwd, 'out.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  expect(rows).toHaveLength(100);
  expect(Object.keys(rows[0]!)).toEqual(expect.arrayContaining(['label', 'answer_status']));

  const other = { ...schema, required: ['label'] } as const;
  await expect(Array.fromAsync(batchrock.results(run, { schema: other }))).rejects.toThrow(/asked with another schema/);
  const taken = { type: 'object', properties: { why: { type: 'string' } } } as const;
  const { status: second } = await batchrock.run({ ...asked, schema: taken, out: 'second.jsonl' });
  const refused = { code: 'BR-E0219', message: `run ${second.run} has why from its dataset; the answer's is answer_why` };
  await expect(Array.fromAsync(batchrock.results(second.run, { schema: taken }))).rejects.toMatchObject(refused);
  const { status: third } = await batchrock.run({ ...asked, out: 'third.jsonl' });
  await expect(Array.fromAsync(batchrock.results(third.run, { schema }))).rejects.toThrow(/asked without a schema/);
});
