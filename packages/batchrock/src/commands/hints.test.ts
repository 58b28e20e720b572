import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

// what a command says beyond its answer; that what it names is there, testkit/docs/told-commands.test.ts shows of all texts
const SPLIT = '--split-models takes the models that OpenAI lines name';

test.each([
  [['run', 'in.csv'], /BR-E0112 .*--model/, true],
  [['plan', 'in.csv'], /BR-E0112 .*--model/, true],
  [['validate', 'in.jsonl'], /BR-E0112 .*--model/, true],
  [['convert', 'in.jsonl', '--to', 'openai'], /BR-E0112 .*--model/, false],
  [['validate', 'in.jsonl', '--modle', MODEL], /unknown option '--modle'; did you mean --model\?/, true],
  [['stop', '--mod', 'drain'], /unknown option '--mod'; did you mean --mode\?/, false],
  [['adopt', 's3://b/runs/r-7f3k2m9x0q', '--max-cost', '4'], /unknown option '--max-cost'/, false],
] as const)('%j says what is wrong, and %s', async (argv, message, isOfModels) => {
  const ran = await cli(argv, { cwd: folderWith() });
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(ran.stderr).toContain(`batchrock ${argv[0]} --help`);
  expect(ran.stderr.includes(SPLIT)).toBe(isOfModels);
});

test('validate says what a custom_id in several lines does to the whole file, where there is one', async () => {
  const line = (id: string): string =>
    JSON.stringify({
      custom_id: id,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { messages: [{ role: 'user', content: id }] },
    });
  const cwd = folderWith({
    'twice.jsonl': `${line('a')}\n${line('b')}\n${line('a')}\n`,
    'once.jsonl': `${line('a')}\n${line('b')}\n`,
  });
  const validate = (file: string) => cli(['validate', file, '--model', MODEL], { cwd });
  const told = '  a custom_id that stands in several lines keeps the whole file from being sent: give each line its own\n';
  const twice = await validate('twice.jsonl');
  expect(twice).toMatchObject({ code: 3, stdout: expect.stringContaining('duplicate_custom_id') });
  expect(twice.stderr).toContain(told);
  expect((await validate('once.jsonl')).stderr).not.toContain(told);
});

test('stop says where the results are that it wrote, and how to go on', async () => {
  const server = await localServer({ queueMs: 3_000_000 });
  const cwd = folderWith({ 'in.csv': `text\n${'row\n'.repeat(200)}` });
  const question = ['in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
  const run = spawnCli(['run', ...question, '--records-per-job', '100', '--slots', '1', '--out', 'out.jsonl'], { cwd });
  while ((await jobsOf(server)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  run.process.kill('SIGKILL');
  await run.ended;
  const stopped = await cli(['stop', '--mode', 'drain'], { cwd });
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(stopped.stderr).toContain(`  results: ${join(cwd, 'out.jsonl')}\n`);
  expect(stopped.stderr).toMatch(/ {2}batchrock resume r-\w+ goes on with it\n/);
});
