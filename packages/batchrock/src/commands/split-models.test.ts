import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const MODELS = [MODEL, 'amazon.nova-lite-v1:0'];

const chat = (i: number, more: object = {}) =>
  `${JSON.stringify({
    custom_id: `task-${i}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: `What is ${i}? 😀\u2028` }], ...more },
  })}\n`;
const named = (count: number) => Array.from({ length: count }, (_, i) => chat(i, { model: MODELS[i % 2] })).join('');

async function linesOf(path: string): Promise<Record<string, never>[]> {
  return (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>);
}

describe('an OpenAI batch file that is split by its models', () => {
  it('becomes a run for each, and one output in its order', async () => {
    const server = await localServer({ faults: { recordFail: 0.02, recordCodes: [503] } });
    const file = `${named(210)}{"custom_id":\n${chat(210, { n: 2 })}`;
    const cwd = folderWith({ 'in.jsonl': file });
    const argv = ['run', 'in.jsonl', '--split-models', '--endpoint-url', server.url, '--max-attempts', '9', '--out', 'out.jsonl'];
    const homeless = await cli(argv, { cwd });
    expect([homeless.code, homeless.stderr]).toEqual([
      2,
      expect.stringMatching(/BR-E0127 no model is named in line 212, and none/),
    ]);
    const { code, stderr } = await cli([...argv, '--model', MODEL], { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/\n2 runs ended: 213 rows: 212 succeeded/);
    const lines = await linesOf(join(cwd, 'out.jsonl'));
    expect(lines.map((line) => line['custom_id'])).toEqual([
      ...Array.from({ length: 210 }, (_, i) => `task-${i}`),
      null,
      'task-210',
    ]);
    const bodies = lines.map((line) => (line['response'] as { body: { model?: string; choices?: unknown[] } }).body);
    expect(bodies.slice(0, 210).map(({ model }) => model)).toEqual(Array.from({ length: 210 }, (_, i) => MODELS[i % 2]));
    expect(bodies[211]?.choices).toHaveLength(2);
    expect(await linesOf(join(cwd, 'out.errors.jsonl'))).toEqual([lines[210]]);
    const jobs = await jobsOf(server);
    const again = await cli([...argv, '--model', MODEL, '--json'], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ schema: 'batchrock.split/1', output: { rows: 212, unchanged: true } });
    expect(await jobsOf(server)).toHaveLength(jobs.length);
    expect(await readFile(join(cwd, 'out.jsonl'), 'utf8')).toBe(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  });

  it('is validated line by line, each for its model', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const shown = (url: string) => ({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] });
    const lines = [
      chat(0, { model: MODELS[0], tools }),
      chat(1, { model: MODELS[1], temperature: 9 }),
      chat(1, { model: MODELS[1] }),
      chat(3, { model: MODELS[0], messages: [shown('https://images.example.com/a.png')] }),
      chat(4, { model: MODELS[0], messages: [shown('https://elsewhere.example.com/a.png')], top_p: 9 }),
      chat(5),
    ];
    const cwd = folderWith({ 'in.jsonl': lines.join('') });
    const validate = (...more: string[]) => cli(['validate', 'in.jsonl', '--split-models', ...more], { cwd });
    expect((await validate()).stderr).toMatch(/BR-E0127 no model is named in line 6/);
    const { code, stdout } = await validate('--model', MODELS[1]!, '--fetch-images-from', 'images.example.com', '--json');
    expect(code).toBe(3);
    const report = JSON.parse(stdout) as { problems: { line: number; code: string }[] };
    expect(report).toMatchObject({
      schema: 'batchrock.validate/1',
      // tools go through InvokeModel, and only for the model that is asked with some
      models: [
        { model: MODELS[0], invocationType: 'InvokeModel' },
        { model: MODELS[1], invocationType: 'Converse' },
      ],
      rows: 6,
      sound: 3,
    });
    expect(report.problems.map(({ line, code: what }) => [line, what])).toEqual([
      [2, 'out_of_range'],
      [3, 'duplicate_custom_id'],
      [5, 'media_not_fetched'],
      [5, 'out_of_range'],
    ]);
    const one = await cli(['validate', 'in.jsonl', '--model', MODELS[1]!, '--fetch-images'], { cwd });
    expect(one.stdout).not.toContain('media_not_fetched');
    expect(one.stdout).toContain('(several_models)');
    const rows = await cli(['validate', 'in.csv', '--split-models'], { cwd: folderWith({ 'in.csv': 'a\n1\n' }) });
    expect(rows.stderr).toMatch(/BR-E0112 --split-models is for lines of an OpenAI batch file/);
  });

  it('is planned as the runs that it would be', async () => {
    const cwd = folderWith({ 'in.jsonl': named(5) });
    const text = await cli(['plan', 'in.jsonl', '--split-models'], { cwd });
    expect(text.stdout).toMatch(/in all {4}2 runs, 5 rows, up to 200 jobs at once; ~\$[^\n]*\n$/);
    const { stdout } = await cli(['plan', 'in.jsonl', '--split-models', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'batchrock.plans/1',
      plans: [{ model: MODEL, rows: 3 }, { rows: 2 }],
      slots: 200,
    });
    const shared = folderWith({
      'in.jsonl': ['us.', ''].map((of, i) => chat(i, { model: `${of}amazon.nova-lite-v1:0` })).join(''),
    });
    const together = await cli(['plan', 'in.jsonl', '--split-models'], { cwd: shared });
    expect(together.stdout).toMatch(/in all {4}2 runs, 2 rows, up to 100 jobs at once; /);
    expect(together.stdout).toMatch(
      /\n {10}one quota for us\.amazon\.nova-lite-v1:0, amazon\.nova-lite-v1:0: their jobs share its slots\n$/,
    );
  });

  it.each([
    [['--shape', 'flat'], /--shape flat and --split-models exclude/],
    [['--max-records', '2'], /--max-records and --split-models exclude/],
    [['--max-cost', '0.000001'], /BR-E0601 the 2 runs will cost about .* together, --max-cost is/],
    [['--out', 'out.csv'], /out\.csv is not/],
  ])('is not split with %j', async (more, message) => {
    const server = await localServer();
    const cwd = folderWith({ 'in.jsonl': named(4) });
    const refused = await cli(['run', 'in.jsonl', '--split-models', '--endpoint-url', server.url, ...more], { cwd });
    expect(refused.stderr).toMatch(message);
    expect(await jobsOf(server)).toEqual([]);
  });

  it('sends nothing at all where one of its runs cannot be begun', async () => {
    const server = await localServer();
    const cwd = folderWith({ 'in.jsonl': `${named(2)}${chat(2, { model: 'amazon.nova-lite-v9:0' })}` });
    const refused = await cli(['run', 'in.jsonl', '--split-models', '--endpoint-url', server.url], { cwd });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('BR-E0105')]);
    expect(refused.stderr).toContain(', which is named in line 3\n');
    expect(await jobsOf(server)).toEqual([]);
    // nor is any other begun
    expect(JSON.parse((await cli(['list', '--json'], { cwd })).stdout)).toMatchObject({ runs: [] });
  });

  it('is refused where its lines name more models than runs can go beside each other', async () => {
    const lines = Array.from({ length: 101 }, (_, i) => chat(i, { model: `acme.m${i}-v1:0` })).join('');
    const refused = await cli(['plan', 'in.jsonl', '--split-models', '--family', 'converse'], {
      cwd: folderWith({ 'in.jsonl': lines }),
    });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('the lines name 101 models, and 100 at most')]);
  });

  it('ends right after a kill -9, by the same command', async () => {
    const server = await localServer({ speed: 60 });
    const cwd = folderWith({ 'in.jsonl': named(210) });
    const argv = ['run', 'in.jsonl', '--split-models', '--endpoint-url', server.url, '--out', 'out.jsonl', '-v'];
    const killed = spawnCli(argv, { cwd });
    await killed.said(/created/);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { code, stderr } = await cli(argv, { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 runs ended: 210 rows: 210 succeeded')]);
    const lines = await linesOf(join(cwd, 'out.jsonl'));
    expect(lines.map((line) => line['custom_id'])).toEqual(Array.from({ length: 210 }, (_, i) => `task-${i}`));
    expect(await jobsOf(server)).toHaveLength(2);
  });
});
