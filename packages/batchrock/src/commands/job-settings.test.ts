import { expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';

// What a job is created with is read back from the service.
const ACCOUNT = '123456789012';
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef`;
const ask = ['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '--force'];

interface ToldJob {
  readonly inputDataConfig: { readonly s3InputDataConfig: { readonly s3BucketOwner?: string } };
  readonly outputDataConfig: {
    readonly s3OutputDataConfig: { readonly s3BucketOwner?: string; readonly s3EncryptionKeyId?: string };
  };
  readonly vpcConfig?: object;
}

interface ToldTags {
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

async function world(options: Parameters<typeof localServer>[0] = {}) {
  const server = await localServer({ account: ACCOUNT, ...options });
  const told = async <T>(path: string, init?: RequestInit) => (await (await fetch(`${server.url}${path}`, init)).json()) as T;
  const jobs = async () => {
    const arns = (await jobsOf(server)).map(({ jobArn }) => jobArn);
    return Promise.all(
      arns.map(async (resourceARN) => {
        const job = await told<ToldJob>(`/model-invocation-job/${encodeURIComponent(resourceARN)}`);
        const { tags } = await told<ToldTags>('/listTagsForResource', { method: 'POST', body: JSON.stringify({ resourceARN }) });
        const output = job.outputDataConfig.s3OutputDataConfig;
        return {
          key: output.s3EncryptionKeyId,
          owners: [job.inputDataConfig.s3InputDataConfig.s3BucketOwner, output.s3BucketOwner],
          vpcConfig: job.vpcConfig,
          tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
        };
      }),
    );
  };
  return { server, jobs };
}

const FLAGS = [
  ...['--kms-key', KEY, '--bucket-owner', ACCOUNT, '--subnet', 'subnet-0a,subnet-0b', '--subnet', 'subnet-0c'],
  ...['--security-group', 'sg-0a', '--tag', 'team=search', '--tag', 'cost centre=a=b'],
];
const KEPT = {
  key: KEY,
  owners: [ACCOUNT, ACCOUNT],
  vpcConfig: { subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'], securityGroupIds: ['sg-0a'] },
  tags: { team: 'search', 'cost centre': 'a=b' },
};

test('a job has what its command says, and those of a retry have it too, whatever holds by then', async () => {
  const { server, jobs } = await world({ faults: { recordFail: 1, recordCodes: [429], seed: 5 } });
  const cwd = folderWith({ 'in.csv': 'text\na\nb\n' });
  const where = ['--endpoint-url', server.url, '--max-attempts', '1'];
  expect((await cli([...ask, ...FLAGS, ...where], { cwd })).code).toBe(3);
  expect(await jobs()).toEqual([KEPT]);
  await fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
  const env = { BATCHROCK_TAGS: 'other=1', BATCHROCK_KMS_KEY: 'alias/other', BATCHROCK_BUCKET_OWNER: '999999999999' };
  const retried = await cli(['retry'], { cwd, env });
  expect(retried.code, retried.stderr).toBe(0);
  expect(await jobs()).toEqual([KEPT, KEPT]);
});

test('files and the environment say the same, and a flag goes before them', async () => {
  const { server, jobs } = await world();
  const settings = {
    endpointUrl: server.url,
    kmsKey: KEY,
    bucketOwner: ACCOUNT,
    subnets: ['subnet-0a', 'subnet-0b'],
    securityGroups: 'sg-0a',
    tags: { team: 'search', project: 'reviews' },
  };
  const cwd = folderWith({ 'in.csv': 'text\na\n', 'batchrock.config.json': JSON.stringify(settings) });
  const env = { BATCHROCK_SUBNETS: 'subnet-0c' };
  const ran = await cli([...ask, '--tag', 'team=ads'], { cwd, env });
  expect(ran.code, ran.stderr).toBe(0);
  const vpcConfig = { subnetIds: ['subnet-0c'], securityGroupIds: ['sg-0a'] };
  expect(await jobs()).toEqual([{ ...KEPT, vpcConfig, tags: { team: 'ads' } }]);
  const shown = await cli(['config', 'show', '--origin'], { cwd, env });
  expect(shown.stdout).toMatch(/^subnets +subnet-0c +BATCHROCK_SUBNETS$/m);
  expect(shown.stdout).toMatch(/^tags +team=search,project=reviews +\/.*batchrock\.config\.json$/m);
});

test('buckets of another account are touched by nothing', async () => {
  const { server } = await world();
  const cwd = folderWith({ 'in.csv': 'text\na\n' });
  const ran = await cli([...ask, '--bucket-owner', '999999999999', '--endpoint-url', server.url], { cwd });
  expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('BR-E0501') });
  expect(await jobsOf(server)).toEqual([]);
});

test('a run that is adopted goes on as it was begun', async () => {
  const { server, jobs } = await world({ faults: { recordFail: 1, recordCodes: [429], seed: 5 } });
  const cwd = folderWith({ 'in.csv': 'text\na\nb\n' });
  const where = ['--endpoint-url', server.url];
  const ran = await cli([...ask, ...FLAGS, ...where, '--max-attempts', '1', '--json'], { cwd });
  const { run } = JSON.parse(ran.stdout);
  await fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
  // what holds where it is adopted would be refused by the buckets
  const env = { BATCHROCK_TAGS: 'other=1', BATCHROCK_BUCKET_OWNER: '999999999999', BATCHROCK_KMS_KEY: 'alias/other' };
  const elsewhere = { cwd: folderWith(), env };
  const adopted = await cli(['adopt', `s3://batchrock-local/runs/${run}`, ...where], elsewhere);
  expect(adopted.code, adopted.stderr).toBe(0);
  const retried = await cli(['retry'], elsewhere);
  expect(retried.code, retried.stderr).toBe(0);
  expect(await jobs()).toEqual([KEPT, KEPT]);
});

test('a run that is begun already keeps what it was begun with, and says which options have no effect', async () => {
  const { server, jobs } = await world();
  const cwd = folderWith({ 'in.csv': 'text\na\nb\n' });
  const where = ['--endpoint-url', server.url];
  expect((await cli([...ask, ...where, '--tag', 'team=search', '--timeout-hours', '48'], { cwd })).code).toBe(0);
  const same = await cli([...ask, ...where, '--tag', 'team=search', '--timeout-hours', '48'], { cwd });
  expect(same.stderr).not.toContain('was begun without');
  const other = await cli([...ask, ...where, ...FLAGS, '--timeout-hours', '72'], { cwd });
  expect(other.stderr).toMatch(
    /run r-\w+ was begun without --kms-key, --bucket-owner, --subnet, --security-group, --tag and --timeout-hours as given/,
  );
  expect((await jobs()).map(({ tags }) => tags)).toEqual([{ team: 'search' }]);
});

test('the hours of a job come from a file or the environment too', async () => {
  const { server } = await world();
  const config = JSON.stringify({ endpointUrl: server.url, timeoutHours: 48 });
  const cwd = folderWith({ 'in.csv': 'text\na\n', 'batchrock.config.json': config });
  const hours = async () => {
    const { jobArn } = (await jobsOf(server)).at(-1) ?? {};
    const job = await fetch(`${server.url}/model-invocation-job/${encodeURIComponent(jobArn ?? '')}`);
    return ((await job.json()) as { readonly timeoutDurationInHours: number }).timeoutDurationInHours;
  };
  expect((await cli(ask, { cwd })).code).toBe(0);
  expect(await hours()).toBe(48);
  expect((await cli([...ask, '--new'], { cwd, env: { BATCHROCK_TIMEOUT_HOURS: '72' } })).code).toBe(0);
  expect(await hours()).toBe(72);
  expect((await cli([...ask, '--new', '--timeout-hours', '96'], { cwd, env: { BATCHROCK_TIMEOUT_HOURS: '72' } })).code).toBe(0);
  expect(await hours()).toBe(96);
  const bad = await cli([...ask, '--new'], { cwd, env: { BATCHROCK_TIMEOUT_HOURS: '12' } });
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0120 timeoutHours is "12"') });
});

test('what the local Bedrock has not is refused where no bucket is named, and tags are not', async () => {
  const cwd = folderWith({ 'in.csv': 'text\na\n' });
  for (const flags of [
    ['--kms-key', KEY],
    ['--bucket-owner', ACCOUNT],
    ['--subnet', 'subnet-0a', '--security-group', 'sg-0a'],
  ]) {
    const ran = await cli([...ask, ...flags], { cwd });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(`BR-E0112 ${flags[0]} is given, and no bucket`) });
  }
  const env = { BATCHROCK_KMS_KEY: KEY };
  expect(await cli([...ask, '--tag', 'team=search', '--local-speed', '100000'], { cwd, env })).toMatchObject({ code: 0 });
  const plan = await cli(['plan', ...ask.slice(1, -1), '--tag', 'te#am=search'], { cwd });
  expect(plan).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0120 --tag is "te#am=search"') });
});
