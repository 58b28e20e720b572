import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const DATASET = `text\n${Array.from({ length: 250 }, (_, i) => `row ${i}`).join('\n')}\n`;

test('status and list tell a run that a process works on from one that nobody does', async () => {
  const server = await localServer({ queueMs: 30_000_000 });
  const cwd = folderWith({ 'in.csv': DATASET });
  const driven = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url, '-v'], { cwd });
  await driven.said(/created/);
  const status = async () => JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
  expect(await status()).toMatchObject({ state: 'running', attended: true });
  expect((await cli(['status'], { cwd })).stdout).toMatch(/^state {5}running$/m);
  expect((await cli(['list'], { cwd })).stdout + (await cli(['list'], { cwd })).stderr).not.toMatch(/nobody|no process/);

  driven.process.kill('SIGKILL');
  await driven.ended;
  const { run, ...left } = await status();
  expect(left).toMatchObject({ state: 'running', attended: false });
  expect((await cli(['status'], { cwd })).stdout).toContain(`running, nobody at it: batchrock resume ${run}\n`);
  const list = await cli(['list'], { cwd });
  expect(list.stdout).toMatch(new RegExp(`^${run} +running, nobody at it  `, 'm'));
  expect(list.stderr).toContain(`no process works on run ${run}: batchrock resume ${run} goes on with it`);
  expect(JSON.parse((await cli(['list', '--json'], { cwd })).stdout).runs).toMatchObject([{ run, attended: false }]);

  expect(JSON.parse((await cli(['stop', '--mode', 'abandon', '--json'], { cwd })).stdout).attended).toBeNull();
});
