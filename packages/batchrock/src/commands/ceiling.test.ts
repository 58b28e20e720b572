import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

const DATASET = `id,text\n${Array.from({ length: 300 }, (_, i) => `${i},row ${i}`).join('\n')}\n`;
const QUESTION = ['--model', MODEL, '--prompt', '{text}', '--records-per-job', '100', '--slots', '1', '--out', 'out.jsonl'];

test('a run waits at its ceiling with exit code 6, loses nothing, and resume --max-cost goes on', async () => {
  // a job takes a second
  const server = await localServer({ speed: 1200, queueMs: 1_200_000 });
  const folder = folderWith({ 'in.csv': DATASET });
  const run = ['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url];

  const interrupted = await cli(run, { cwd: folder, onStart: (send) => void untilJobs(server).then(() => send('SIGINT')) });
  expect(interrupted.code).toBe(130);
  // the job that is in flight is waited for and kept; nothing fits beside it
  const held = await cli([...run, '--max-cost', '0.0001'], { cwd: folder });
  expect(held.code).toBe(6);
  expect(held.stderr).toMatch(/BR-E0601 run r-\w+ cannot go on: the ceiling of \$0\.0001 does not hold another job/);
  expect(held.stderr).toMatch(/batchrock resume r-\w+ --max-cost USD/);
  const sent = await jobsOf(server);
  expect(sent.length).toBeLessThan(3);
  expect(sent.map((job) => job.status)).toEqual(sent.map(() => 'Completed'));

  const status = await cli(['status'], { cwd: folder });
  expect(status.stdout).toContain('BR-E0601');
  expect(status.stdout).toMatch(/batchrock resume r-\w+ --max-cost USD/);
  expect((await cli(['list'], { cwd: folder })).stderr).toMatch(/batchrock resume r-\w+ --max-cost USD goes on with it/);
  expect(JSON.parse((await cli(['status', '--json'], { cwd: folder })).stdout).cost.ceiling).toBe(0.0001);
  expect((await cli(['resume'], { cwd: folder })).code).toBe(6);
  expect(await jobsOf(server)).toHaveLength(sent.length);

  expect(await cli(['resume', '--max-cost', '5'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await jobsOf(server)).toHaveLength(3);
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(300);
});

test('a ceiling below the estimate refuses the run before its first job', async () => {
  const server = await localServer();
  const folder = folderWith({ 'in.csv': DATASET });
  const argv = ['run', 'in.csv', ...QUESTION, '--endpoint-url', server.url, '--max-cost', '0.001'];
  const refused = await cli(argv, { cwd: folder });
  expect(refused.code).toBe(6);
  expect(refused.stderr).toContain('nothing was sent');
  expect(await jobsOf(server)).toEqual([]);
});

test('on the embedded local Bedrock nothing is paid: a ceiling is set aside, and said to be', async () => {
  const folder = folderWith({ 'in.csv': DATASET });
  const ran = await cli(['run', 'in.csv', ...QUESTION, '--max-cost', '0'], { cwd: folder });
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain('the local Bedrock costs nothing: --max-cost $0.00 does not apply');
  expect(JSON.parse((await cli(['status', '--json'], { cwd: folder })).stdout).cost.ceiling).toBeNull();
});

async function untilJobs(server: { readonly url: string }): Promise<void> {
  while ((await jobsOf(server)).length === 0) await sleep(20);
}
