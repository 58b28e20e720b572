import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const NATIVE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'us.amazon.nova-pro-v1:0';
const LLAMA = 'meta.llama3-1-8b-instruct-v1:0';
const QWEN = 'qwen.qwen3-32b-v1:0';

const SCHEMA = {
  type: 'object',
  properties: {
    label: { type: 'string', enum: ['positive', 'negative', 'neutral'] },
    score: { type: 'integer' },
    share: { type: 'number' },
    sure: { type: 'boolean' },
    why: { type: 'array', items: { type: 'string' } },
  },
  required: ['label', 'score'],
  additionalProperties: false,
};
const ROWS = 120;
const dataset = `id,label,text\n${Array.from({ length: ROWS }, (_, i) => `${i},x,row ${i}\n`).join('')}`;

const ask = (model: string, more: readonly string[] = []) => [
  ...['run', 'in.csv', '--model', model, '--prompt', 'Row: {text}', '--schema', 'schema.json', ...more],
];

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What a model says to a row. */
type Said = (row: number, asked: number) => string | { readonly text: string; readonly end: string };

/** A server as a model that says what a test wants; `asked` is how often the row was asked before. */
async function model(say: Said): Promise<{ readonly url: string; readonly asked: Map<number, number> }> {
  const asked = new Map<number, number>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const row = Number(body.match(/Row: row (\d+)/)?.[1]);
      const times = asked.get(row) ?? 0;
      asked.set(row, times + 1);
      const said = say(row, times);
      const { text, end } = typeof said === 'string' ? { text: said, end: 'stop' } : said;
      const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: end };
      const usage = { prompt_tokens: 5, completion_tokens: 7 };
      response.end(JSON.stringify({ choices: [choice], usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  return (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a run with a schema', () => {
  it.each([
    { about: 'in a field of its own', id: NATIVE, note: undefined },
    { about: 'as a tool (Claude)', id: MODEL, note: 'a tool that it has to call' },
    { about: 'as a tool (Nova)', id: NOVA, note: 'a tool that it has to call' },
    { about: 'as a response format', id: QWEN, note: undefined },
    { about: 'in the instructions', id: LLAMA, note: 'in its instructions' },
  ])('gives it to the model $about, and every answer is by it', async ({ id, note }) => {
    const server = await localServer();
    const cwd = folderWith({ 'in.csv': dataset, 'schema.json': JSON.stringify(SCHEMA) });
    const { code, stderr } = await cli(ask(id, ['--endpoint-url', server.url, '--out', 'out.jsonl']), { cwd });
    expect(stderr).toContain(note ?? `${ROWS}`);
    if (note === undefined) expect(stderr).not.toContain('the schema is given');
    expect(code).toBe(0);
    const rows = await rowsOf(join(cwd, 'out.jsonl'));
    expect(rows).toHaveLength(ROWS);
    for (const row of rows) {
      expect(row['label']).toBe('x');
      expect(SCHEMA.properties.label.enum).toContain(row['answer_label']);
      expect(Number.isInteger(row['score'])).toBe(true);
      expect(JSON.parse(row['response'] as string)).toMatchObject({ label: row['answer_label'], score: row['score'] });
    }
  });

  it('takes mismatches for failures of their own, keeps the answer, and sends exactly those again', async () => {
    const say: Said = (row, asked) => {
      if (asked > 0) return '{"label":"neutral","score":1}';
      if (row === 3) return '{"label":"positive","score":"high"}';
      if (row === 5) return 'I would say positive';
      if (row === 7) return { text: '{"label":"posi', end: 'length' };
      if (row === 8) return { text: '{"label":"positive","score":8}', end: 'length' };
      if (row === 9) return '```json\n{"label":"negative",\n "score": 12345678901234567890, "why": ["a",\n "b"]}\n```';
      if (row === 11) return '{"label":"positive","score":1,"score":2,"share":0.5,"sure":true}';
      return '{"label":"positive","score":-5}';
    };
    const upstream = await model(say);
    const server = await localServer({ upstreamUrl: upstream.url });
    const cwd = folderWith({ 'in.csv': dataset, 'schema.json': JSON.stringify(SCHEMA) });
    const first = await cli(ask(LLAMA, ['--endpoint-url', server.url, '--out', 'out.jsonl']), { cwd });
    expect(first.code).toBe(3);
    const rows = await rowsOf(join(cwd, 'out.jsonl'));
    const failed = rows
      .filter((row) => row['status'] === 'failed')
      .map((row) => [row['id'], row['error_code'], row['error_message']]);
    expect(failed).toEqual([
      ['3', 'schema_mismatch', '/score must be integer'],
      ['5', 'schema_mismatch', expect.stringContaining('the answer is no JSON')],
      ['7', 'truncated', expect.stringContaining('the answer was cut off (max_tokens)')],
    ]);
    expect(rows[5]).toMatchObject({ response: 'I would say positive', input_tokens: 5, output_tokens: 7, score: null });
    expect(rows[8]).toMatchObject({ status: 'succeeded', score: 8 });
    expect(rows[11]).toMatchObject({ answer_label: 'positive', score: 2, share: 0.5, sure: true });
    const text = await readFile(join(cwd, 'out.jsonl'), 'utf8');
    expect(text).toContain('"score":12345678901234567890,');
    expect(text).toContain('"why":["a","b"]');
    const paid = 5 * ROWS;
    const status = JSON.parse((await cli(['status', '--json'], { cwd })).stdout) as { tokens: { input: number } };
    expect(JSON.stringify(status)).toContain(String(paid));

    const csv = (await cli(['results', '--format', 'csv', '--out', '-'], { cwd })).stdout.split('\n');
    expect(csv[0]).toBe(
      'id,label,text,response,status,error_code,error_message,stop_reason,input_tokens,output_tokens,record_id,answer_label,score,share,sure,why',
    );
    expect(csv[1]).toMatch(/,positive,-5,,,$/);
    expect(csv[4]).toMatch(/^3,x,row 3,"\{""label"".*",failed,schema_mismatch,.*,,,,,$/);
    expect(csv.join('\n')).toMatch(/,negative,12345678901234567890,,,"\[""a"",""b""\]"$/m);

    const again = await cli(['retry', '--schema-mismatch'], { cwd });
    expect(again.code).toBe(3);
    expect(
      [...upstream.asked]
        .filter(([row, times]) => times > 1 && row >= 0)
        .map(([row]) => row)
        .sort(),
    ).toEqual([3, 5]);
    const mended = await rowsOf(join(cwd, 'out.jsonl'));
    expect(mended.filter((row) => row['status'] === 'failed').map((row) => row['id'])).toEqual(['7']);
    expect(mended[3]).toMatchObject({ answer_label: 'neutral', score: 1 });

    const nothing = await cli(['retry', '--schema-mismatch'], { cwd });
    expect(nothing.stderr).toContain('nothing to send again');
  });

  it('writes the fields as columns of Parquet with the types of the schema', async () => {
    const upstream = await model((row) =>
      row === 1
        ? '{"label":"neutral","score":99999999999999999999}'
        : '{"label":"positive","score":9007199254740993,"share":0.25,"sure":false,"why":["ü"]}',
    );
    const server = await localServer({ upstreamUrl: upstream.url });
    const cwd = folderWith({ 'in.csv': dataset, 'schema.json': JSON.stringify(SCHEMA) });
    expect((await cli(ask(LLAMA, ['--endpoint-url', server.url, '--out', 'out.parquet']), { cwd })).code).toBe(0);
    const back = await cli(['results', '--format', 'jsonl', '--out', '-'], { cwd });
    expect(back.stdout).toContain('"score":99999999999999999999');
    const bytes = await readFile(join(cwd, 'out.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file, compressors: { ZSTD: (page) => new Uint8Array(zstdDecompressSync(page)) } });
    expect(rows[0]).toMatchObject({
      label: 'x',
      answer_label: 'positive',
      score: 9007199254740993n,
      share: 0.25,
      sure: false,
      why: '["ü"]',
    });
    // what 64 bits do not hold stands in the answer alone
    expect(rows[1]).toMatchObject({ answer_label: 'neutral', score: null, share: null, sure: null, why: null });
    expect(rows[1]?.['response']).toContain('99999999999999999999');
  });

  it.each<[string, string]>([
    ['{"type":"objekt"}', 'at /type it must be'],
    ['{"type":"object"', 'schema.json: the schema is no JSON'],
    ['[]', 'schema.json: the schema is no JSON object'],
    ['{"$ref":"https://example.com/other.json"}', 'leads to nothing in the schema, and nothing is fetched'],
    ['{"$schema":"http://json-schema.org/draft-04/schema#"}', '$schema is "http://json-schema.org/draft-04/schema#"'],
    ['{"type":"string","pattern":"("}', 'Invalid regular expression'],
    [`${'{"items":'.repeat(3000)}{}${'}'.repeat(3000)}`, 'more than 200 levels'],
  ])('refuses %.40s before anything', async (schema, why) => {
    const cwd = folderWith({ 'in.csv': dataset, 'schema.json': schema });
    const { code, stderr } = await cli(ask(LLAMA), { cwd });
    expect(stderr).toContain('BR-E0130');
    expect(stderr).toContain(why);
    expect(code).toBe(2);
  });

  it('is refused where the rows say themselves what is asked, and for embeddings', async () => {
    const line = JSON.stringify({
      custom_id: 'a',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { messages: [{ role: 'user', content: 'x' }] },
    });
    const cwd = folderWith({ 'in.jsonl': `${line}\n`, 'in.csv': dataset, 'schema.json': '{}' });
    const openai = await cli(['run', 'in.jsonl', '--model', MODEL, '--schema', 'schema.json'], { cwd });
    expect(openai.stderr).toContain(
      'lines of an OpenAI batch file say themselves what is asked; a schema cannot be put into them',
    );
    const argv = ['run', 'in.csv', '--model', 'amazon.titan-embed-text-v2:0', '--text-column', 'text', '--schema', 'schema.json'];
    const embed = await cli(argv, { cwd });
    expect(embed.stderr).toContain('a schema is for answers of text');
  });

  it('is the line’s own in an OpenAI batch file, and each answer is checked by that of its line', async () => {
    const format = (schema: object) => ({ response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } });
    const lineOf = (i: number, schema?: object) =>
      JSON.stringify({
        custom_id: `l${i}`,
        method: 'POST',
        url: '/v1/chat/completions',
        body: { messages: [{ role: 'user', content: `Row: row ${i}` }], ...(schema && format(schema)) },
      });
    const number = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const word = { type: 'object', properties: { n: { type: 'string' } }, required: ['n'] };
    const lines = Array.from({ length: ROWS }, (_, i) => lineOf(i, i === 0 ? undefined : i % 2 === 1 ? number : word));
    const say: Said = (row) => {
      if (row === 0) return 'no JSON at all';
      if (row === 5) return { text: '{"n":', end: 'length' };
      if (row === 7) return '```json\n{"n":7}\n```';
      return row < 4 ? '{"n":1}' : row % 2 === 1 ? '{"n":1}' : '{"n":"x"}';
    };
    for (const id of [LLAMA, NATIVE, QWEN]) {
      const upstream = await model(say);
      const server = await localServer({ upstreamUrl: upstream.url });
      const cwd = folderWith({ 'in.jsonl': `${lines.join('\n')}\n` });
      const argv = ['run', 'in.jsonl', '--model', id, '--endpoint-url', server.url, '--out', 'out.jsonl'];
      expect((await cli(argv, { cwd })).code).toBe(3);
      const rows = await rowsOf(join(cwd, 'out.jsonl'));
      const wrong = rows.filter((row) => row['error'] !== null).map((row) => [row['custom_id'], row['error']]);
      expect(wrong).toEqual([
        ['l2', { code: 'schema_mismatch', message: '/n must be string' }],
        ['l7', { code: 'schema_mismatch', message: expect.stringContaining('the answer is no JSON') }],
      ]);
      expect(rows[2]).toMatchObject({ response: { status_code: 422 } });
      expect(JSON.stringify(rows[5])).toContain('"finish_reason":"length"');
    }
    const cwd = folderWith({ 'in.jsonl': `${lines.join('\n')}\n${lineOf(999, { type: 'objekt' })}\n` });
    const refused = await cli(['run', 'in.jsonl', '--model', LLAMA], { cwd });
    expect(refused.stderr).toContain(`line ${ROWS + 1}: body.response_format: the schema cannot be used: at /type`);
  });
});
