import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BedrockClient,
  GetModelInvocationJobCommand,
  ListTagsForResourceCommand,
  paginateListModelInvocationJobs,
} from '@aws-sdk/client-bedrock';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, HeadBucketCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMINISTRATOR } from '../front/index.ts';
import { type Account, startAccount } from '../index.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { addPeople, type People, RUNNER, roleArn } from './people.ts';

// Setup, doctor, run, results and setup --remove in processes of their own, each call judged by the policies that setup prints.
const MODEL = 'us.amazon.nova-lite-v1:0';
const ROWS = 120;
let account: Account;
let commands: CommandLine;
let people: People;
let printed: Record<'trustPolicy' | 'rolePolicy' | 'callerPolicy' | 'setupPolicy', { readonly Statement: readonly unknown[] }>;
let request: readonly string[];

beforeAll(async () => {
  account = await startAccount();
  commands = openCommandLine(account);
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},"row ${i}, with a comma"\n`).join('');
  writeFileSync(join(commands.cwd, 'in.csv'), `id,text\n${rows}`);
  const { KeyMetadata } = await account.clients.kms.send(new CreateKeyCommand({}));
  const network = ['--subnet', 'subnet-0123456789abcdef0', '--security-group', 'sg-0123456789abcdef0'];
  account.topics.add(topic());
  const notify = ['--notify', topic(), '--notify', bus()];
  request = ['--model', MODEL, '--prefix', 'team/a', '--kms-key', KeyMetadata?.Arn ?? '', ...network, ...notify];
  const print = ['setup', ...request, '--print', 'policies', '--account', account.place.account];
  printed = (await commands.succeed(print, { isStill: true })) as typeof printed;
  people = await addPeople(account, printed.setupPolicy);
});
afterAll(async () => {
  commands?.close();
  await account?.close();
});

const arnOf = (role: string) => roleArn(account, role);
const bucket = () => `batchrock-${account.place.account}-us-east-1`;
const JOBS = 'batchrock-jobs-us-east-1';
const topic = () => `arn:aws:sns:us-east-1:${account.place.account}:ends-of-runs`;
const bus = () => `arn:aws:events:us-east-1:${account.place.account}:event-bus/default`;

/** The statements that a role has not needed, by their names. */
async function unusedOf(role: string): Promise<readonly unknown[]> {
  const unused = await account.unusedStatements();
  return unused.filter(({ roleArn }) => roleArn === arnOf(role)).map(({ statement }) => statement['Sid']);
}

/** What a role was allowed so far. */
function actionsOf(role: string): ReadonlySet<string> {
  const of = account.verdicts().filter(({ principal }) => principal.kind === 'role' && principal.roleArn === arnOf(role));
  return new Set(of.map(({ action }) => action));
}

test('setup makes what it has printed', async () => {
  const made = await commands.succeed(['setup', ...request, '--yes'], people.installer);
  expect(made).toMatchObject({ action: 'setup', settings: { bucket: bucket(), prefix: 'team/a', roleArn: arnOf(JOBS) } });
  const { Role } = await account.clients.iam.send(new GetRoleCommand({ RoleName: JOBS }));
  expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(printed.trustPolicy);
  await people.letRun(made['callerPolicyArn']);
  expect((await commands.batchrock(['setup', ...request, '--diff', '--exit-status'], people.installer)).code).toBe(0);
  expect(account.refusals()).toEqual([]);
});

test('doctor finds it sound', async () => {
  const { isSound, checks } = await commands.succeed(['doctor', '--model', MODEL, '--notify'], {
    ...people.runner,
    isStill: true,
  });
  expect(account.topics.messages(topic())).toMatchObject([{ attributes: { type: 'Batchrock Test' } }]);
  const others = (checks as { readonly state: string }[]).filter(({ state }) => state !== 'ok');
  // there is no ledger yet, and so no runs
  expect({ isSound, others }).toEqual({
    isSound: true,
    others: ['ledger', 'runs'].map((id) => expect.objectContaining({ id, state: 'skipped' })),
  });
  expect(account.refusals()).toEqual([]);
});

test('run brings every row its answer, and results writes them again', async () => {
  const command = ['run', 'in.csv', '--model', MODEL, '--prompt', 'Classify: {text}', '--out', 'out.jsonl', '--yes'];
  const kept = ['--tag', 'team=search', '--bucket-owner', account.place.account];
  const ran = await commands.succeed([...command, ...kept], people.runner);
  expect(ran).toMatchObject({ state: 'ended', rows: ROWS, succeeded: ROWS, synthetic: false, target: 'us-east-1' });
  await commands.succeed(['results', String(ran['run']), '-o', 'again.jsonl'], people.runner);
  const [out, again] = ['out.jsonl', 'again.jsonl'].map((name) => readFileSync(join(commands.cwd, name), 'utf8'));
  const [, told, ...others] = account.topics.messages(topic());
  expect(others).toEqual([]);
  expect(told).toMatchObject({
    subject: `Batchrock run ${ran['run']}: succeeded`,
    attributes: { type: 'Batchrock Run Ended' },
  });
  expect(JSON.parse(told?.message ?? '')).toMatchObject({ run: ran['run'], rows: { total: ROWS, succeeded: ROWS } });
  expect(out?.trimEnd().split('\n')).toHaveLength(ROWS);
  expect(again).toBe(out);
  expect(account.refusals()).toEqual([]);
});

test('its job lies under the key, in the subnets, and nothing of the policies of caller and role was for nothing', async () => {
  const { url: endpoint, place } = account;
  const bedrock = new BedrockClient({ endpoint, region: place.region, credentials: ADMINISTRATOR });
  const pages = await Array.fromAsync(paginateListModelInvocationJobs({ client: bedrock }, {}));
  const [job, ...others] = pages.flatMap(({ invocationJobSummaries = [] }) => invocationJobSummaries);
  expect(others).toEqual([]);
  const { outputDataConfig, vpcConfig } = await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: job?.jobArn }));
  expect(outputDataConfig?.s3OutputDataConfig?.s3EncryptionKeyId).toBe(request[request.indexOf('--kms-key') + 1]);
  expect(vpcConfig).toEqual({ subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] });
  const { tags } = await bedrock.send(new ListTagsForResourceCommand({ resourceARN: job?.jobArn }));
  expect(tags).toEqual([{ key: 'team', value: 'search' }]);
  bedrock.destroy();
  expect({ caller: await unusedOf(RUNNER), role: await unusedOf(JOBS) }).toEqual({ caller: [], role: [] });
  const asked = ['bedrock:InvokeModel', 's3:ListBucket', 's3:GetObject', 's3:PutObject', 'kms:Decrypt', 'kms:GenerateDataKey'];
  expect([...actionsOf(JOBS)]).toEqual(expect.arrayContaining([...asked, 'ec2:CreateNetworkInterface']));
  expect(account.verdicts().some(({ principal }) => principal.kind === 'service')).toBe(true);
  expect(account.refusals()).toEqual([]);
});

test('setup --remove takes all of it away but what was answered, and the bucket when that is gone', async () => {
  const remove = ['setup', ...request, '--remove', '--yes'];
  const kept = await commands.succeed(remove, people.installer);
  expect(kept['steps']).toMatchObject([{ change: 'remove' }, { change: 'remove' }, { resource: 'bucket', change: 'keep' }]);
  const { s3 } = account.clients;
  const Bucket = bucket();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  await commands.succeed(remove, people.installer);
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toThrow();
  expect(await unusedOf('installer')).toEqual([]);
  expect(account.refusals()).toEqual([]);
});
