import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const GOOD = 'id,text\n1,fine\n2,also fine\n';
const ask = (file: string, ...more: string[]) => ['run', file, '--model', MODEL, '--prompt', 'Say: {text}', ...more];

async function worldWith(files: Readonly<Record<string, string>>) {
  const server = await localServer();
  const cwd = folderWith(files);
  const run = (...argv: string[]) => cli([...argv, ...(argv[0] === 'run' ? ['--endpoint-url', server.url] : [])], { cwd });
  const json = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout);
  return { server, run, json };
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
  expect(await jobsOf(server)).toEqual([]);
  expect((await run(...ask('good.csv', '--max-cost', '9'))).code).toBe(0);
  expect(await json('status')).toMatchObject({ run: id, state: 'ended', refused: null });
});

test('a server that is not there leaves no run behind', async () => {
  const { server, run, json } = await worldWith({ 'good.csv': GOOD });
  await server.close();
  expect((await run(...ask('good.csv'))).code).toBe(5);
  expect((await json('list')).runs).toEqual([]);
});
