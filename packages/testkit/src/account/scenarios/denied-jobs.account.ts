import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';

// Jobs whose role lacks a statement of what setup gives it: S3 is asked with the role's own keys, each call judged by its policy.
const MODEL = 'us.amazon.nova-lite-v1:0';
const RoleName = 'batchrock-jobs-us-east-1';
const ROWS = 600;
const SLOTS = 2;
const setUp = ['setup', '--model', MODEL, '--yes'];
let account: Account;
let commands: CommandLine;

beforeAll(async () => {
  account = await startAccount();
  commands = openCommandLine(account);
  writeFileSync(join(commands.cwd, 'in.csv'), `text\n${Array.from({ length: ROWS }, (_, i) => `row ${i}\n`).join('')}`);
});
afterAll(async () => {
  commands?.close();
  await account?.close();
});

/** Takes a statement from the role of the jobs; `setup` gives it back. */
async function deny(sid: string): Promise<void> {
  const { iam } = account.clients;
  const { PolicyNames: [PolicyName] = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  const policy = JSON.parse(decodeURIComponent(PolicyDocument)) as { readonly Statement: readonly { readonly Sid: string }[] };
  const Statement = policy.Statement.filter((each) => each.Sid !== sid);
  expect(Statement).toHaveLength(policy.Statement.length - 1);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify({ ...policy, Statement }) }));
  await account.readIam();
}

async function setup(): Promise<void> {
  await commands.succeed(setUp, { isStill: true });
  await account.readIam();
}

const ask = (name: string) => {
  const out = ['--out', `${name}.jsonl`, '--max-attempts', '1', '--slots', String(SLOTS), '--yes'];
  return ['run', 'in.csv', '--model', MODEL, '--prompt', `${name}: {text}`, '--records-per-job', '100', ...out];
};
const textsIn = (name: string): readonly string[] =>
  readFileSync(join(commands.cwd, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly text: string }).text);

test('a run whose jobs may not read their input is blocked by the first of them, and resumed ends whole', async () => {
  const [sid, action] = ['Input', 's3:GetObject'];
  await setup();
  await deny(sid);
  const before = (await account.bedrock.jobs()).length;
  const blocked = await commands.batchrock(ask(sid));
  expect(blocked.code).toBe(4);
  expect(blocked.stderr).toContain('BR-E0513');
  expect(blocked.stderr).toContain(action);
  expect(blocked.stderr).toContain('batchrock doctor');
  expect((await account.bedrock.jobs()).slice(before).map(({ status }) => status)).toEqual(['Failed', 'Failed']);
  const status = await commands.batchrock(['status', '--json'], { isStill: true });
  expect(JSON.parse(status.stdout)).toMatchObject({ state: 'running', pending: ROWS, failed: 0, blocked: { code: 'BR-E0513' } });
  // in vain: one look more, and nothing is lost by it
  expect((await commands.batchrock(['resume'])).code).toBe(4);

  await setup();
  expect(await commands.succeed(['resume'])).toMatchObject({ state: 'ended', rows: ROWS, succeeded: ROWS, failed: 0 });
  expect(textsIn(sid)).toEqual(Array.from({ length: ROWS }, (_, i) => `row ${i}`));
  const ends = (await account.bedrock.jobs()).slice(before).map(({ status }) => status);
  expect(ends.filter((end) => end === 'Completed')).toHaveLength(ROWS / 100);
  expect(ends.filter((end) => end === 'Failed').length).toBeLessThanOrEqual(2 * SLOTS);
});
