import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@batchrock/testkit';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const DATASET = `id,text\n${Array.from({ length: 800 }, (_, i) => `${i},"row ${i}, with a comma"`).join('\n')}\n`;
/** 8 parts, 3 at once; a few records fail at first, and go out again. */
const QUESTION = ['run', 'in.csv', '--model', MODEL, '--prompt', 'Classify: {text}', '--records-per-job', '100', '--slots', '3'];
/** A job takes a third of a second. */
const SERVER = {
  speed: 3000,
  queueMs: 1_000_000,
  faults: { recordFail: 0.05, recordMissing: 0.02, lostReply: 0.1 },
  faultSeed: 7,
};

/** The place of the only run of a state directory, as its user would note it. */
async function placeOf(cwd: string): Promise<{ readonly run: string; readonly place: string }> {
  const { stdout } = await cli(['status', '--json'], { cwd });
  const { run } = JSON.parse(stdout) as { run: string };
  return { run, place: `s3://batchrock-local/runs/${run}` };
}

function loseLedger(cwd: string): void {
  rmSync(join(cwd, 'state'), { recursive: true });
}

test('a run whose machine dies at any moment is adopted on another one, and ends in the same bytes without a second job', async () => {
  const port = await freePort();
  const calmFolder = folderWith({ 'in.csv': DATASET });
  const endpoint = ['--endpoint-url', `http://127.0.0.1:${port}`];
  const calmServer = await localServer({ port, ...SERVER });
  const calm = await cli([...QUESTION, ...endpoint, '--out', 'out.jsonl'], { cwd: calmFolder });
  const expected = readFileSync(join(calmFolder, 'out.jsonl'), 'utf8');
  await calmServer.close();

  const server = await localServer({ port, ...SERVER });
  const cwd = folderWith({ 'in.csv': DATASET });
  // with the first jobs under way, then with some collected: had it ended meanwhile on a slow machine, the rest would hold too
  for (const jobs of [2, 6]) {
    const argv = jobs === 2 ? [...QUESTION, ...endpoint, '--out', 'out.jsonl'] : ['resume'];
    const first = spawnCli(argv, { cwd });
    while ((await jobsOf(server)).length < jobs) await new Promise((resolve) => setTimeout(resolve, 20));
    first.process.kill('SIGKILL');
    await first.ended;
    const { run, place } = await placeOf(cwd);
    loseLedger(cwd);
    const adopted = await cli(['adopt', place, ...endpoint, '--out', 'out.jsonl', '--json'], { cwd });
    expect(adopted.code, adopted.stderr).toBe(0);
    expect(adopted.stderr).toMatch(/run r-\w+ adopted, .*: 800 rows/);
    expect(adopted.stderr).toMatch(/ledger\.db on .* drove it/);
    expect(JSON.parse(adopted.stdout)).toMatchObject({ run, rows: 800, jobs: { slots: 3 }, isCeilingKnown: true });
  }
  const resumed = await cli(['resume'], { cwd });
  expect(resumed.code, resumed.stderr).toBe(calm.code);
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe(expected);
  const names = (await jobsOf(server)).map((job) => job.jobName);
  expect(names).toHaveLength(new Set(names).size);

  // a ledger that has it has no need of it, and one that is lost after the end finds its results
  const { run, place } = await placeOf(cwd);
  const again = await cli(['adopt', place, ...endpoint], { cwd });
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toMatch(/BR-E0207.*run r-\w+ is in this ledger already/);
  loseLedger(cwd);
  // the same command does not begin it anew
  const anew = await cli([...QUESTION, ...endpoint, '--out', 'other.jsonl'], { cwd });
  expect(anew).toMatchObject({ code: 2 });
  expect(anew.stderr).toMatch(/BR-E0207.*lies in its bucket already/);
  expect(anew.stderr).toContain(`batchrock adopt ${place}`);
  const ended = await cli(['adopt', place, ...endpoint], { cwd });
  expect(ended.stderr).toMatch(/adopted, ended: 800 rows/);
  await cli(['results', run, '--out', 'results.jsonl'], { cwd });
  expect(readFileSync(join(cwd, 'results.jsonl'), 'utf8')).toBe(expected);
  expect(await jobsOf(server)).toHaveLength(names.length);
});

test('a former ledger finds out before its next job, and says where the run is', async () => {
  const server = await localServer({ speed: 1000, queueMs: 1_500_000 });
  const endpoint = ['--endpoint-url', server.url];
  const old = folderWith({ 'in.csv': DATASET });
  const first = spawnCli([...QUESTION, ...endpoint], { cwd: old });
  while ((await jobsOf(server)).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  first.process.kill('SIGKILL');
  await first.ended;
  const { place } = await placeOf(old);
  const young = folderWith();
  expect((await cli(['adopt', place, ...endpoint], { cwd: young })).code).toBe(0);
  const before = await cli(['resume'], { cwd: old });
  expect(before.code).toBe(2);
  expect(before.stderr).toMatch(/BR-E0213.*was taken over by .*ledger\.db/);
  expect((await cli(['resume'], { cwd: young })).code).toBe(0);
  const names = (await jobsOf(server)).map((job) => job.jobName);
  expect(names).toHaveLength(8);
  expect(new Set(names).size).toBe(8);
});

test('a ceiling that was not written down before the machine died is told, and holds when it is given again', async () => {
  const server = await localServer({ speed: 1000, queueMs: 1_500_000 });
  const endpoint = ['--endpoint-url', server.url];
  const old = folderWith({ 'in.csv': DATASET });
  const first = spawnCli([...QUESTION, ...endpoint, '--max-cost', '5'], { cwd: old });
  while ((await jobsOf(server)).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  first.process.kill('SIGKILL');
  await first.ended;
  const { run, place } = await placeOf(old);
  const orders = await fetch(`${server.url}/batchrock-local/runs/${run}/orders.json`, { method: 'DELETE' });
  expect(orders.status).toBe(204);
  const cwd = folderWith();
  const adopted = await cli(['adopt', place, ...endpoint, '--json'], { cwd });
  expect(adopted.code, adopted.stderr).toBe(0);
  expect(JSON.parse(adopted.stdout)).toMatchObject({ isCeilingKnown: false, cost: { ceiling: null } });
  expect(adopted.stderr).toContain(`batchrock resume ${run} --max-cost USD gives it one`);
  const before = (await jobsOf(server)).length;
  const held = await cli(['resume', run, '--max-cost', '0.0000001'], { cwd });
  expect(held.code, held.stderr).toBe(6);
  expect(await jobsOf(server)).toHaveLength(before);
  const resumed = await cli(['resume', run, '--max-cost', '5'], { cwd });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await jobsOf(server)).toHaveLength(8);
  expect(JSON.parse((await cli(['status', '--json'], { cwd })).stdout).cost.ceiling).toBe(5);
});

test('a lost ledger beside a local Bedrock that is still there is rebuilt from its folder', async () => {
  const cwd = folderWith({ 'in.csv': DATASET });
  await cli([...QUESTION, '--out', 'out.jsonl'], { cwd });
  const { place } = await placeOf(cwd);
  for (const name of readdirSync(join(cwd, 'state'))) if (name.startsWith('ledger.db')) rmSync(join(cwd, 'state', name));
  const adopted = await cli(['adopt', place], { cwd });
  expect(adopted.stderr).toMatch(/adopted, ended: 800 rows: 800 succeeded/);
});

test.each([
  [['adopt', 'r-7f3k2m9x0q'], /BR-E0120.*no place of a run; allowed: s3:\/\/bucket\/prefix\/runs\/<run>/],
  [['adopt', 's3://batchrock-local/runs/r-7f3k2m9x0q'], /BR-E0214.*there is no run r-7f3k2m9x0q at s3:\/\/batchrock-local/],
  [['adopt', 's3://other-bucket/runs/r-7f3k2m9x0q'], /BR-E0112.*no Region/],
  [['adopt', 's3://batchrock-local/runs/r-7f3k2m9x0q', '--out', 'x.pdf'], /BR-E0117/],
])('%j is refused', async (argv, message) => {
  const ran = await cli(argv, { cwd: folderWith() });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(message);
});
