import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createS3ObjectStore, type S3ObjectStore } from '@batchrock/aws';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openMotoEnvironment } from '../account/moto/index.ts';
import { startMoto } from '../clients/moto.ts';
import type { ForeignServer } from '../clients/python-server.ts';
import { commandLine } from '../deploy/command-line.ts';

// S3, IAM and STS that are not ours: what `setup` makes is read back with the SDK.
const ACCOUNT = '123456789012';
const BUCKET = `batchrock-${ACCOUNT}-us-east-1`;
const ROLE = 'batchrock-jobs-us-east-1';
const POLICY = `arn:aws:iam::${ACCOUNT}:policy/batchrock-run-us-east-1`;
const MODEL = 'us.amazon.nova-lite-v1:0';
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: '' };

let moto: ForeignServer;
let log: string;
let folder: string;
let iam: IAMClient;
let s3: S3Client;
const before = Object.fromEntries(Object.keys(KEYS).map((name) => [name, process.env[name]]));

beforeAll(async () => {
  log = mkdtempSync(join(tmpdir(), 'batchrock-setup-'));
  moto = await startMoto((await openMotoEnvironment()).bin, log);
  // the SDK's own chain of credentials reads them
  Object.assign(process.env, KEYS);
  const client = { endpoint: moto.url, region: 'us-east-1' };
  iam = new IAMClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
});
beforeEach(async () => {
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  folder = mkdtempSync(join(tmpdir(), 'batchrock-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  iam?.destroy();
  s3?.destroy();
  await moto?.close();
  rmSync(log, { recursive: true, force: true });
});

const run = (argv: readonly string[], answers?: string) =>
  commandLine([...argv, '--region', 'us-east-1', '--endpoint-url', moto.url], folder, { ...(answers && { answers }) });
const setup = (...argv: string[]) => run(['setup', '--model', MODEL, ...argv]);
const json = async (...argv: string[]) => JSON.parse((await setup(...argv, '--json')).stdout);
const changes = ({ steps }: { readonly steps: readonly { readonly change: string }[] }) => steps.map(({ change }) => change);

test('an empty account is made ready, and the same command again finds nothing to do', async () => {
  const nobody = await setup();
  expect(nobody).toMatchObject({ code: 2, stdout: '' });
  expect(nobody.stderr).toContain('nothing was changed: nobody has agreed');
  const shown = await setup('--diff', '--exit-status');
  expect(shown.code).toBe(7);
  expect(shown.stdout).toContain(`+ bucket ${BUCKET}\n    + public access\n`);
  await expect(s3.send(new HeadBucketCommand({ Bucket: BUCKET }))).rejects.toThrow();

  const made = await run(['setup', '--model', MODEL], 'y');
  expect(made.code, made.stderr).toBe(0);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
  const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''));
  expect(trust.Statement).toHaveLength(1);
  expect(Object.keys(trust.Statement[0].Condition)).toEqual(['StringEquals', 'ArnLike']);
  const settings = JSON.parse(readFileSync(join(folder, 'batchrock.config.json'), 'utf8'));
  expect(settings).toEqual({
    region: 'us-east-1',
    bucket: BUCKET,
    tagInput: 'true',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
  });

  expect(changes(await json('--diff'))).toEqual(['none', 'none', 'none']);
  expect((await setup('--yes')).stderr).toContain('everything is as it should be');
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: POLICY }));
  expect(Versions).toHaveLength(1);
});

test('what differs is changed, again and again, and only that', async () => {
  await setup('--yes');
  for (const model of [
    'amazon.nova-micro-v1:0',
    'amazon.nova-pro-v1:0',
    MODEL,
    'amazon.nova-premier-v1:0',
    MODEL,
    'cohere.embed-v4:0',
  ]) {
    const { steps } = await json('--model', model, '--yes');
    expect(changes({ steps }).slice(0, 2)).toEqual(['none', 'update']);
  }
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: POLICY }));
  expect(Versions.length).toBeLessThanOrEqual(5);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: ROLE,
      PolicyName: 'batch-inference',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'Other', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
      }),
    }),
  );
  const shown = await run(['setup', '--model', MODEL, '--model', 'cohere.embed-v4:0', '--diff']);
  expect(shown.stdout).toContain(`~ role ${ROLE}\n    ~ policy\n      - {"Sid":"Other"`);
  expect((await setup('--input-days', '7', '--yes')).code).toBe(0);
  const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
  expect(Rules?.map(({ ID, Expiration }) => [ID, Expiration?.Days])).toEqual([
    ['batchrock-input', 7],
    ['batchrock-uploads', undefined],
  ]);
});

test('a bucket of somebody else keeps what it has, and has it again when the set-up is removed', async () => {
  const Bucket = 'data-of-a-team';
  const own = { Sid: 'Mine', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: `arn:aws:s3:::${Bucket}` };
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [own] }) }));
  const rule = { ID: 'mine', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }));
  expect((await setup('--bucket', Bucket, '--prefix', 'batch', '--yes')).code).toBe(0);
  const sids = async () => {
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    return JSON.parse(Policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
  };
  const rules = async () => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules?.map(({ ID }) => ID);
  expect(await sids()).toEqual(['Mine', 'OnlyOverTls']);
  expect(await rules()).toEqual(['mine', 'batchrock-input', 'batchrock-uploads']);

  // its names come from the file that setup wrote
  const removed = await run(['setup', '--remove', '--yes']);
  expect(removed.code, removed.stderr).toBe(0);
  expect(await sids()).toEqual(['Mine']);
  expect(await rules()).toEqual(['mine']);
  await expect(iam.send(new GetRoleCommand({ RoleName: ROLE }))).rejects.toThrow(/not found/i);
  await expect(iam.send(new GetPolicyCommand({ PolicyArn: POLICY }))).rejects.toThrow(/not found/i);
});

test('what it has made is taken away again, but for a bucket that holds something', async () => {
  await setup('--yes');
  await iam.send(new CreateRoleCommand({ RoleName: 'data-team', AssumeRolePolicyDocument: '{}' }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'data-team', PolicyArn: POLICY }));
  // moto refuses by a policy of a bucket without a look at its conditions
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'runs/r-1/run.json', Body: '{}' }));
  const kept = await run(['setup', '--remove', '--yes']);
  expect(kept.code, kept.stderr).toBe(0);
  expect(kept.stderr).toContain(
    '- policy batchrock-run-us-east-1\n    taken from role data-team\n- role batchrock-jobs-us-east-1\n',
  );
  expect(kept.stderr).toContain(`= bucket ${BUCKET}  stays\n    it has objects`);
  await s3.send(new HeadBucketCommand({ Bucket: BUCKET }));
  expect((await run(['setup', '--remove', '--yes'])).stderr).toContain('nothing of it is there');
});

test('what somebody else has made is neither changed nor removed', async () => {
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: '{}' }));
  const refused = await setup('--yes');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain(`BR-E0216 role ${ROLE} exists, and setup has not made it`);
  await expect(s3.send(new HeadBucketCommand({ Bucket: BUCKET }))).rejects.toThrow();
  expect((await run(['setup', '--remove', '--yes'])).stderr).toContain(`= role ${ROLE}  stays\n    somebody else has made it`);
  await iam.send(new GetRoleCommand({ RoleName: ROLE }));
});

test('the input of jobs alone has the tag that the lifecycle of the bucket goes by', async () => {
  await setup('--yes');
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
  const store = createS3ObjectStore({
    endpoint: moto.url,
    region: 'us-east-1',
    bucket: BUCKET,
    prefix: 'input',
    tagsInput: true,
  });
  // whole, and in parts of 5 MiB
  for (const [key, bytes] of [
    ['runs/r-1/input/00000-1/00000.jsonl', 100],
    ['runs/r-1/input/00000-1/00001.jsonl', 6 << 20],
    ['runs/r-1/outcomes/input/00000-1.jsonl', 100],
  ] as const) {
    await put(store, key, bytes);
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: `input/${key}` }));
    expect(TagSet).toEqual(key.includes('r-1/input') ? [Rules?.[0]?.Filter?.Tag] : []);
  }
  store.destroy();
});

test('what is written lies under the key that is named, whatever key the bucket has', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'plain' }));
  const kms = new KMSClient({ endpoint: moto.url, region: 'us-east-1' });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  kms.destroy();
  const at = { endpoint: moto.url, region: 'us-east-1', bucket: 'plain' };
  const keyed = createS3ObjectStore({ ...at, kmsKey: KeyMetadata?.Arn ?? '' });
  const plain = createS3ObjectStore(at);
  // whole, and in parts of 5 MiB
  await put(keyed, 'small', 100);
  await put(keyed, 'large', 6 << 20);
  await put(plain, 'other', 100);
  const keys = await Promise.all(
    ['small', 'large', 'other'].map(async (Key) => (await s3.send(new HeadObjectCommand({ Bucket: 'plain', Key }))).SSEKMSKeyId),
  );
  expect(keys).toEqual([KeyMetadata?.Arn, KeyMetadata?.Arn, undefined]);
  expect(await plain.head('large')).toMatchObject({ size: 6 << 20 });
  keyed.destroy();
  plain.destroy();
});

test('key and network of a set-up are settings of runs, until it has none', async () => {
  const key = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  const settings = () => JSON.parse(readFileSync(join(folder, 'batchrock.config.json'), 'utf8'));
  const made = await setup('--kms-key', key, '--subnet', 'subnet-0a', '--security-group', 'sg-0a', '--yes');
  expect(made.code, made.stderr).toBe(0);
  expect(settings()).toMatchObject({ kmsKey: key, subnets: ['subnet-0a'], securityGroups: ['sg-0a'] });
  expect((await setup('--yes')).code).toBe(0);
  expect(Object.keys(settings())).toEqual(['region', 'bucket', 'tagInput', 'roleArn']);
});

/** What a Region's bucket is encrypted by. */
async function keyOfBucket(region: string): Promise<string | undefined> {
  const there = new S3Client({ endpoint: moto.url, region, forcePathStyle: true });
  const Bucket = `batchrock-${ACCOUNT}-${region}`;
  const { ServerSideEncryptionConfiguration } = await there.send(new GetBucketEncryptionCommand({ Bucket }));
  there.destroy();
  return ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
}

/** The ids of moto's multi-Region keys are longer than those that AWS makes and Bedrock takes. */
const MULTI = `arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-0123456789abcdef0123456789abcdef`;

/** A key of each Region, and an alias that both have. */
async function makeKeys(): Promise<readonly string[]> {
  const own: string[] = [];
  for (const region of ['us-east-1', 'us-west-2']) {
    const client = new KMSClient({ endpoint: moto.url, region });
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    own.push(KeyMetadata?.Arn ?? '');
    await client.send(new CreateAliasCommand({ AliasName: 'alias/runs', TargetKeyId: KeyMetadata?.KeyId }));
    client.destroy();
  }
  return own;
}

const TWO = ['--regions', 'us-east-1,us-west-2'];

test('the buckets of two Regions are encrypted by a multi-Region key, by an alias of both, or each by its own', async () => {
  const own = await makeKeys();
  const [east = '', west = ''] = own;
  const asked = [
    [MULTI, [MULTI, MULTI.replace('us-east-1', 'us-west-2')]],
    ['alias/runs', own],
    [`us-east-1=${east},us-west-2=${west}`, own],
  ] as const;
  for (const [key, keys] of asked) {
    const made = await setup(...TWO, '--kms-key', key, '--yes');
    expect(made.code, made.stderr).toBe(0);
    expect([await keyOfBucket('us-east-1'), await keyOfBucket('us-west-2')]).toEqual(keys);
    expect(changes(await json(...TWO, '--kms-key', key, '--diff'))).toEqual(['none', 'none', 'none', 'none']);
    expect(JSON.parse(readFileSync(join(folder, 'batchrock.config.json'), 'utf8')).kmsKey).toBe(key);
    const { stdout } = await setup(...TWO, '--kms-key', key, '--print');
    const { rolePolicy, callerPolicy, setupPolicy } = JSON.parse(stdout);
    for (const { Statement } of [rolePolicy, callerPolicy]) {
      const used = Statement.filter(({ Sid }: { Sid: string }) => Sid.startsWith('KeyOf'));
      expect(used.map(({ Resource }: { Resource: string }) => Resource)).toEqual(keys);
    }
    const looked = setupPolicy.Statement.find(({ Sid }: { Sid: string }) => Sid === 'KeysBehindAliases');
    expect(looked?.Resource).toEqual(key === 'alias/runs' ? own : undefined);
  }
  const removed = await run(['setup', '--remove', '--yes']);
  expect(removed.code, removed.stderr).toBe(0);
  expect((await run(['setup', '--remove', '--yes'])).stderr).toContain('nothing of it is there');
});

test('a key of one Region beside two, and an alias that one of them has not, are refused before anything is made', async () => {
  const [east = ''] = await makeKeys();
  const single = await setup(...TWO, '--kms-key', east, '--yes');
  expect(single).toMatchObject({ code: 2, stderr: expect.stringContaining('a multi-Region key (mrk-…), or a key for each') });
  const half = await setup(...TWO, '--kms-key', `us-east-1=${east}`, '--yes');
  expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('a key of us-west-2 in it') });
  const nobody = await setup(...TWO, '--kms-key', 'alias/of-nobody', '--yes');
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('has no key of that name') });
  const blind = await setup(...TWO, '--kms-key', 'alias/runs', '--print', '--account', ACCOUNT);
  expect(blind).toMatchObject({ code: 2, stderr: expect.stringContaining('give --kms-key ARN') });
  await expect(s3.send(new HeadBucketCommand({ Bucket: BUCKET }))).rejects.toThrow();
});

async function put(store: S3ObjectStore, key: string, bytes: number): Promise<void> {
  const sink = store.create(key);
  let left = bytes;
  for (let block = sink.block(); left > 0; ) {
    const length = Math.min(left, block.length);
    left -= length;
    block = await sink.write(block.subarray(0, length));
  }
  await sink.commit();
}

test('a file of settings that is broken is refused before anything is looked at', async () => {
  writeFileSync(join(folder, 'batchrock.config.json'), '{"bukcet": "x"}');
  expect(await setup('--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0134') });
});
