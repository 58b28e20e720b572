import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folderWith, jobsOf, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';
import { judgeNode, judgeRoom } from '../doctor/machine-checks.ts';
import { judgeStack } from '../doctor/stack-checks.ts';

interface Told {
  readonly id: string;
  readonly state: string;
  readonly message: string;
  readonly remedy?: string;
}

/** What `doctor` finds. What it finds of an account is shown at IAM, S3 and KMS themselves: testkit/setup. */
async function doctor(cwd: string, ...argv: readonly string[]) {
  const { code, stdout } = await cli(['doctor', ...argv, '--json'], { cwd });
  const { target, isSound, checks } = JSON.parse(stdout) as { target: string | null; isSound: boolean; checks: readonly Told[] };
  const of = (id: string): Told | undefined => checks.find((each) => each.id === id);
  return { code, target, isSound, of, ids: checks.map(({ id }) => id) };
}

describe('this machine', () => {
  test('is sound where nothing has been run yet, and nothing is made by the look', async () => {
    const cwd = folderWith();
    const { code, target, isSound, of, ids } = await doctor(cwd);
    expect({ code, target, isSound }).toEqual({ code: 0, target: 'local Bedrock', isSound: true });
    expect(ids).toEqual(['node', 'state-dir', 'disk', 'ledger', 'runs', 'settings', 'account']);
    expect(of('settings')?.message).toContain('answers are synthetic');
    expect(of('account')?.state).toBe('skipped');
    expect(existsSync(join(cwd, 'state'))).toBe(false);
  });

  test('a state directory that is a file, or that others may read', async () => {
    const open = folderWith({ 'state/x': '' });
    chmodSync(join(open, 'state'), 0o755);
    expect((await doctor(open)).of('state-dir')).toMatchObject({ state: 'warn', remedy: `chmod 700 ${join(open, 'state')}` });
    const file = await doctor(folderWith({ state: '' }));
    expect(file.code).toBe(5);
    expect(file.of('state-dir')).toMatchObject({ state: 'fail', remedy: expect.stringContaining('--state-dir') });
    expect(file.of('runs')).toMatchObject({ state: 'skipped', message: 'not looked at, because of state-dir' });
  });

  test('a ledger that is none, and one that a newer version wrote', async () => {
    const cwd = folderWith({ 'state/ledger.db': 'this is no database, and long enough that it could be one' });
    const { code, of } = await doctor(cwd);
    expect(code).toBe(5);
    expect(of('ledger')).toMatchObject({ state: 'fail' });
    expect(of('runs')?.message).toBe('not looked at, because of ledger');
  });

  test('a run that nobody works on is told with the command that goes on with it', async () => {
    const server = await localServer({ queueMs: 5_000_000 });
    const cwd = folderWith({ 'in.csv': 'text\na\nb\n' });
    const run = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '-v', '--endpoint-url', server.url], { cwd });
    await run.said(/created/);
    expect((await doctor(cwd)).of('runs')).toMatchObject({
      state: 'ok',
      message: '1 open, each with a process that works on it',
    });
    run.process.kill('SIGKILL');
    await run.ended;
    const { of, code } = await doctor(cwd);
    expect(of('runs')).toMatchObject({ state: 'warn', remedy: expect.stringMatching(/^batchrock resume r-/) });
    expect(code).toBe(0);
  });

  test('Node.js that is too old, and a disk with little room', () => {
    expect(judgeNode('24.0.0').state).toBe('ok');
    expect(judgeNode('22.15.1').state).toBe('ok');
    for (const old of ['22.14.9', '20.20.2']) expect(judgeNode(old)).toMatchObject({ state: 'fail' });
    expect([5000, 500, 5].map((mib) => judgeRoom(mib, '/x').state)).toEqual(['ok', 'warn', 'fail']);
  });
});

describe('settings and a local Bedrock', () => {
  test('a bucket without a role is told as run would tell it', async () => {
    const { code, target, of } = await doctor(folderWith(), '--bucket', 'a-bucket');
    expect({ code, target }).toEqual({ code: 5, target: null });
    expect(of('settings')).toMatchObject({ state: 'fail', remedy: 'give --role-arn ARN or set BATCHROCK_ROLE_ARN' });
  });

  test('a local Bedrock has a bucket, models and quotas, and none of the rest', async () => {
    const server = await localServer({ maxJobs: 1 });
    const cwd = folderWith({ 'in.csv': 'text\na\n' });
    const at = ['--endpoint-url', server.url];
    const sound = await doctor(cwd, ...at, '--model', MODEL);
    expect(sound.code).toBe(0);
    expect(sound.ids.slice(6)).toEqual(['bucket', 'objects', 'model', 'access', 'quota', 'limits']);
    expect(await jobsOf(server)).toEqual([]);
    expect((await doctor(cwd, ...at)).of('quota')).toMatchObject({ state: 'skipped' });
    expect((await doctor(cwd, ...at, '--model', MODEL, '--bucket', 'none-of-these')).of('bucket')).toMatchObject({
      state: 'fail',
      message: 'there is no bucket none-of-these',
    });
    await fetch(`${server.url}/_batchrock/faults`, { method: 'PUT', body: JSON.stringify({ jobStuck: 1 }) });
    const run = spawnCli(['run', 'in.csv', '--model', MODEL, '--prompt', '{text}', '-v', ...at], { cwd });
    await run.said(/created/);
    expect((await doctor(cwd, ...at, '--model', MODEL)).of('quota')).toMatchObject({
      state: 'fail',
      message: '1 of 1 jobs are in use (1 of this ledger, 0 not): no slot is free',
    });
    run.process.kill('SIGKILL');
    await run.ended;
  });

  test('several Regions are looked at one by one, each check with its Region', async () => {
    const server = await localServer({ buckets: ['runs-us-east-1', 'runs-us-west-2'] });
    const cwd = folderWith();
    const two = ['--endpoint-url', server.url, '--model', MODEL, '--bucket', 'runs-us-east-1', '--regions'];
    const sound = await cli(['doctor', ...two, 'us-east-1,us-west-2', '--json'], { cwd });
    expect(sound.code, sound.stdout).toBe(0);
    const { checks } = JSON.parse(sound.stdout) as { readonly checks: readonly (Told & { readonly region?: string })[] };
    const ids = ['bucket', 'objects', 'model', 'access', 'quota', 'limits'];
    expect(checks.slice(6).map(({ id, region }) => [id, region])).toEqual(
      ['us-east-1', 'us-west-2'].flatMap((region) => ids.map((id) => [id, region])),
    );
    expect(checks.slice(0, 6).every((each) => !('region' in each))).toBe(true);
    const broken = await cli(['doctor', ...two, 'us-east-1,us-west-2=nowhere-at-all'], { cwd });
    expect(broken.code).toBe(5);
    expect(broken.stdout).toContain('✓ bucket               us-east-1: runs-us-east-1 is in us-east-1\n');
    expect(broken.stdout).toContain('✗ bucket               us-west-2: there is no bucket nowhere-at-all\n');
    expect(broken.stdout).toContain('· objects              us-west-2: not looked at, because of bucket\n');
  });

  test('a Region without a free slot is a warning where another one has some, and wrong where none has', async () => {
    const server = await localServer({ maxJobs: 1, buckets: ['runs-us-east-1', 'runs-us-west-2'] });
    await fetch(`${server.url}/_batchrock/faults`, { method: 'PUT', body: JSON.stringify({ jobStuck: 1 }) });
    const cwd = folderWith({ 'in.csv': 'text\na\n' });
    const at = ['--endpoint-url', server.url, '--model', MODEL];
    const two = [...at, '--bucket', 'runs-us-east-1', '--regions', 'us-east-1,us-west-2'];
    const quotas = async () => {
      const { code, stdout } = await cli(['doctor', ...two, '--json'], { cwd });
      const { checks } = JSON.parse(stdout) as { readonly checks: readonly Told[] };
      return { code, quotas: checks.filter(({ id }) => id === 'quota').map(({ state, message }) => ({ state, message })) };
    };
    const fill = async (region: string) => {
      const place = ['--region', region, '--bucket', `runs-${region}`, '--out', `${region}.jsonl`];
      const run = spawnCli(['run', 'in.csv', '--prompt', '{text}', '-v', ...at, ...place], { cwd });
      await run.said(/created/);
      run.process.kill('SIGKILL');
      await run.ended;
    };
    const full = '1 of 1 jobs are in use (1 of this ledger, 0 not): no slot is free';
    await fill('us-west-2');
    expect(await quotas()).toEqual({
      code: 0,
      quotas: [
        { state: 'ok', message: '0 of 1 jobs are in use (0 of this ledger, 0 not)' },
        { state: 'warn', message: `${full}, but in us-east-1` },
      ],
    });
    await fill('us-east-1');
    const none = { state: 'fail', message: full };
    expect(await quotas()).toEqual({ code: 5, quotas: [none, none] });
  });

  test('a server that does not answer is named, and what comes after it is not looked at', async () => {
    const { code, of } = await doctor(folderWith(), '--endpoint-url', 'http://127.0.0.1:9', '--model', MODEL);
    expect(code).toBe(5);
    expect(of('endpoint')).toMatchObject({ state: 'fail', remedy: expect.stringContaining('--endpoint-url') });
    expect(of('jobs')).toMatchObject({ state: 'skipped', message: 'not looked at, because of endpoint' });
  });

  test('a stack without a Region, and the states of one', async () => {
    const { code, target, of } = await doctor(folderWith(), '--stack', 'Runs');
    expect({ code, target }).toEqual({ code: 5, target: null });
    expect(of('settings')).toMatchObject({ state: 'fail', remedy: 'give --region NAME or set AWS_REGION' });
    const states = [
      'CREATE_COMPLETE',
      'UPDATE_COMPLETE',
      'UPDATE_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_FAILED',
    ];
    expect(states.map((status) => judgeStack('Runs', status).state)).toEqual(['ok', 'ok', 'warn', 'warn', 'fail']);
    const far = ['--stack', 'Runs', '--region', 'us-east-1', '--endpoint-url', 'http://127.0.0.1:9'];
    expect((await doctor(folderWith(), ...far, '--tail', 'on-demand')).of('tail')).toMatchObject({
      state: 'fail',
      remedy: 'leave out --tail, or --stack',
    });
  });

  test('for people it is a line for each check, and one below for what to do', async () => {
    const { stdout, stderr } = await cli(['doctor', '--bucket', 'a-bucket'], { cwd: folderWith() });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^✓ node {17}\d/);
    expect(stdout).toContain('✗ settings             bucket a-bucket is given, and no role');
    expect(stdout).toContain('\n                       → give --role-arn ARN');
  });
});
