import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteLedger } from '@batchrock/sqlite';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { webhookServer } from '../../test/webhook-server.ts';
import { findHome, type RunHome, saveHome } from '../compose/run-home.ts';
import { openBatchrock } from '../index.ts';

const CANARY = 'zr4711';
const PROMPT = 'zp4711';
const ADDRESS = 'zw4711';
const rowsOf = (mark: string, count = 120): string =>
  `id,text\n${Array.from({ length: count }, (_, row) => `${row},${CANARY} ${row % 10 === 0 ? mark : ''}\n`).join('')}`;
const FAILING = rowsOf('[[fail:400]]');
const QUESTION = ['in.csv', '--model', MODEL, '--prompt', `Say ${PROMPT}: {text}`];

test('a run tells its end once, whoever comes after it, and tells of the next one that it has', async () => {
  const dir = folderWith();
  const server = await localServer({ dir, speed: 20_000 });
  const hook = await webhookServer();
  const cwd = folderWith({ 'in.csv': FAILING });
  const notify = ['--notify', `${hook.url}/${ADDRESS}`];
  const argv = ['run', ...QUESTION, '--endpoint-url', server.url, '--out', 'out.csv', ...notify];
  const said: string[] = [];
  for (const each of [
    argv,
    argv,
    ['resume', ...notify],
    ['stop', '--mode', 'drain', ...notify],
    ['retry', '--all', ...notify, '-vv'],
  ]) {
    const ran = await cli(each, { cwd });
    said.push(ran.stdout, ran.stderr);
  }
  const [first, second, ...others] = hook.documents();
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    schema: 'batchrock.notification/1',
    event: 'run.ended',
    status: 'failures',
    rows: { total: 120, succeeded: 108, failed: 12, rejected: 0, pending: 0 },
    model: MODEL,
    synthetic: true,
    error: null,
    next: `batchrock errors ${first.run}`,
  });
  expect(first.text).toBe(`Batchrock run ${first.run} has ended, with failures: 120 rows: 108 succeeded, 12 failed, 0 rejected`);
  expect(second).toMatchObject({ run: first.run, status: 'failures' });
  expect(second.id).not.toBe(first.id);

  // no prompt, no row and no name of a file in what is told; no address in what is said or kept
  expect(hook.posts.map(({ text }) => text).join()).not.toMatch(/z[rp]4711|in\.csv|out\.csv/);
  expect(said.join()).not.toContain(ADDRESS);
  const shown = await cli(['config', 'show', '--json'], { cwd, env: { BATCHROCK_NOTIFY: `${hook.url}/${ADDRESS}` } });
  expect(JSON.parse(shown.stdout).settings).toContainEqual({ key: 'notify', value: `${hook.url}/…` });
  for (const folder of [join(cwd, 'state'), dir]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const entry of files) {
      expect(readFileSync(join(entry.parentPath, entry.name), 'latin1'), entry.name).not.toContain(ADDRESS);
    }
  }
});

test('a target that does not take it changes nothing, and is told by the next command', async () => {
  const server = await localServer({ speed: 20_000 });
  let status = 410;
  const hook = await webhookServer(() => status);
  const cwd = folderWith({
    'in.csv': rowsOf(''),
    'batchrock.config.json': JSON.stringify({ notify: [`${hook.url}/${ADDRESS}`] }),
  });
  const argv = ['run', ...QUESTION, '--endpoint-url', server.url, '--out', 'out.csv', '--json'];
  const ran = await cli(argv, { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toMatch(/the webhook at 127\.0\.0\.1:\d+ was not notified: the webhook did not take it: HTTP 410\n/);
  status = 200;
  await cli(argv, { cwd });
  await cli(argv, { cwd });
  const [, ...told] = hook.documents();
  expect(told).toMatchObject([{ status: 'succeeded', next: null }]);
  expect(`${ran.stdout}${ran.stderr}`).not.toContain(ADDRESS);
});

test('killed while it tells, the next command tells the same event again', async () => {
  const server = await localServer({ speed: 20_000 });
  let child: ReturnType<typeof spawnCli> | undefined;
  const hook = await webhookServer((_, nth) => {
    if (nth > 1) return 204;
    child?.process.kill('SIGKILL');
    return undefined;
  });
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  const argv = ['run', ...QUESTION, '--endpoint-url', server.url, '--out', 'out.csv', '--notify', hook.url];
  child = spawnCli(argv, { cwd });
  expect((await child.ended).signal).toBe('SIGKILL');
  expect((await cli(argv, { cwd })).code).toBe(0);
  expect((await cli(argv, { cwd })).code).toBe(0);
  const [first, second, ...others] = hook.documents();
  expect(others).toEqual([]);
  expect(second.id).toBe(first.id);
});

test('what a run needs somebody for is told, and so is that it was stopped', async () => {
  const server = await localServer({ speed: 20_000 });
  const hook = await webhookServer();
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  const env = { BATCHROCK_NOTIFY: hook.url };
  const at = ['--endpoint-url', server.url, '--out', 'out.csv'];
  const refused = await cli(['run', ...QUESTION, ...at, '--max-cost', '0.000001'], { cwd, env });
  expect(refused.code).toBe(6);
  expect((await cli(['run', ...QUESTION, ...at, '--max-cost', '0.000001'], { cwd, env })).code).toBe(6);
  expect(hook.documents()).toMatchObject([
    { event: 'run.attention', status: 'refused', error: { code: 'BR-E0601', title: 'cost ceiling reached' }, next: null },
  ]);

  const noAccess = await localServer({ faults: { noAccess: true }, speed: 20_000 });
  const blocked = await cli(['run', ...QUESTION, '--endpoint-url', noAccess.url, '--out', 'b.csv'], { cwd, env });
  expect(blocked.code, blocked.stderr).toBe(4);
  const [, news] = hook.documents();
  expect(news).toMatchObject({ event: 'run.attention', status: 'blocked', error: { code: 'BR-E0501' } });
  expect(news.next).toBe(`batchrock resume ${news.run}`);
  expect((await cli(['stop', news.run, '--mode', 'abandon'], { cwd, env })).code).toBe(0);
  expect(hook.documents().slice(2)).toMatchObject([{ event: 'run.ended', status: 'abandoned', run: news.run }]);
});

test('a command that is refused again and again is told once, and again when something was in between', async () => {
  const server = await localServer({ speed: 20_000 });
  const hook = await webhookServer();
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  const argv = ['run', ...QUESTION, '--endpoint-url', server.url, '--max-cost', '0.000001', '--notify', hook.url, '--json'];
  const refuse = async () => {
    expect((await cli(argv, { cwd })).code).toBe(6);
    return hook.documents().length;
  };
  const noted = async (change: (refusal: NonNullable<RunHome['refusal']>) => RunHome['refusal']): Promise<void> => {
    const ledger = openSqliteLedger(join(cwd, 'state', 'ledger.db'));
    const home = await findHome(ledger, hook.documents()[0].run);
    if (home?.refusal === undefined) throw new Error('it was not refused');
    await saveHome(ledger, { ...home, refusal: change(home.refusal) });
    ledger.close();
  };
  expect([await refuse(), await refuse()]).toEqual([1, 1]);
  await noted((refusal) => ({ ...refusal, since: Date.now() - 23 * 3_600_000 }));
  expect(await refuse()).toBe(2);
  expect(await refuse()).toBe(2);
  await noted((refusal) => ({ ...refusal, since: Date.now() - 25 * 3_600_000 }));
  expect(await refuse()).toBe(3);
  await noted((refusal) => ({ ...refusal, code: 'BR-E0501' }));
  expect([await refuse(), await refuse()]).toEqual([4, 4]);
  await noted(() => undefined);
  expect([await refuse(), await refuse()]).toEqual([5, 5]);
  expect(new Set(hook.documents().map(({ id }) => id)).size).toBe(5);
});

test('a program tells by the option of its session, and a poll tells no failure that may pass', async () => {
  const server = await localServer({ speed: 20_000 });
  const hook = await webhookServer();
  const cwd = folderWith({ 'in.csv': rowsOf('') });
  await using runs = await openBatchrock({ cwd, stateDir: join(cwd, 'state'), env: {}, notify: [hook.url] });
  const { run } = await runs.submit({
    dataset: 'in.csv',
    model: MODEL,
    prompt: '{text}',
    endpointUrl: server.url,
    out: 'out.jsonl',
  });
  for await (const _ of runs.watch(run, { pollMs: 1 }));
  expect(hook.documents()).toMatchObject([{ run, status: 'succeeded' }]);
  expect(hook.posts[0]?.text).not.toContain(cwd);
});

test('doctor sends a test where it is asked to, and says what was not taken', async () => {
  let status = 200;
  const hook = await webhookServer(() => status);
  const cwd = folderWith();
  const env = { BATCHROCK_NOTIFY: `${hook.url}/${ADDRESS}` };
  const check = async (argv: readonly string[]) => {
    const ran = await cli(['doctor', '--json', ...argv], { cwd, env });
    expect(ran.stdout).not.toContain(ADDRESS);
    return JSON.parse(ran.stdout).checks.find(({ id }: { readonly id: string }) => id === 'notify');
  };
  expect(await check([])).toMatchObject({ state: 'ok', message: expect.stringContaining('not tried') });
  expect(hook.posts).toEqual([]);
  expect(await check(['--notify'])).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('a test was sent to the webhook'),
  });
  status = 403;
  expect(await check(['--notify', hook.url])).toMatchObject({ state: 'fail', message: expect.stringContaining('HTTP 403') });
  expect(hook.documents()).toMatchObject([{ event: 'test', run: null }, { event: 'test' }]);
  expect(await check(['--notify', 'ftp://x/4711'])).toMatchObject({
    state: 'fail',
    message: expect.not.stringContaining('4711'),
  });
});
