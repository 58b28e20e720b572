import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';

const lineOf = (custom_id: string, body: object, url = '/v1/chat/completions') =>
  `${JSON.stringify({ custom_id, method: 'POST', url, body })}\n`;
const chat = (i: number, more: object = {}) =>
  lineOf(`task-${i}`, {
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: `What is ${i}? 😀` },
    ],
    ...more,
  });
const fileOf = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('');

const tool = {
  type: 'function',
  function: { name: 'look_up', parameters: { type: 'object', properties: { q: { type: 'string' } } } },
};

async function linesOf(path: string): Promise<Record<string, never>[]> {
  return (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>);
}

/** How the jobs of a server spoke to their model, as ListModelInvocationJobs tells it. */
async function typesOf(server: { readonly url: string }): Promise<readonly string[]> {
  const answer = await fetch(`${server.url}/model-invocation-jobs`);
  const { invocationJobSummaries } = (await answer.json()) as {
    invocationJobSummaries: readonly { modelInvocationType?: string }[];
  };
  return invocationJobSummaries.map((job) => job.modelInvocationType ?? 'InvokeModel');
}

async function ran(file: string, argv: readonly string[] = [], model = MODEL) {
  return ranNamed('in.jsonl', file, argv, model);
}

async function ranNamed(name: string, file: string | Uint8Array, argv: readonly string[] = [], model = MODEL) {
  const server = await localServer({ faults: { recordFail: 0.02, recordCodes: [503] } });
  const cwd = folderWith({ [name]: file });
  const run = ['run', name, '--model', model, '--endpoint-url', server.url, '--max-attempts', '9', '--out', 'out.jsonl'];
  const result = await cli([...run, ...argv], { cwd });
  return { ...result, server, cwd, out: join(cwd, 'out.jsonl') };
}

describe('an OpenAI batch file', () => {
  it('is found to be one, and its answers come back as a true batch output, in order', async () => {
    const { code, stderr, server, out, cwd } = await ran(fileOf(120, chat));
    expect(stderr).toContain('these are lines of an OpenAI batch file');
    expect(code).toBe(0);
    expect(new Set(await typesOf(server))).toEqual(new Set(['Converse']));
    const lines = await linesOf(out);
    expect(lines.map((line) => line['custom_id'])).toEqual(Array.from({ length: 120 }, (_, i) => `task-${i}`));
    for (const line of lines) {
      expect(line).toMatchObject({
        id: expect.stringMatching(/^batch_req_/),
        error: null,
        response: {
          status_code: 200,
          body: {
            object: 'chat.completion',
            model: MODEL,
            choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: expect.any(String) } }],
            usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
          },
        },
      });
    }
    const flat = await cli(['results', '--shape', 'flat', '--out', '-'], { cwd });
    const [first] = flat.stdout.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ custom_id: 'task-0', response: expect.any(String), status: 'succeeded' });
    const raw = await cli(['results', '--shape', 'raw', '--format', 'csv', '--out', '-'], { cwd });
    expect(raw.stdout.split('\n', 1)[0]).toMatch(/^custom_id,method,url,body,model_output,status,/);
  });

  it('with tools in it goes through InvokeModel, and asks for no tool where none is', async () => {
    const { code, server, out } = await ran(
      fileOf(101, (i) => chat(i, i % 2 === 0 ? { tools: [tool], tool_choice: 'auto' } : {})),
    );
    expect(code).toBe(0);
    expect(new Set(await typesOf(server))).toEqual(new Set(['InvokeModel']));
    expect(await linesOf(out)).toHaveLength(101);
  });

  it('keeps a place for each line that cannot be sent, and says why', async () => {
    const bad = [
      lineOf('bad-role', { messages: [{ role: 'robot', content: 'x' }] }),
      '{"custom_id":"cut","method":"POST"\n',
      lineOf('empty', { messages: [] }),
      lineOf('elsewhere', { input: 'x' }, '/v1/images'),
    ];
    const { code, out } = await ran(`${fileOf(100, chat)}${bad.join('')}${chat(100)}`);
    expect(code).toBe(3);
    const lines = await linesOf(out);
    expect(lines).toHaveLength(105);
    expect(lines.slice(100).map(({ custom_id, error }) => [custom_id, (error as { code: string } | null)?.code])).toEqual([
      ['bad-role', 'unknown_role'],
      [null, 'bad_json'],
      ['empty', 'no_messages'],
      ['elsewhere', 'unknown_url'],
      ['task-100', undefined],
    ]);
    expect(lines[100]).toMatchObject({ response: { status_code: 400, body: { error: { type: 'invalid_request_error' } } } });
  });

  it('has its lines without an answer in an errors file too, which goes when there are none', async () => {
    const bad = lineOf('bad', { messages: [] });
    const { out, cwd, stderr } = await ran(`${fileOf(100, chat)}${bad}`);
    const errors = join(cwd, 'out.errors.jsonl');
    expect(stderr).toContain(`errors: ${errors}`);
    const [last] = (await readFile(out, 'utf8')).split('\n').slice(-2);
    expect(await readFile(errors, 'utf8')).toBe(`${last}\n`);
    const again = await cli(['results', '-o', 'out.jsonl', '--json'], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: true, errors: { path: errors, xxh128: expect.any(String) } });
    const fine = await cli(['results', '--only', 'succeeded', '-o', 'out.jsonl', '--json'], { cwd });
    expect(JSON.parse(fine.stdout)).toMatchObject({ rows: 100, unchanged: false });
    expect(JSON.parse(fine.stdout)).not.toHaveProperty('errors');
    await expect(readFile(errors)).rejects.toThrow(/ENOENT/);
  });

  it('leaves an errors file alone that another has written', async () => {
    const cwd = folderWith({ 'in.jsonl': chat(1), 'out.errors.jsonl': 'mine\n' });
    const refused = await cli(['run', 'in.jsonl', '--model', MODEL, '--out', 'out.jsonl'], { cwd });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/BR-E0111.*out\.errors\.jsonl exists already/)]);
    expect(await readFile(join(cwd, 'out.errors.jsonl'), 'utf8')).toBe('mine\n');
  });

  it('brings several answers of one line together again', async () => {
    const { code, stderr, out } = await ran(fileOf(40, (i) => chat(i, { n: 3 })));
    expect(code).toBe(0);
    expect(stderr).toContain('40 lines ask for several answers');
    const lines = await linesOf(out);
    expect(lines).toHaveLength(40);
    for (const line of lines) {
      const { choices } = (line['response'] as { body: { choices: { index: number }[] } }).body;
      expect(choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    }
  });

  it('of embeddings gives vectors, several texts in one line', async () => {
    const embed = (i: number) =>
      lineOf(
        `e${i}`,
        { input: i % 10 === 0 ? ['one', 'two'] : `text ${i}`, dimensions: 256, encoding_format: i === 1 ? 'base64' : 'float' },
        '/v1/embeddings',
      );
    const { code, out } = await ran(fileOf(100, embed), [], TITAN);
    expect(code).toBe(0);
    const lines = await linesOf(out);
    expect(lines).toHaveLength(100);
    const data = lines.map((line) => (line['response'] as { body: { data: { embedding: number[] | string }[] } }).body.data);
    expect(data[0]).toHaveLength(2);
    expect(data[2]?.[0]?.embedding).toHaveLength(256);
    expect(Buffer.from(data[1]?.[0]?.embedding as string, 'base64')).toHaveLength(4 * 256);
  });

  it('says once what its model is told otherwise, and what it is not told where that is allowed', async () => {
    const file = `${fileOf(100, (i) => chat(i, { temperature: 1.5 }))}${chat(100, { seed: 7 })}`;
    const strict = await ran(file);
    expect(strict.code).toBe(3);
    expect(strict.stderr).toMatch(/100 lines, the first of them 1: body\.temperature: /);
    expect(strict.stderr).not.toContain('body.seed: ');
    const [last] = (await linesOf(strict.out)).slice(-1);
    expect(last).toMatchObject({ custom_id: 'task-100', error: { message: expect.stringContaining('seed') } });
    const lenient = await ran(file, ['--on-unsupported', 'warn']);
    expect(lenient.code).toBe(0);
    expect(lenient.stderr).toMatch(/line 101: body\.seed: /);
  });

  it('of a compressed file brings several answers together too', async () => {
    const { code, out } = await ranNamed('in.jsonl.gz', gzipSync(fileOf(60, (i) => chat(i, { n: 2 }))));
    expect(code).toBe(0);
    expect(await linesOf(out)).toHaveLength(60);
  });

  it('is planned by what its lines say: problems by kind, the longest answers, and how far off that is', async () => {
    const bad = [
      lineOf('a', { messages: [] }),
      lineOf('b', { messages: [] }),
      lineOf('c', { messages: [{ role: 'robot' }] }),
      lineOf('d', { messages: [{ role: 'user', content: 'x' }], seed: 1 }),
    ];
    const good = fileOf(10, (i) => chat(i, { max_tokens: i < 5 ? 100 : 300, tools: [tool] }));
    const cwd = folderWith({ 'in.jsonl': `${good}${bad.join('')}` });
    const { stdout } = await cli(['plan', 'in.jsonl', '--model', MODEL], { cwd });
    expect(stdout).toMatch(/records +10 to send, 4 rows rejected\n +no_messages: 2 rows, the first on line 11 /);
    expect(stdout).toMatch(/\n +unknown_role: 1 row, the first on line 13 /);
    expect(stdout).toMatch(/\n +field_not_supported: 1 row, the first on line 14 /);
    expect(stdout).toMatch(
      /nine texts in ten lie within that range\n +out ~1\.8 k \(10 to 2\.0 k\); assumes 178 output tokens a row/,
    );
    expect(stdout).toMatch(/USD, prices of \d{4}-\d\d-\d\d/);
    const unpriced = await cli(['plan', 'in.jsonl', '--model', 'zai.glm-4.7'], { cwd });
    expect(unpriced.stdout).toContain('cost      price unknown');
  });

  it('is not sent beyond --max-cost: the job that would exceed it waits', async () => {
    const file = fileOf(300, (i) => chat(i, { max_tokens: 1000 }));
    // answers are longer than is said here, so that the ceiling is met in the middle
    const argv = ['--records-per-job', '100', '--slots', '1', '--expect-output-tokens', '1', '--max-cost', '0.002'];
    const { code, stderr, server, cwd } = await ran(file, argv);
    expect([code, stderr]).toEqual([6, expect.stringContaining('does not hold another job')]);
    const { jobs } = (await (await fetch(`${server.url}/_batchrock/jobs`)).json()) as { jobs: readonly unknown[] };
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.length).toBeLessThan(3);
    const status = JSON.parse((await cli(['status', '--json'], { cwd })).stdout) as { rows: number; pending: number };
    expect(status.rows).toBe(300);
    expect(status.pending).toBeGreaterThanOrEqual(100);
  });

  it.each([
    ['the same custom_id twice', `${chat(1)}${chat(2)}${chat(1)}`, [], 'BR-E0126', /stands in 2 lines: 1, 3/],
    ['several models', `${chat(1, { model: 'a' })}${chat(2, { model: 'b' })}`, [], 'BR-E0127', /a in line 1, b in line 2$/m],
    ['a prompt beside it', chat(1), ['--input-format', 'openai', '--prompt', 'x'], 'BR-E0112', /a prompt cannot/],
    ['an endpoint that the model has not', chat(1), ['--model', TITAN], 'BR-E0120', /makes embeddings, and all 1 lines/],
    ['tools for a model without them', chat(1, { tools: [tool] }), ['--invocation-type', 'converse'], 'BR-E0120', /tools/],
  ])('is refused with %s', async (_, file, argv, code, message) => {
    const cwd = folderWith({ 'in.jsonl': file });
    const refused = await cli(['plan', 'in.jsonl', '--model', MODEL, ...argv], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(code);
    expect(refused.stderr).toMatch(message);
  });
});
