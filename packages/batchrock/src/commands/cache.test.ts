import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
const ROWS = 150;
const textOf = (i: number): string => `text ${i}`;
/** Rows `from` up to `to`; their first column goes into no prompt. */
const csv = (from: number, to: number, id = ''): string =>
  `id,text\n${Array.from({ length: to - from }, (_, i) => `${id}${i},${textOf(from + i)}\n`).join('')}`;

interface Row {
  readonly id: string;
  readonly text: string;
  readonly status: string;
  readonly response: string | null;
}

const rowsIn = (cwd: string, name: string): readonly Row[] =>
  readFileSync(join(cwd, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** A server, a folder with a dataset, and how a run of a dataset there is asked for. */
async function world() {
  const server = await localServer();
  const cwd = folderWith({ 'in.csv': csv(0, ROWS), 'other.csv': csv(ROWS / 2, (3 * ROWS) / 2, 'x') });
  const question = ['--endpoint-url', server.url, '--json'];
  const run = async (name: string, ...more: readonly string[]) => {
    const asked = [`${name}.csv`, '--model', MODEL, '--prompt', '{text}', '--cache', ...question, ...more];
    const before = (await jobsOf(server)).length;
    const ran = await cli(['run', ...asked, '--force'], { cwd });
    return { ...ran, status: JSON.parse(ran.stdout), jobs: (await jobsOf(server)).length - before };
  };
  const told = async (...argv: readonly string[]) => JSON.parse((await cli([...argv, '--json'], { cwd })).stdout);
  return { server, cwd, run, told };
}

describe('runs with --cache', () => {
  test('send a request once among them, and have its answer', async () => {
    const { cwd, run, server, told } = await world();
    const first = await run('in', '--out', 'first.jsonl');
    expect(first.status).toMatchObject({ state: 'ended', succeeded: ROWS, cached: 0 });
    expect(first.jobs).toBeGreaterThan(0);
    // the same command is the same run, with its answers
    expect((await run('in', '--out', 'first.jsonl')).status.run).toBe(first.status.run);

    const again = await run('in', '--new', '--out', 'again.jsonl', '--max-cost', '0');
    expect(again).toMatchObject({ code: 0, jobs: 0 });
    expect(again.status.run).not.toBe(first.status.run);
    expect(again.status).toMatchObject({ state: 'ended', rows: ROWS, succeeded: ROWS, cached: ROWS, outputTokens: 0 });
    expect(again.stderr).toContain('150 rows of 150 have answers of other runs: not sent (--cache)');
    const answers = (name: string) => rowsIn(cwd, name).map(({ text, status, response }) => ({ text, status, response }));
    expect(answers('again.jsonl')).toEqual(answers('first.jsonl'));
    for (const format of ['csv', 'parquet']) expect((await cli(['results', '-o', `again.${format}`], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'again.csv'), 'utf8').split('\n')).toHaveLength(ROWS + 2);
    const text = (await cli(['status'], { cwd })).stdout;
    expect(text).toContain('cached    150 rows have answers of other runs: not sent');
    expect(text).toContain('this would cost $0.00');
    const { lives } = await told('explain', '7');
    expect(lives).toMatchObject([
      { isCached: true, batchUsd: 0, outcome: { response: rowsIn(cwd, 'first.jsonl')[6]!.response } },
    ]);
    expect((await cli(['explain', '7'], { cwd })).stdout).toMatch(/not sent: another run has its answer\n.*paid for there/);
    expect((await cli(['errors'], { cwd })).code).toBe(0);

    const plan = ['plan', 'other.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url];
    expect((await cli(plan, { cwd })).stdout).toMatch(/75 rows have answers of other runs: --cache would save ~\$/);
    const planned = await told(...plan, '--cache');
    expect(planned).toMatchObject({ rows: ROWS, records: 75, cached: { rows: 75, areLeftOut: true } });
    expect(planned.cached.batchUsd).toBeGreaterThan(0);
    const half = await run('other', '--out', 'half.jsonl');
    expect(half.status).toMatchObject({ succeeded: ROWS, cached: 75, padding: 25 });
    expect(half.jobs).toBe(1);
    const known = new Map(rowsIn(cwd, 'first.jsonl').map((row) => [row.text, row.response]));
    for (const row of rowsIn(cwd, 'half.jsonl')) if (known.has(row.text)) expect(row.response).toBe(known.get(row.text));
    expect(half.status.outputTokens).toBeLessThan(first.status.outputTokens);
  });

  test('send all of what is asked otherwise, and what no run with a cache has asked', async () => {
    const { run, cwd, server } = await world();
    await cli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
    expect(existsSync(join(cwd, 'state', 'answers.db'))).toBe(false);
    expect((await run('in')).status.cached).toBe(0);
    expect((await run('in', '--prompt', '{text}!')).status.cached).toBe(0);
    expect((await run('in', '--param', 'temperature=0')).status.cached).toBe(0);
    expect((await run('in', '--model', 'anthropic.claude-3-5-haiku-20241022-v1:0')).status.cached).toBe(0);
    expect((await run('in', '--new')).status.cached).toBe(ROWS);
    expect(statSync(join(cwd, 'state', 'answers.db')).mode & 0o777).toBe(0o600);
  });

  test('have embeddings from it, in every format', async () => {
    const { cwd, server } = await world();
    const asked = ['run', 'in.csv', '--model', TITAN, '--text-column', 'text', '--cache', '--endpoint-url', server.url, '--json'];
    await cli([...asked, '--out', 'one.jsonl'], { cwd });
    const ran = await cli([...asked, '--new', '--out', 'two.jsonl'], { cwd });
    expect(JSON.parse(ran.stdout).cached).toBe(ROWS);
    const vectors = (name: string) => rowsIn(cwd, name).map((row) => (row as unknown as { embedding: unknown }).embedding);
    expect(vectors('two.jsonl')).toEqual(vectors('one.jsonl'));
    expect((await cli(['results', '-o', 'two.parquet'], { cwd })).code).toBe(0);
  });

  test('ask for each of n choices of a line anew', async () => {
    const { cwd, server, told } = await world();
    const line = (i: number, n: number) => {
      const body = { messages: [{ role: 'user', content: textOf(i) }], ...(n > 1 && { n }) };
      return `${JSON.stringify({ custom_id: `c${i}-${n}`, method: 'POST', url: '/v1/chat/completions', body })}\n`;
    };
    const file = (n: (i: number) => number) => Array.from({ length: 100 }, (_, i) => line(i, n(i))).join('');
    writeFileSync(
      join(cwd, 'one.jsonl'),
      file(() => 1),
    );
    writeFileSync(
      join(cwd, 'two.jsonl'),
      file((i) => (i < 10 ? 2 : 1)),
    );
    const run = (name: string) => told('run', name, '--model', MODEL, '--cache', '--endpoint-url', server.url);
    expect(await run('one.jsonl')).toMatchObject({ succeeded: 100, cached: 0 });
    expect(await run('two.jsonl')).toMatchObject({ rows: 110, succeeded: 110, cached: 90 });
    const written = readFileSync(join(cwd, 'two.results.jsonl'), 'utf8').trimEnd().split('\n');
    expect(written.map((each) => JSON.parse(each).response.body.choices.length)).toEqual([
      ...Array.from({ length: 10 }, () => 2),
      ...Array.from({ length: 90 }, () => 1),
    ]);
  });

  test('share it while they run at once', async () => {
    const { cwd, server, told, run } = await world();
    const ask = (name: string) => [
      'run',
      name,
      '--model',
      MODEL,
      '--prompt',
      '{text}',
      '--cache',
      '--json',
      '--endpoint-url',
      server.url,
    ];
    const both = [spawnCli(ask('in.csv'), { cwd }), spawnCli(ask('other.csv'), { cwd })];
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });
    const kept = await told('cache', 'ls');
    // what both have asked is kept once
    expect(kept.answers).toBe((3 * ROWS) / 2);
    expect((await run('in', '--new')).status).toMatchObject({ cached: ROWS, succeeded: ROWS });
    expect((await run('other', '--new')).status).toMatchObject({ cached: ROWS, succeeded: ROWS });
  });
});

describe('batchrock cache', () => {
  test('tells what is kept, and removes it by model and age when somebody agrees', async () => {
    const { cwd, run, told } = await world();
    expect((await cli(['cache', 'ls'], { cwd })).stderr).toContain('batchrock run --cache keeps them');
    expect(existsSync(join(cwd, 'state', 'answers.db'))).toBe(false);
    await run('in');
    const other = 'amazon.nova-lite-v1:0';
    await run('other', '--model', other);
    const kept = await told('cache', 'ls');
    expect(kept).toMatchObject({
      answers: 2 * ROWS,
      models: expect.arrayContaining([expect.objectContaining({ model: other, answers: ROWS })]),
    });
    expect((await cli(['cache', 'ls'], { cwd })).stdout).toMatch(/MODEL +ANSWERS +SIZE[\s\S]*nova-lite[^ ]* +150 /);
    expect(await told('cache', 'ls', '--older-than', '1h')).toMatchObject({ answers: 0, models: [] });
    expect(await told('cache', 'ls', '--model', MODEL)).toMatchObject({ answers: ROWS });

    const refused = await cli(['cache', 'clear', '--model', MODEL, '--no-input'], { cwd });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0119 150 answers') });
    const no = await cli(['cache', 'clear', '--model', MODEL], { cwd, answer: 'n', columns: 80 });
    expect(no.code).toBe(2);
    expect((await told('cache', 'ls')).answers).toBe(2 * ROWS);
    const yes = await cli(['cache', 'clear', '--model', MODEL], { cwd, answer: 'y', columns: 80 });
    expect(yes).toMatchObject({ code: 0, stderr: expect.stringContaining('150 answers removed') });
    expect(await told('cache', 'clear', '--older-than', '1h')).toMatchObject({ removed: 0 });
    expect((await run('in', '--new')).status).toMatchObject({ cached: 0, succeeded: ROWS });
    expect((await run('other', '--new', '--model', other)).status).toMatchObject({ cached: ROWS });
    expect(await told('cache', 'clear', '--yes')).toMatchObject({ removed: 2 * ROWS });
    expect(await told('cache', 'ls')).toMatchObject({ answers: 0 });
    expect((await cli(['cache', 'ls', '--older-than', 'soon'], { cwd })).stderr).toContain('BR-E0112');
  });

  test('says what is to be done about a damaged file, before anything is sent', async () => {
    const { cwd, run, server } = await world();
    await run('in');
    const path = join(cwd, 'state', 'answers.db');
    writeFileSync(path, 'this is a note to myself, not a database, and it is longer than the header of one. '.repeat(40));
    const jobs = (await jobsOf(server)).length;
    const ran = await run('other');
    expect(ran.status.error).toMatchObject({ code: 'BR-E0220', hint: expect.stringContaining(`move ${path}`) });
    expect((await jobsOf(server)).length).toBe(jobs);
    expect((await cli(['cache', 'ls'], { cwd })).stderr).toContain('BR-E0220');
    // a plan of a run that looks for no answers does without what it could save; one of a run that does, says what the run will
    const plan = ['plan', 'other.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '--json'];
    const without = await cli(plan, { cwd });
    expect(without.code).toBe(0);
    expect(JSON.parse(without.stdout)).toMatchObject({ rows: ROWS, records: ROWS, cached: { rows: 0, areLeftOut: false } });
    expect(JSON.parse((await cli([...plan, '--cache'], { cwd })).stdout).error).toMatchObject({ code: 'BR-E0220' });
  });
});
