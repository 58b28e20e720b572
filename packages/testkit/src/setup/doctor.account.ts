import { CreateModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ADMINISTRATOR, credentialsFor } from '../account/front/index.ts';
import { type DoctoredAccount, MODEL, openBefore, openDoctoredAccount } from './doctored-account.ts';

// What is broken in a set-up that was sound, and what doctor calls it. IAM is judged by iam-simulate, the rest is moto's.
const ACCOUNT = '123456789012';
const BUCKET = `batchrock-${ACCOUNT}-us-east-1`;
const ROLE = 'batchrock-jobs-us-east-1';
const RUNNER = credentialsFor(`arn:aws:iam::${ACCOUNT}:role/runner`);

let set: DoctoredAccount;
beforeAll(async () => {
  set = await openDoctoredAccount(['--model', MODEL, '--prefix', 'team/a'], { bedrock: { maxJobs: 100 } });
});
afterEach(() => set.mend());
afterAll(() => set?.close());

/** The policy of the role as `setup` prints it for the prefix of these tests. */
async function printedRolePolicy(): Promise<{ readonly Statement: readonly { readonly Sid: string }[] }> {
  const asked = ['--model', MODEL, '--prefix', 'team/a', '--region', 'us-east-1'];
  const { stdout } = await set.run(['setup', ...asked, '--print', '--json']);
  return JSON.parse(stdout).rolePolicy;
}

/** Checks that are not as they should be. */
const problems = async (argv?: readonly string[], who?: Parameters<DoctoredAccount['doctor']>[1]) => {
  const { code, checks } = await set.doctor(argv, who);
  const bad = [...checks.values()].filter(({ state }) => state === 'fail' || state === 'warn');
  return { code, bad: bad.map(({ id, state }) => `${state} ${id}`), checks };
};

test('what setup has made is sound, and nothing is left of the look', async () => {
  const { code, bad, checks } = await problems();
  expect({ code, bad }).toEqual({ code: 0, bad: [] });
  expect([...checks.keys()]).toEqual([
    ...['node', 'state-dir', 'disk', 'ledger', 'runs', 'settings', 'keys', 'endpoint', 'clock', 'identity'],
    ...['bucket', 'public-access', 'encryption', 'tls', 'lifecycle', 'key', 'objects'],
    ...['model', 'access', 'quota', 'limits', 'role', 'role-policy', 'pass-role', 'jobs'],
  ]);
  expect(checks.get('model')?.message).toContain('leads to us-east-1, us-east-2, us-west-2');
  expect(checks.get('quota')?.message).toContain('0 of 100 jobs');
  expect(set.account.refusals()).toEqual([]);
  const { Contents = [] } = await set.account.clients.s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents).toEqual([]);
  expect(await set.account.bedrock.jobs()).toEqual([]);
  const plain = await set.run(['doctor', '--model', MODEL]);
  expect(plain.stdout).toMatch(/^✓ node {17}\d/);
  expect(plain.stderr).toBe('');
});

test('a caller who may not pass the role is told, and how that is mended', async () => {
  const { code, bad, checks } = await problems([], await set.without('RoleOfJobs'));
  expect({ code, bad }).toEqual({ code: 5, bad: ['fail pass-role'] });
  expect(checks.get('pass-role')?.message).toContain(`is not allowed iam:PassRole on arn:aws:iam::${ACCOUNT}:role/${ROLE}`);
  expect(checks.get('pass-role')?.remedy).toContain(`batchrock setup --model ${MODEL} --region us-east-1`);
});

test('a caller who may not make jobs, list them or put objects is told which of it', async () => {
  const weak = await set.without('bedrock:CreateModelInvocationJob', 's3:PutObject');
  const { bad, checks } = await problems([], weak);
  expect(bad).toEqual(['fail objects', 'fail jobs']);
  expect(checks.get('objects')?.message).toContain('cannot be put:');
  expect(checks.get('jobs')?.message).toContain('bedrock:CreateModelInvocationJob on arn:aws:bedrock:us-east-1');
  const blind = await problems([], await set.without('ListOfJobs', 'Buckets'));
  expect(blind.bad).toEqual(['fail bucket', 'fail quota', 'fail jobs']);
  expect(blind.checks.get('objects')).toMatchObject({ state: 'skipped', message: 'not looked at, because of bucket' });
});

test('what the caller may not look at is a warning, and no failure', async () => {
  const { code, bad, checks } = await problems([], await set.without('LookAtBuckets', 'LookAtModels', 'LookAtRoles'));
  expect(code).toBe(0);
  const looks = ['public-access', 'encryption', 'tls', 'lifecycle', 'model', 'access', 'quota', 'limits', 'role'];
  expect(bad).toEqual([...looks, 'role-policy', 'pass-role', 'jobs'].map((id) => `warn ${id}`));
  expect(checks.get('role')?.remedy).toContain('iam:GetRole');
});

test('another Region than that of bucket, role and profile is told of each', async () => {
  const { code, bad, checks } = await problems(['--region', 'eu-west-1']);
  expect({ code, bad }).toEqual({ code: 5, bad: expect.arrayContaining(['fail bucket', 'fail model', 'fail role']) });
  expect(checks.get('bucket')).toMatchObject({
    message: `${BUCKET} is in us-east-1, and jobs would run in eu-west-1`,
    remedy: 'give --region us-east-1, or a bucket of eu-west-1',
  });
  expect(checks.get('model')?.message).toContain(`eu-west-1 does not offer the profile ${MODEL}, but amazon.nova-lite-v1:0`);
  expect(checks.get('role')?.message).toContain('and not jobs of 123456789012 in eu-west-1');
});

test('a second statement without conditions makes those of the trust policy void', async () => {
  const { stdout } = await set.run(['setup', '--model', MODEL, '--region', 'us-east-1', '--print', '--json']);
  const { trustPolicy } = JSON.parse(stdout);
  const [own] = trustPolicy.Statement;
  const { Condition: _, ...open } = own;
  const trust = (...Statement: object[]) =>
    set.account.clients.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument: JSON.stringify({ ...trustPolicy, Statement }) }),
    );
  await trust({ ...open, Sid: 'Open' }, own);
  const both = await problems();
  expect(both.bad).toEqual(['fail role']);
  expect(both.checks.get('role')?.message).toContain('its statement 1 has no condition on aws:SourceAccount and aws:SourceArn');
  expect(both.checks.get('pass-role')?.state).toBe('skipped');
  await trust(open);
  expect((await problems()).checks.get('role')?.message).toContain('Bedrock takes it for other accounts too');
  await trust({ ...own, Principal: { Service: 'lambda.amazonaws.com' } });
  expect((await problems()).checks.get('role')?.message).toContain('it does not trust bedrock.amazonaws.com');
});

test('a role that is not there, is of another account or may not do what jobs do', async () => {
  const { iam } = set.account.clients;
  const rolePolicy = await printedRolePolicy();
  const put = (Statement: readonly object[]) => {
    const PolicyDocument = JSON.stringify({ ...rolePolicy, Statement });
    return iam.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'batch-inference', PolicyDocument }));
  };
  await put(rolePolicy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Output'));
  const unwritable = await problems();
  expect(unwritable.bad).toEqual(['fail role-policy']);
  expect(unwritable.checks.get('role-policy')?.message).toContain(`s3:PutObject on arn:aws:s3:::${BUCKET}/team/a/runs/`);
  await put(rolePolicy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Models'));
  expect((await problems()).checks.get('role-policy')?.message).toContain('bedrock:InvokeModel on ');

  await iam.send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName: 'batch-inference' }));
  await iam.send(new DeleteRoleCommand({ RoleName: ROLE }));
  const gone = await problems();
  expect(gone.checks.get('role')?.message).toBe(`there is no role ${ROLE} in account ${ACCOUNT}`);
  expect(gone.checks.get('role-policy')?.message).toBe('not looked at, because of role');
  const foreign = await problems(['--role-arn', `arn:aws:iam::999999999999:role/${ROLE}`]);
  expect(foreign.checks.get('role')?.message).toContain('Bedrock takes no role of another');
});

test('a model without access, one that no Region offers, and one that is reached by a profile only', async () => {
  await set.account.bedrock.setFaults({ noAccess: true });
  const denied = await problems();
  expect(denied.bad).toEqual(['fail access']);
  expect(denied.checks.get('access')).toMatchObject({
    message:
      'the account has no access to amazon.nova-lite-v1:0: its agreement is not_available, the account is not_authorized, its entitlement is not_available',
    remedy: expect.stringContaining('/modelaccess'),
  });
  const direct = await problems(['--model', 'amazon.nova-premier-v1:0']);
  expect(direct.checks.get('model')?.message).toContain('is reached by a profile only: us.amazon.nova-premier-v1:0');
  const unknown = await problems(['--model', 'acme.new-model-v1:0']);
  expect(unknown.checks.get('model')?.message).toBe('us-east-1 does not offer acme.new-model-v1:0');
});

test('a quota that is full, and limits that are not those of the catalogue', async () => {
  const small = await openDoctoredAccount(['--model', MODEL], { bedrock: { maxJobs: 2, minRecords: 1 } });
  try {
    await small.account.bedrock.setFaults({ jobStuck: 1 });
    for (const jobName of ['theirs-1', 'theirs-2']) {
      await small.account.clients.bedrock.send(
        new CreateModelInvocationJobCommand({
          jobName,
          // another profile of the same model
          modelId: 'amazon.nova-lite-v1:0',
          roleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
          inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/x/` } },
          outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${BUCKET}/y/` } },
        }),
      );
    }
    const { code, checks } = await small.doctor();
    expect(code).toBe(5);
    expect(checks.get('quota')).toMatchObject({
      state: 'fail',
      message: '2 of 2 jobs are in use (0 of this ledger, 2 not): no slot is free',
      remedy: expect.stringContaining('servicequotas'),
    });
    const told = 'minRecords is 1 here, and 100 in the catalogue: runs take what is here';
    expect(checks.get('limits')).toMatchObject({ state: 'ok', message: told });
  } finally {
    await small.close();
  }
});

test('keys that have expired, that are of nobody, and a session that ends soon', async () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const expired = await problems([], { ...RUNNER, expiresAt: at(-60_000) });
  expect(expired.bad).toEqual(['fail keys']);
  expect(expired.checks.get('keys')?.remedy).toContain('aws sso login');
  expect(expired.checks.get('jobs')).toMatchObject({ state: 'skipped', message: 'not looked at, because of keys' });
  const soon = await problems([], { ...RUNNER, expiresAt: at(60_000) });
  expect(soon.bad).toEqual(['warn keys']);
  const nobody = await problems(['--profile', 'of-nobody-at-all']);
  expect(nobody.bad).toEqual(['fail keys']);

  const refuse = (code: string) => (body: string) =>
    body.includes('GetCallerIdentity')
      ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error></ErrorResponse>`
      : undefined;
  for (const [code, remedy] of [
    ['ExpiredToken', 'the session has expired'],
    ['InvalidClientTokenId', 'AWS_PROFILE'],
  ] as const) {
    const before = await openBefore(set.account.url, { answers: refuse(code) });
    const { bad, checks } = await problems(['--endpoint-url', before.url]);
    expect(bad).toEqual(['fail identity']);
    expect(checks.get('identity')?.remedy).toContain(remedy);
    expect(checks.get('bucket')?.state).toBe('skipped');
    await before.close();
  }
});

test('a clock that is wrong, and a server that is not there', async () => {
  const before = await openBefore(set.account.url, { behindMs: 20 * 60_000 });
  const { bad, checks } = await problems(['--endpoint-url', before.url]);
  expect(bad).toEqual(['fail clock']);
  expect(checks.get('clock')?.message).toMatch(
    /^this machine's clock is 1\d\d\d s ahead of the service's: signatures hold for 5 minutes$/,
  );
  await before.close();
  const gone = await problems(['--endpoint-url', before.url]);
  expect(gone.bad).toEqual(['fail endpoint']);
  expect(gone.checks.get('endpoint')?.message).toContain(`${before.url} cannot be reached`);
});

test('a bucket that is not there, or is kept badly', async () => {
  const { s3 } = set.account.clients;
  const none = ['--bucket', 'none-of-that-name'];
  expect((await problems(none, ADMINISTRATOR)).checks.get('bucket')?.message).toBe('there is no bucket none-of-that-name');
  expect((await problems(none)).checks.get('bucket')?.message).toContain('or may not be listed');
  const Bucket = BUCKET;
  await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  const { code, bad, checks } = await problems();
  expect({ code, bad }).toEqual({ code: 0, bad: ['warn public-access', 'warn tls', 'warn lifecycle'] });
  expect(checks.get('lifecycle')?.remedy).toContain('--prefix team/a');
});

test('a bucket under a key: one that is sound, that the role may not use, that is disabled, and that goes', async () => {
  const { kms } = set.account.clients;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { Arn: KeyId = '', KeyId: id } = KeyMetadata ?? {};
  await set.mend('--kms-key', KeyId);
  const sound = await problems();
  expect(sound.bad).toEqual([]);
  expect(sound.checks.get('key')?.message).toBe(`${KeyId} is enabled`);
  const actions = set.account.verdicts().map(({ action }) => action);
  const used = new Set(actions.filter((action) => action.startsWith('kms:')));
  expect([...used]).toEqual(['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt']);

  const { iam } = set.account.clients;
  const PolicyDocument = JSON.stringify(await printedRolePolicy());
  await iam.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'batch-inference', PolicyDocument }));
  const unreadable = await problems();
  expect(unreadable.bad).toEqual(['fail role-policy']);
  expect(unreadable.checks.get('role-policy')?.message).toBe(`jobs would not be allowed kms:Decrypt on ${KeyId} and 1 more`);
  expect(unreadable.checks.get('role-policy')?.remedy).toContain(`--kms-key ${KeyId}`);

  await kms.send(new DisableKeyCommand({ KeyId: id }));
  const disabled = await problems();
  expect(disabled.checks.get('key')).toMatchObject({
    state: 'fail',
    message: `the key ${KeyId} is Disabled: nothing in the bucket can be read or written`,
    remedy: `aws kms enable-key --key-id ${KeyId}`,
  });
  expect(disabled.checks.get('objects')).toMatchObject({ state: 'skipped', message: 'not looked at, because of key' });
  await kms.send(new EnableKeyCommand({ KeyId: id }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
  expect((await problems()).checks.get('key')?.remedy).toContain('cancel-key-deletion');
});
