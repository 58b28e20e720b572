import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BedrockClient, CreateModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { CreateRoleCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ADMINISTRATOR, credentialsFor } from '../account/front/index.ts';
import { type DoctoredAccount, MODEL, openBefore, openDoctoredAccount } from './doctored-account.ts';

// A set-up for two Regions of which one is broken, and what doctor calls it. IAM is judged by iam-simulate, the rest is moto's.
const ACCOUNT = '123456789012';
const ROLE = 'batchrock-jobs-us-east-1';
const BUCKETS = { east: `batchrock-${ACCOUNT}-us-east-1`, west: `batchrock-${ACCOUNT}-us-west-2` };
const OF_A_REGION = [
  ...['bucket', 'public-access', 'encryption', 'tls', 'lifecycle', 'key', 'objects'],
  ...['model', 'access', 'quota', 'limits'],
];
const HOME = ['--model', MODEL, '--region', 'us-east-1'];

let set: DoctoredAccount;
beforeAll(async () => {
  set = await openDoctoredAccount(['--model', MODEL, '--regions', 'us-east-1,us-west-2'], { bedrock: { maxJobs: 2 } });
});
afterEach(() => set.mend());
afterAll(() => set?.close());

/** Checks that are not as they should be. */
const problems = async (argv?: readonly string[], who?: Parameters<DoctoredAccount['doctor']>[1]) => {
  const { code, checks } = await set.doctor(argv, who);
  const bad = [...checks].filter(([, { state }]) => state === 'fail' || state === 'warn');
  return { code, bad: bad.map(([name, { state }]) => `${state} ${name}`), checks };
};

/** What `setup` prints for the first Region alone. */
async function printedForOne() {
  const { stdout } = await set.run(['setup', ...HOME, '--regions', 'us-east-1', '--print', '--json']);
  return JSON.parse(stdout) as Readonly<Record<'trustPolicy' | 'rolePolicy' | 'callerPolicy', object>>;
}

test('each Region is looked at, and what is the same in all of them once', async () => {
  const { code, bad, checks } = await problems();
  expect({ code, bad }).toEqual({ code: 0, bad: [] });
  const inEach = (ids: readonly string[]) => ['us-east-1', 'us-west-2'].flatMap((region) => ids.map((id) => `${id} ${region}`));
  expect([...checks.keys()]).toEqual([
    ...['node', 'state-dir', 'disk', 'ledger', 'runs', 'settings', 'keys', 'endpoint', 'clock', 'identity'],
    ...inEach(OF_A_REGION),
    ...['role', ...inEach(['role-policy']), 'pass-role', ...inEach(['jobs'])],
  ]);
  expect(checks.get('model us-west-2')?.message).toContain(`us-west-2 offers ${MODEL}, which leads to us-east-1`);
  expect(checks.get('role')?.message).toContain('in us-east-1, us-west-2, and nobody else');
  expect(set.account.refusals()).toEqual([]);
  expect(await set.account.bedrock.jobs()).toEqual([]);
  const plain = await set.run(['doctor', '--model', MODEL]);
  expect(plain.stdout).toContain(`✓ bucket               us-west-2: ${BUCKETS.west} is in us-west-2, of account ${ACCOUNT}\n`);
});

test('a bucket that is not there, and one in another Region, leave the first Region sound', async () => {
  const none = await problems(['--regions', 'us-east-1,us-west-2=none-of-that-name'], ADMINISTRATOR);
  expect(none.code).toBe(5);
  expect(none.checks.get('bucket us-east-1')?.state).toBe('ok');
  expect(none.checks.get('objects us-east-1')?.state).toBe('ok');
  expect(none.checks.get('bucket us-west-2')).toMatchObject({
    state: 'fail',
    message: 'there is no bucket none-of-that-name',
    remedy: `batchrock setup ${HOME.join(' ')} --bucket ${BUCKETS.east} --regions us-east-1,us-west-2=none-of-that-name --role-name ${ROLE}`,
  });
  expect(none.checks.get('objects us-west-2')).toMatchObject({
    state: 'skipped',
    message: 'not looked at, because of bucket',
  });
  const wrong = await problems(['--regions', `us-east-1,us-west-2=${BUCKETS.east}`]);
  expect(wrong.bad).toEqual(['fail bucket us-west-2']);
  expect(wrong.checks.get('bucket us-west-2')).toMatchObject({
    message: `${BUCKETS.east} is in us-east-1, and jobs would run in us-west-2`,
    remedy: 'give --regions …,us-west-2=BUCKET with a bucket of us-west-2',
  });
});

test('a model without access in one Region, one that a Region does not offer, and a profile that leads too far', async () => {
  const denied = JSON.stringify({
    modelId: MODEL,
    agreementAvailability: { status: 'NOT_AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  });
  const before = await openBefore(set.account.url, {
    status: 200,
    answers: (_, { path, region }) => (region === 'us-west-2' && path.includes('availability') ? denied : undefined),
  });
  const noAccess = await problems(['--endpoint-url', before.url]);
  await before.close();
  expect(noAccess).toMatchObject({ code: 5, bad: ['fail access us-west-2'] });
  expect(noAccess.checks.get('access us-west-2')).toMatchObject({
    message: 'the account has no access to amazon.nova-lite-v1:0: its agreement is not_available',
    remedy: expect.stringContaining('region=us-west-2'),
  });
  const absent = await problems(['--regions', `us-east-1,eu-west-1=${BUCKETS.west}`]);
  expect(absent.checks.get('model us-east-1')?.state).toBe('ok');
  expect(absent.checks.get('model eu-west-1')?.message).toContain(`eu-west-1 does not offer the profile ${MODEL}`);
  expect(absent.checks.get('quota eu-west-1')).toMatchObject({ state: 'skipped', message: 'not looked at, because of model' });
  const far = await problems(['--residency', 'us-east-1,us-west-2']);
  expect(far.bad).toEqual(expect.arrayContaining(['fail model us-east-1', 'fail model us-west-2']));
  expect(far.checks.get('model us-west-2')?.message).toBe(
    `${MODEL} sends rows to us-east-2 too, and --residency is us-east-1,us-west-2`,
  );
});

test('a residency of rows, which the caller has to ask about profiles for', async () => {
  const file = join(set.folder, 'batchrock.config.json');
  const before = readFileSync(file, 'utf8');
  const residency = ['us-east-1', 'us-east-2', 'us-west-2'];
  expect((await problems(['--residency', residency.join(',')])).bad).toEqual(['fail jobs us-east-1', 'fail jobs us-west-2']);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(before), residency }));
  await set.mend();
  const sound = await problems();
  writeFileSync(file, before);
  expect(sound.bad).toEqual([]);
});

test('a role and a caller whose policies are for the first Region alone', async () => {
  const { iam } = set.account.clients;
  const { trustPolicy, rolePolicy, callerPolicy } = await printedForOne();
  const trust = new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument: JSON.stringify(trustPolicy) });
  await iam.send(trust);
  const untrusted = await problems();
  expect(untrusted.bad).toEqual(['fail role']);
  expect(untrusted.checks.get('role')?.message).toContain(`and not jobs of ${ACCOUNT} in us-west-2`);
  expect(untrusted.checks.get('role')?.remedy).toContain(`--regions us-east-1,us-west-2=${BUCKETS.west}`);

  await set.mend();
  const PolicyDocument = JSON.stringify(rolePolicy);
  await iam.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'batch-inference', PolicyDocument }));
  const unread = await problems();
  expect(unread.bad).toEqual(['fail role-policy us-west-2']);
  expect(unread.checks.get('role-policy us-west-2')?.message).toContain(`s3:ListBucket on arn:aws:s3:::${BUCKETS.west}`);

  const AssumeRolePolicyDocument = JSON.stringify(trustPolicy);
  await iam.send(new CreateRoleCommand({ RoleName: 'of-one', AssumeRolePolicyDocument }));
  const policy = { RoleName: 'of-one', PolicyName: 'less', PolicyDocument: JSON.stringify(callerPolicy) };
  await iam.send(new PutRolePolicyCommand(policy));
  await set.mend();
  const weak = await problems([], credentialsFor(`arn:aws:iam::${ACCOUNT}:role/of-one`));
  expect(weak.bad).toEqual(['fail bucket us-west-2', 'fail jobs us-west-2']);
  expect(weak.checks.get('jobs us-west-2')?.message).toContain('bedrock:CreateModelInvocationJob on arn:aws:bedrock:us-west-2');
});

test('buckets under a key of each Region, one of which is disabled', async () => {
  const { kms, kmsElsewhere } = set.account.clients;
  const [east, west] = [await kms.send(new CreateKeyCommand({})), await kmsElsewhere.send(new CreateKeyCommand({}))].map(
    ({ KeyMetadata }) => KeyMetadata?.Arn ?? '',
  );
  const keys = `us-east-1=${east},us-west-2=${west}`;
  await set.mend('--kms-key', keys);
  const sound = await problems();
  expect(sound.bad).toEqual([]);
  expect(sound.checks.get('key us-west-2')?.message).toBe(`${west} is enabled`);
  await kmsElsewhere.send(new DisableKeyCommand({ KeyId: west.split('/')[1] }));
  const disabled = await problems();
  expect(disabled.bad).toEqual(['fail key us-west-2']);
  expect(disabled.checks.get('objects us-east-1')?.state).toBe('ok');
  expect(disabled.checks.get('objects us-west-2')).toMatchObject({
    state: 'skipped',
    message: 'not looked at, because of key',
  });
  const other = await problems(['--kms-key', `us-east-1=${east},us-west-2=alias/of-nobody`], ADMINISTRATOR);
  expect(other.checks.get('key us-west-2')?.message).toBe('there is no key alias/of-nobody, which --kms-key names');
});

/** Jobs of somebody else, as many as the quota of a Region. */
async function fillQuota(region: string, bucket: string): Promise<void> {
  await set.account.bedrock.setFaults({ jobStuck: 1 });
  const there = new BedrockClient({ endpoint: set.account.url, region, credentials: ADMINISTRATOR });
  for (const jobName of ['theirs-1', 'theirs-2']) {
    await there.send(
      new CreateModelInvocationJobCommand({
        jobName,
        modelId: 'amazon.nova-lite-v1:0',
        roleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${bucket}/x/` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${bucket}/y/` } },
      }),
    );
  }
  there.destroy();
}

// last: its jobs stay
test('a quota that is full in one Region alone keeps no run from working, and one that is full in all does', async () => {
  await fillQuota('us-west-2', BUCKETS.west);
  const { code, bad, checks } = await problems();
  expect({ code, bad }).toEqual({ code: 0, bad: ['warn quota us-west-2'] });
  expect(checks.get('quota us-east-1')?.message).toContain('0 of 2 jobs');
  const full = '2 of 2 jobs are in use (0 of this ledger, 2 not): no slot is free';
  expect(checks.get('quota us-west-2')).toMatchObject({
    message: `${full}, but in us-east-1`,
    remedy: expect.stringContaining('us-west-2.console.aws.amazon.com/servicequotas'),
  });
  await fillQuota('us-east-1', BUCKETS.east);
  const all = await problems();
  expect(all).toMatchObject({ code: 5, bad: ['fail quota us-east-1', 'fail quota us-west-2'] });
  expect(all.checks.get('quota us-east-1')?.message).toBe(full);
});
