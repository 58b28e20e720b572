import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const rows = (word: string) => `text\n${Array.from({ length: 250 }, (_, i) => `${word} ${i}`).join('\n')}\n`;

test('the same command with a changed dataset: refused while the first run has jobs in flight, unless --new says so', async () => {
  const server = await localServer({ queueMs: 5_000_000 });
  const cwd = folderWith({ 'in.csv': rows('old') });
  const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.jsonl', '--endpoint-url', server.url];
  const first = spawnCli([...argv, '-v'], { cwd });
  await first.said(/part 1: job \w+ created|2 jobs/);
  first.process.kill('SIGKILL');
  await first.ended;
  const { run } = JSON.parse((await cli(['status', '--json'], { cwd })).stdout);
  const jobs = (await jobsOf(server)).length;

  writeFileSync(join(cwd, 'in.csv'), rows('new'));
  const refused = await cli(argv, { cwd });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    new RegExp(
      `BR-E0211 in.csv has changed since run ${run} began: it is running, has \\d jobs? in flight and writes to .*out.jsonl too`,
    ),
  );
  expect(refused.stderr).toMatch(
    `→ batchrock resume ${run} goes on with it, batchrock stop ${run} ends it; --new starts another`,
  );
  expect(JSON.parse((await cli(['list', '--json'], { cwd })).stdout).runs).toHaveLength(1);
  expect(await jobsOf(server)).toHaveLength(jobs);
  const other = await cli([...argv.slice(0, 5), 'Say {text}', ...argv.slice(6)], { cwd });
  expect(other.stderr).toMatch(`BR-E0211 run ${run} asks something else: it is running`);
  const elsewhere = await cli([...argv, '--prefix', 'elsewhere'], { cwd });
  expect(elsewhere.stderr).toMatch(`BR-E0211 where it is to run has changed since run ${run} began: it is running`);
  // another output is nobody's business
  expect((await cli([...argv, '--out', 'other.jsonl'], { cwd })).code).toBe(0);

  const wanted = await cli([...argv, '--new'], { cwd });
  expect(wanted.code).toBe(0);
  expect(wanted.stderr).toMatch(
    new RegExp(`^in.csv has changed since run ${run} began.*batchrock resume ${run} goes on with it`, 'm'),
  );
  // that run is there now: the same command goes on with it and asks nothing
  expect((await cli(argv, { cwd })).stderr).toContain('has ended already');
});

test('a stopped run of the same output is told, and no obstacle', async () => {
  const server = await localServer({ queueMs: 5_000_000 });
  const cwd = folderWith({ 'in.csv': rows('old') });
  const argv = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--out', 'out.jsonl', '--endpoint-url', server.url];
  const first = spawnCli([...argv, '-v'], { cwd });
  await first.said(/created/);
  first.process.kill('SIGKILL');
  await first.ended;
  expect((await cli(['stop', '--mode', 'abandon'], { cwd })).code).toBe(0);
  writeFileSync(join(cwd, 'in.csv'), rows('new'));
  const second = await cli(argv, { cwd });
  expect(second.code).toBe(0);
  expect(second.stderr).toMatch(/^in.csv has changed since run r-\w+ began: it is stopped, has \d jobs? in flight/m);
});
