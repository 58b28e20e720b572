import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { isKept, NOW, objectsOf } from '../../test/gc-world.ts';

const ROWS = `text\n${Array.from({ length: 1000 }, (_, i) => `row ${i}`).join('\n')}\n`;
const BUCKETS = ['runs-us-east-1', 'runs-us-west-2', 'europe'];
const ask = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--records-per-job', '100', '--yes', '--out', 'out.jsonl'];
const REGIONS = ['--bucket', 'runs-us-east-1', '--regions', 'us-east-1,us-west-2,eu-west-1=europe'];

/** A server with buckets in three Regions, and what its jobs say of where they are. */
async function world(options: Parameters<typeof localServer>[0] = {}) {
  const server = await localServer({ buckets: BUCKETS, maxJobs: 2, ...options });
  const told = async (arn: string) =>
    (await (await fetch(`${server.url}/model-invocation-job/${encodeURIComponent(arn)}`)).json()) as ToldJob;
  const jobs = async () => {
    const all = await Promise.all((await jobsOf(server)).map(({ jobArn }) => told(jobArn)));
    return all.map(({ jobArn, inputDataConfig, outputDataConfig }) => {
      const uris = [inputDataConfig.s3InputDataConfig.s3Uri, outputDataConfig.s3OutputDataConfig.s3Uri];
      return { region: jobArn.split(':')[3], buckets: uris.map((uri) => uri.split('/')[2]) };
    });
  };
  return { server, jobs, where: ['--endpoint-url', server.url] };
}

interface ToldJob {
  readonly jobArn: string;
  readonly inputDataConfig: { readonly s3InputDataConfig: { readonly s3Uri: string } };
  readonly outputDataConfig: { readonly s3OutputDataConfig: { readonly s3Uri: string } };
}

const answersIn = (cwd: string) => readFileSync(join(cwd, 'out.jsonl'), 'utf8').trim().split('\n').length;

test('the jobs of a run are in every Region that is named, each with its bucket, and all answers come back', async () => {
  const { jobs, where } = await world();
  const cwd = folderWith({ 'in.csv': ROWS });
  const ran = await cli([...ask, ...REGIONS, ...where], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(answersIn(cwd)).toBe(1000);
  const all = await jobs();
  expect(all).toHaveLength(10);
  const places = new Set(all.map(({ region, buckets }) => `${region} ${buckets.join(' ')}`));
  expect([...places].sort()).toEqual([
    'eu-west-1 europe europe',
    'us-east-1 runs-us-east-1 runs-us-east-1',
    'us-west-2 runs-us-west-2 runs-us-west-2',
  ]);
  const status = JSON.parse((await cli(['status', '--json'], { cwd })).stdout) as { readonly jobs: { readonly slots: number } };
  expect(status.jobs.slots).toBe(6);
});

test('what fails in one Region goes out again, wherever a slot is free', async () => {
  const { jobs, where } = await world({ faults: { recordFail: 0.2, recordCodes: [429], jobFail: 0.2, seed: 3 } });
  const cwd = folderWith({ 'in.csv': ROWS });
  const ran = await cli([...ask, ...REGIONS, ...where, '--max-attempts', '9'], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(answersIn(cwd)).toBe(1000);
  expect(new Set((await jobs()).map(({ region }) => region)).size).toBe(3);
});

test('a run is adopted in its middle with its jobs of every Region, and none is made again', async () => {
  const dir = folderWith();
  const { server, where } = await world({ dir, speed: 0.01, queueMs: 600_000, faults: { jobRunMs: 600_000 } });
  const cwd = folderWith({ 'in.csv': ROWS });
  const killed = spawnCli([...ask, ...REGIONS, ...where], { cwd });
  await expect.poll(async () => (await jobsOf(server)).length, { timeout: 60_000 }).toBe(6);
  killed.process.kill('SIGKILL');
  await killed.ended;
  const [run] = JSON.parse((await cli(['list', '--json'], { cwd })).stdout).runs as readonly { readonly run: string }[];
  await fetch(`${server.url}/_batchrock/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 6_000_000_000 / 10 }) });
  await server.close();

  const quick = await world({ dir, port: server.port, speed: 20_000 });
  const elsewhere = folderWith();
  const place = `s3://runs-us-east-1/runs/${run?.run}`;
  const adopted = await cli(['adopt', place, ...where, '--out', 'out.jsonl'], { cwd: elsewhere });
  expect(adopted.code, adopted.stderr).toBe(0);
  const resumed = await cli(['resume'], { cwd: elsewhere });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(answersIn(elsewhere)).toBe(1000);
  expect(await quick.jobs()).toHaveLength(10);
}, 120_000);

test.each([
  ['--regions', 'us-west-2,eu-west-1', 'us-east-1 in it'],
  ['--regions', 'us-east-1,us-east-1', 'each Region once'],
  ['--regions', 'us-east-1,nowhere', 'codes of Regions'],
  ['--regions', 'us-east-1=other,us-west-2', 'runs-us-east-1 there'],
  ['--residency', 'eu-west-1', 'us-east-1 in it'],
])('%s %s is refused before anything is sent', async (flag, value, why) => {
  const { jobs, where } = await world();
  const cwd = folderWith({ 'in.csv': ROWS });
  const ran = await cli([...ask, '--bucket', 'runs-us-east-1', '--region', 'us-east-1', flag, value, ...where], { cwd });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('BR-E0120');
  expect(ran.stderr).toContain(why);
  expect(await jobs()).toEqual([]);
});

test('a key of KMS, a subnet and a profile that reaches further do not go with several Regions', async () => {
  const { jobs, where } = await world();
  const cwd = folderWith({ 'in.csv': ROWS });
  const key = 'arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef';
  const withKey = await cli([...ask, ...REGIONS, ...where, '--kms-key', key], { cwd });
  expect(withKey.stderr).toContain('multi-Region key');
  const withSubnet = await cli([...ask, ...REGIONS, ...where, '--subnet', 'subnet-0a', '--security-group', 'sg-0a'], { cwd });
  expect(withSubnet.stderr).toContain('a subnet is of one Region');
  const profile = ask.map((word) => (word === MODEL ? 'us.anthropic.claude-haiku-4-5-20251001-v1:0' : word));
  const narrow = ['--bucket', 'runs-us-east-1', '--region', 'us-east-1', '--residency', 'us-east-1'];
  const reaching = await cli([...profile, ...narrow, ...where], { cwd });
  expect(reaching.stderr).toContain('sends rows to');
  expect(await jobs()).toEqual([]);
});

test('a run that is there goes on by no way that its rows may not go now', async () => {
  const { jobs, where } = await world();
  const cwd = folderWith({ 'in.csv': ROWS });
  const refused = await cli([...ask, ...REGIONS, ...where, '--max-cost', '0.0000001'], { cwd });
  expect(refused.code, refused.stderr).toBe(6);
  const narrow = ['--bucket', 'runs-us-east-1', '--region', 'us-east-1', '--residency', 'us-east-1'];
  const again = await cli([...ask, ...narrow, ...where], { cwd });
  expect(again.stderr).toContain('where jobs are to run');
  expect(again.code).toBe(2);
  expect(await jobs()).toEqual([]);
});

test('gc counts what lies in an output bucket and in other Regions once, and removes all of it', async () => {
  const { server, where } = await world({ buckets: [...BUCKETS, 'answers'] });
  const cwd = folderWith({ 'in.csv': ROWS });
  const ran = await cli([...ask, ...REGIONS, ...where, '--output-bucket', 'answers', '--json'], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  const { run } = JSON.parse(ran.stdout) as { readonly run: string };
  const left = async () => {
    const all = await Promise.all([...BUCKETS, 'answers'].map((bucket) => objectsOf(server, run, bucket)));
    return all.flat().filter((each) => !isKept(each));
  };
  const outputs = (await left()).filter(({ key }) => key.startsWith('output/'));
  const keys = new Set((await left()).map(({ key }) => key));
  expect(outputs.length).toBeGreaterThanOrEqual(10);
  const planned = JSON.parse((await cli([...NOW, '--dry-run', '--json'], { cwd })).stdout) as { readonly files: number };
  expect(planned.files).toBe(keys.size);
  expect((await cli([...NOW, '--yes'], { cwd })).code).toBe(0);
  expect(await left()).toEqual([]);
}, 60_000);

test('a tail goes on demand beside jobs of several Regions', async () => {
  const { where } = await world();
  const cwd = folderWith({ 'in.csv': 'text\na\nb\nc\n' });
  const ran = await cli([...ask, ...REGIONS, ...where, '--tail', 'on-demand', '--json'], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ succeeded: 3, padding: 0, onDemand: { records: 3 } });
});
