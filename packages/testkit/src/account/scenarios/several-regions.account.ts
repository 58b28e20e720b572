import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { addPeople, type People, RUNNER, roleArn } from './people.ts';

// Setup, doctor, run and setup --remove for two Regions with a key each, each call judged by the policies that setup writes.
const MODEL = 'amazon.nova-lite-v1:0';
const ROWS = 4_000;
const JOBS = 'batchrock-jobs-us-east-1';
let account: Account;
let commands: CommandLine;
let people: People;
let request: readonly string[];
let keys: readonly string[];

beforeAll(async () => {
  account = await startAccount();
  commands = openCommandLine(account);
  const { kms, kmsElsewhere } = account.clients;
  const made = [await kms.send(new CreateKeyCommand({})), await kmsElsewhere.send(new CreateKeyCommand({}))];
  keys = made.map(({ KeyMetadata }) => KeyMetadata?.Arn ?? '');
  const kmsKey = `us-east-1=${keys[0]},us-west-2=${keys[1]}`;
  request = ['--model', MODEL, '--regions', 'us-east-1,us-west-2', '--kms-key', kmsKey];
  writeFileSync(join(commands.cwd, 'in.csv'), `text\n${Array.from({ length: ROWS }, (_, i) => `row ${i}\n`).join('')}`);
  const print = ['setup', ...request, '--print', 'policies', '--account', account.place.account];
  const { setupPolicy } = await commands.succeed(print, { isStill: true });
  people = await addPeople(account, setupPolicy);
});
afterAll(async () => {
  commands?.close();
  await account?.close();
});

const arnOf = (role: string) => roleArn(account, role);
const bucketIn = (region: string) => `batchrock-${account.place.account}-${region}`;

test('setup makes a bucket in each Region, and one role for the jobs of both', async () => {
  const made = await commands.succeed(['setup', ...request, '--yes'], people.installer);
  expect(made['settings']).toMatchObject({
    bucket: bucketIn('us-east-1'),
    regions: ['us-east-1', `us-west-2=${bucketIn('us-west-2')}`],
  });
  await people.letRun(made['callerPolicyArn']);
  expect((await commands.batchrock(['setup', ...request, '--diff', '--exit-status'], people.installer)).code).toBe(0);
  expect(account.refusals()).toEqual([]);
});

test('doctor looks at both, and finds nothing to mend', async () => {
  const found = await commands.succeed(['doctor', '--model', MODEL], { ...people.runner, isStill: true });
  const told = (found['checks'] as readonly { readonly id: string; readonly region?: string; readonly state: string }[]).filter(
    ({ id }) => ['bucket', 'model', 'quota', 'role-policy', 'jobs', 'key'].includes(id),
  );
  expect(told.filter(({ region, state }) => region === 'us-west-2' && state === 'ok')).toHaveLength(6);
  expect(account.refusals()).toEqual([]);
});

test('run has jobs in both, and every answer; nobody was allowed anything for nothing', async () => {
  const command = ['run', 'in.csv', '--model', MODEL, '--prompt', 'Classify: {text}', '--records-per-job', '1000'];
  const ran = await commands.succeed([...command, '--slots', '2', '--out', 'out.jsonl', '--yes'], people.runner);
  expect(ran).toMatchObject({ state: 'ended', rows: ROWS, succeeded: ROWS, target: 'us-east-1, us-west-2' });
  expect(readFileSync(join(commands.cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(ROWS);
  const jobs = await account.bedrock.jobs();
  expect(jobs.map(({ jobArn }) => jobArn.split(':')[3]).sort()).toEqual(['us-east-1', 'us-east-1', 'us-west-2', 'us-west-2']);
  const used = account.verdicts().filter(({ action }) => action === 'kms:GenerateDataKey' || action === 'kms:Decrypt');
  expect([...new Set(used.map(({ resource }) => resource))].sort()).toEqual([...keys].sort());
  expect(account.refusals()).toEqual([]);
  const unused = (await account.unusedStatements()).filter(({ roleArn }) => [arnOf(JOBS), arnOf(RUNNER)].includes(roleArn));
  expect(unused.map(({ statement }) => statement['Sid'])).toEqual([]);
});

test('setup --remove takes role and policy away, and leaves what was answered', async () => {
  const removed = await commands.succeed(['setup', ...request, '--remove', '--yes'], people.installer);
  const changes = (removed['steps'] as readonly { readonly resource: string; readonly change: string }[]).map(
    ({ resource, change }) => `${resource} ${change}`,
  );
  expect(changes.filter((each) => each === 'bucket keep')).toHaveLength(2);
  expect(account.refusals()).toEqual([]);
});
