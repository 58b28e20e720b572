import { ledgerKeys } from '@batchrock/core';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';
import { isKept, NOW, objectsOf, patchItem, sessionIn } from '../../test/gc-world.ts';

const GOOD = 'id,text\n1,fine\n2,also fine\n';
const ask = (file: string, ...more: string[]) => ['run', file, '--model', MODEL, '--prompt', 'Say: {text}', ...more];

async function worldWith(files: Readonly<Record<string, string>>) {
  const server = await localServer();
  const cwd = folderWith(files);
  const run = (...argv: string[]) => cli([...argv, ...(argv[0] === 'run' ? ['--endpoint-url', server.url] : [])], { cwd });
  const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout);
  return { server, cwd, run, json };
}

test('a run that was refused before anything was sent is told as such, and is not the newest one', async () => {
  const { server, run, json } = await worldWith({ 'good.csv': GOOD, 'bad.csv': `${GOOD}3\n` });
  expect((await run(...ask('good.csv'))).code).toBe(0);
  const refused = await run(...ask('bad.csv', '--strict'));
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0113') });

  const [newest, before] = (await json('list')).runs;
  expect(newest).toMatchObject({ dataset: 'bad.csv', refused: { code: 'BR-E0113', message: expect.stringContaining('line 4') } });
  expect(before).toMatchObject({ dataset: 'good.csv', state: 'ended', refused: null });
  expect((await run('list')).stdout).toMatch(/^r-\w+ +refused /m);
  const status = await run('status');
  expect(status.stdout).toContain('good.csv');
  expect(status.stderr).toContain(`run ${newest.run} is passed over: it was refused before anything was sent (BR-E0113)`);
  const named = await run('status', newest.run);
  expect(named.stdout).toMatch(/state +refused before anything was sent\n/);
  expect(named.stdout).toMatch(/refused +BR-E0113 .*line 4/);
  expect(await run('resume')).toMatchObject({ code: 0, stderr: expect.stringContaining(before.run) });
  expect(await jobsOf(server)).toHaveLength(1);
});

test('a run above its ceiling begins with its own command alone, never by resume', async () => {
  const { server, run, json } = await worldWith({ 'good.csv': GOOD });
  expect((await run(...ask('good.csv', '--max-cost', '0.000001'))).code).toBe(6);
  const { run: id, refused } = (await json('list')).runs[0];
  expect(refused.code).toBe('BR-E0601');
  for (const argv of [['resume', id], ['resume'], ['resume', id, '--max-cost', '9']]) {
    const resumed = await run(...argv);
    expect(resumed).toMatchObject({ code: 2, stderr: expect.stringContaining('was refused before anything was sent: BR-E0601') });
    expect(resumed.stderr).toContain('give its batchrock run command again');
  }
  for (const argv of [['list'], ['watch', id, '--timeout', '1s']])
    expect((await run(...argv)).stderr).toContain(`no process works on run ${id}: its batchrock run command goes on with it`);
  expect(await jobsOf(server)).toEqual([]);
  expect((await run(...ask('good.csv', '--max-cost', '9'))).code).toBe(0);
  expect(await json('status')).toMatchObject({ run: id, state: 'ended', refused: null });
});

test('what was prepared of a run that was refused goes by gc, unless its command has begun it since', async () => {
  const { server, run, json } = await worldWith({ 'good.csv': GOOD, 'bad.csv': `${GOOD}3\n` });
  await run(...ask('bad.csv', '--strict'));
  await run(...ask('good.csv', '--max-cost', '0.000001'));
  const ids = ((await json('list')).runs as readonly { readonly run: string }[]).map((each) => each.run);
  expect(ids).toHaveLength(2);
  expect((await run('gc')).stderr).toContain('nothing to remove');
  expect(await json(...NOW, '--state', 'ended,stopped', '--dry-run')).toMatchObject({ garbage: [], kept: [] });
  const planned = await json(...NOW, '--dry-run');
  const goes = (planned.garbage as readonly { readonly name: string; readonly why: string }[]).map(({ name, why }) => [
    name,
    why,
  ]);
  // of the strict one nothing but what stays was written: its first part is not certain before the bad row
  expect(goes).toEqual([[ids[0], 'refused']]);
  expect((await json(...NOW, '--yes')).freed).toMatchObject({ removed: [ids[0]], failed: [] });
  expect((await objectsOf(server, ids[0] as string)).filter((each) => !isKept(each))).toEqual([]);
  expect(await json('status', ids[0] as string)).toMatchObject({ refused: { code: 'BR-E0601' } });
  for (const argv of [['resume', ids[0] as string], ask('good.csv', '--max-cost', '9')]) {
    expect(await run(...argv)).toMatchObject({ code: 5, stderr: expect.stringContaining('BR-E0208') });
  }
  expect((await run(...ask('good.csv', '--max-cost', '9', '--new'))).code).toBe(0);
  expect(await jobsOf(server)).toHaveLength(1);
});

test('a run that was refused while it was prepared is as old for gc as its refusal', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `${i},fine\n`).join('');
  const { server, cwd, run, json } = await worldWith({ 'bad.csv': `id,text\n${rows}3\n` });
  expect((await run(...ask('bad.csv', '--strict', '--records-per-job', '100'))).code).toBe(2);
  const [{ run: id, refused }] = (await json('list')).runs;
  expect((await objectsOf(server, id)).some((each) => !isKept(each))).toBe(true);
  expect((await json('gc', '--dry-run')).garbage).toEqual([]);
  const session = await sessionIn(cwd);
  await patchItem(session, `${ledgerKeys.run(id)}/HOME`, { refusal: { ...refused, isFinal: true, at: 0 } });
  expect((await json('gc', '--yes')).freed).toMatchObject({ removed: [id], failed: [] });
  expect((await objectsOf(server, id)).filter((each) => !isKept(each))).toEqual([]);
});

test('a server that is not there leaves no run behind', async () => {
  const { server, run, json } = await worldWith({ 'good.csv': GOOD });
  await server.close();
  expect((await run(...ask('good.csv'))).code).toBe(5);
  expect((await json('list')).runs).toEqual([]);
});
