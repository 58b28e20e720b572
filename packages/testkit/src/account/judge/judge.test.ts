import { expect, test } from 'vitest';
import { type Judge, openJudge } from './judge.ts';
import { type Permission, type Principal, permission } from './permission.ts';

const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' };
const roleArn = 'arn:aws:iam::111122223333:role/r';
const role: Principal = { kind: 'role', roleArn };
const table = 'arn:aws:dynamodb:us-east-1:111122223333:table/t';
const job = 'arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/abcdefghijkl';
const bedrock: Principal = { kind: 'service', name: 'bedrock.amazonaws.com', sourceArn: job };

const policy = (...statements: readonly object[]) => ({
  Version: '2012-10-17',
  Statement: statements as Record<string, unknown>[],
});
const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

function withRole(...statements: readonly object[]): Judge {
  const judge = openJudge(place);
  judge.addRole(roleArn, policy());
  judge.attach(roleArn, 'p', policy(...statements));
  return judge;
}

const ask = async (judge: Judge, asked: Permission, principal: Principal = role) => (await judge.judge(principal, asked)).allowed;

test('a role may do what its statements allow, on the resources that they name, and nothing else', async () => {
  const judge = withRole(allow(['dynamodb:PutItem', 'dynamodb:Query'], [table, `${table}/index/open`]));
  expect(await ask(judge, permission('dynamodb:PutItem', table))).toBe(true);
  expect(await ask(judge, permission('dynamodb:Query', `${table}/index/open`))).toBe(true);
  expect(await ask(judge, permission('dynamodb:Query', `${table}/index/other`))).toBe(false);
  expect(await ask(judge, permission('dynamodb:DeleteItem', table))).toBe(false);
  expect(await ask(judge, permission('dynamodb:PutItem', `${table}2`))).toBe(false);
});

test('an action without a resource needs a statement on all of them', async () => {
  const judge = withRole(allow('states:SendTaskSuccess', '*'), allow('states:SendTaskFailure', 'arn:aws:states:::x'));
  expect(await ask(judge, permission('states:SendTaskSuccess', '*'))).toBe(true);
  expect(await ask(judge, permission('states:SendTaskFailure', '*'))).toBe(false);
});

test('conditions count', async () => {
  const judge = withRole(allow('iam:PassRole', roleArn, { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } }));
  const pass = (service: string) => permission('iam:PassRole', roleArn, { 'iam:PassedToService': service });
  expect(await ask(judge, pass('bedrock.amazonaws.com'))).toBe(true);
  expect(await ask(judge, pass('lambda.amazonaws.com'))).toBe(false);
});

test('a profile may be a resource of CreateModelInvocationJob, and the statement that allows it is known', async () => {
  const profile = 'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.a.b-v1:0';
  const create = permission('bedrock:CreateModelInvocationJob', profile);
  const judge = withRole(allow('s3:GetObject', '*'), allow('bedrock:CreateModelInvocationJob', profile));
  expect(await judge.judge(role, create)).toMatchObject({ allowed: true, by: ['p#2'] });
  expect(await ask(withRole(allow('bedrock:CreateModelInvocationJob', `${profile}x`)), create)).toBe(false);
});

test('a role that nobody made may do nothing', async () => {
  expect(await ask(openJudge(place), permission('s3:GetObject', 'arn:aws:s3:::b/k'))).toBe(false);
});

test('an action that does not exist is refused, whatever is allowed', async () => {
  expect(await ask(withRole(allow('*', '*')), permission('s3:HeadObject', 'arn:aws:s3:::b/k'))).toBe(false);
});

test('a service assumes a role under the conditions of its trust policy only', async () => {
  const judge = openJudge(place);
  const condition = (account: string) => ({
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': 'arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/*' },
  });
  const trusting = (account: string) =>
    policy({
      Effect: 'Allow',
      Principal: { Service: 'bedrock.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: condition(account),
    });
  judge.addRole(roleArn, trusting('111122223333'));
  const assume = permission('sts:AssumeRole', roleArn);
  expect(await ask(judge, assume, bedrock)).toBe(true);
  expect(await ask(judge, assume, { kind: 'service', name: 'events.amazonaws.com', sourceArn: job })).toBe(false);
  expect(await ask(judge, assume, { kind: 'service', name: 'bedrock.amazonaws.com', sourceArn: roleArn })).toBe(false);
  judge.addRole(roleArn, trusting('999999999999'));
  expect(await ask(judge, assume, bedrock)).toBe(false);
});

test('the policy of a bucket counts for its objects, and a denial there wins', async () => {
  const judge = withRole(allow('s3:GetObject', '*'));
  const get = permission('s3:GetObject', 'arn:aws:s3:::b/k');
  judge.addResourcePolicy(
    'arn:aws:s3:::b',
    policy({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  );
  expect(await ask(judge, get)).toBe(true);
  judge.addResourcePolicy(
    'arn:aws:s3:::b',
    policy({ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }),
  );
  expect(await ask(judge, get)).toBe(false);
  expect(await ask(judge, permission('s3:GetObject', 'arn:aws:s3:::b2/k'))).toBe(true);
});

test('a statement is unused until a request that it allowed', async () => {
  const judge = withRole(allow('dynamodb:PutItem', table), allow('dynamodb:GetItem', table));
  const unused = () => judge.unusedStatements().map(({ id }) => id);
  await ask(judge, permission('dynamodb:DeleteItem', table));
  expect(unused()).toEqual(['p#1', 'p#2']);
  await ask(judge, permission('dynamodb:GetItem', table));
  expect(unused()).toEqual(['p#1']);
});

test('what was decided of one object counts for others that the same patterns match, and for no other', async () => {
  const objects = 'arn:aws:s3:::bucket/';
  const judge = withRole(
    allow('s3:GetObject', [`${objects}in/*`, `${objects}part-?.jsonl`]),
    { Effect: 'Deny', Action: 's3:GetObject', Resource: `${objects}in/secret/*` },
    { Effect: 'Allow', Action: 's3:PutObject', NotResource: `${objects}in/*` },
  );
  const read = async (key: string) => ask(judge, permission('s3:GetObject', `${objects}${key}`));
  const write = async (key: string) => ask(judge, permission('s3:PutObject', `${objects}${key}`));
  for (const key of ['in/a', 'in/b', 'in/deep/c', 'part-1.jsonl', 'part-2.jsonl']) expect(await read(key), key).toBe(true);
  for (const key of ['in/secret/a', 'in/secret/b', 'input', 'part-10.jsonl', 'part-1xjsonl'])
    expect(await read(key), key).toBe(false);
  expect([await write('in/a'), await write('out/a'), await write('in/b'), await write('out/b')]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(judge.verdicts.map(({ resource }) => resource)).toContain(`${objects}in/deep/c`);
});
