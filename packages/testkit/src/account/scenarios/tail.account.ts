import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { addPeople, type People, RUNNER, roleArn } from './people.ts';

// Tails on demand, each call judged by the policies that setup writes: without `--tail on-demand` nobody but the jobs may ask a model.
const MODEL = 'us.amazon.nova-lite-v1:0';
const SMALL = 12;
const LARGE = 300;
const JOBS = 'batchrock-jobs-us-east-1';
const TAIL = ['--tail', 'on-demand'];
const setUp = ['setup', '--model', MODEL];
let account: Account;
let commands: CommandLine;
let people: People;

beforeAll(async () => {
  account = await startAccount();
  commands = openCommandLine(account);
  for (const [name, rows] of Object.entries({ small: SMALL, large: LARGE })) {
    const lines = Array.from({ length: rows }, (_, i) => `row ${i} of ${name}\n`);
    writeFileSync(join(commands.cwd, `${name}.csv`), `text\n${lines.join('')}`);
  }
  const print = [...setUp, ...TAIL, '--print', 'policies', '--account', account.place.account];
  const { setupPolicy } = await commands.succeed(print, { isStill: true });
  people = await addPeople(account, setupPolicy);
  const { callerPolicyArn } = await commands.succeed([...setUp, '--yes'], people.installer);
  await people.letRun(callerPolicyArn);
});
beforeEach(() => {
  refusalsBefore = account.refusals().length;
});
afterAll(async () => {
  commands?.close();
  await account?.close();
});

let refusalsBefore = 0;
const newRefusals = () => account.refusals().slice(refusalsBefore);
const arnOf = (role: string) => roleArn(account, role);
const modelIn = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-lite-v1:0`;
const profile = () => `arn:aws:bedrock:us-east-1:${account.place.account}:inference-profile/${MODEL}`;
const asks = (file: string) => ['run', `${file}.csv`, '--model', MODEL, '--prompt', 'Classify: {text}', ...TAIL, '--yes'];

/** What the runner was allowed to ask a model for, each once. */
function asked(): readonly string[] {
  const own = account
    .verdicts()
    .filter(({ principal, action }) => principal.kind === 'role' && principal.roleArn === arnOf(RUNNER) && /Invoke/.test(action));
  return [...new Set(own.filter(({ allowed }) => allowed).map(({ resource }) => resource))];
}

/** What doctor says of tails. */
async function doctor() {
  const { code, stdout } = await commands.batchrock(['doctor', '--model', MODEL, ...TAIL, '--json'], {
    ...people.runner,
    isStill: true,
  });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly id: string; readonly remedy?: string }[] };
  return { code, tail: checks.find(({ id }) => id === 'tail') };
}

const linesOf = (name: string) => readFileSync(join(commands.cwd, name), 'utf8').trimEnd().split('\n');

test('a run is refused by the policy of a set-up without tails, and told which permission it lacks and what gives it', async () => {
  const refused = await commands.batchrock([...asks('small'), '--out', 'small.jsonl'], people.runner);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('BR-E0501');
  expect(refused.stderr).toContain(`is not authorized to perform bedrock:InvokeModel on ${profile()}`);
  expect(refused.stderr).toContain(`batchrock setup --tail on-demand --model ${MODEL}`);
  expect(asked()).toEqual([]);
  expect(new Set(newRefusals().map(({ action }) => action))).toEqual(new Set(['bedrock:InvokeModel']));
  expect(await account.bedrock.jobs()).toEqual([]);
  const { code, tail } = await doctor();
  expect(code).toBe(5);
  expect(tail).toMatchObject({
    state: 'fail',
    message: expect.stringContaining(`bedrock:InvokeModel on ${profile()} and 3 more`),
  });
  expect(tail?.remedy).toMatch(/^attach to the caller the policy that batchrock setup .* --tail on-demand makes$/);
});

test('setup --tail on-demand adds it, and the same command goes on with the run', async () => {
  expect((await commands.batchrock([...setUp, ...TAIL, '--diff', '--exit-status'], people.installer)).code).toBe(7);
  await commands.succeed([...setUp, ...TAIL, '--yes'], people.installer);
  await account.readIam();
  expect((await commands.batchrock([...setUp, ...TAIL, '--diff', '--exit-status'], people.installer)).code).toBe(0);
  expect(await doctor()).toMatchObject({ code: 0, tail: { state: 'ok' } });

  const ran = await commands.succeed([...asks('small'), '--out', 'small.jsonl'], people.runner);
  expect(ran).toMatchObject({ state: 'ended', rows: SMALL, succeeded: SMALL, onDemand: { records: SMALL } });
  expect(linesOf('small.jsonl')).toHaveLength(SMALL);
  // a policy that left out a Region of the profile would refuse what is sent there
  expect(asked()).toEqual([profile(), ...['us-east-1', 'us-east-2', 'us-west-2'].map(modelIn)]);
  expect(newRefusals()).toEqual([]);
});

test.each(['invoke-model', 'converse'])('%s is allowed by the same statement', async (type) => {
  const ran = await commands.succeed(
    [...asks('small'), '--invocation-type', type, '--new', '--out', `${type}.jsonl`],
    people.runner,
  );
  expect(ran).toMatchObject({ state: 'ended', succeeded: SMALL, onDemand: { records: SMALL } });
  expect(await account.bedrock.jobs()).toEqual([]);
  expect(newRefusals()).toEqual([]);
});

test('a run of jobs whose failed records go on demand is allowed all of it, and no statement is for nothing', async () => {
  await account.bedrock.setFaults({ recordFail: { 'batchrock-*': 0.1 }, recordCodes: [500] });
  const ran = await commands.succeed([...asks('large'), '--records-per-job', '100', '--out', 'large.jsonl'], people.runner);
  const { records } = ran['onDemand'] as { readonly records: number };
  expect(ran).toMatchObject({ state: 'ended', rows: LARGE, succeeded: LARGE, attempt: 2 });
  expect(records).toBeGreaterThan(0);
  expect(records).toBeLessThan(100);
  expect(await account.bedrock.jobs()).toHaveLength(3);
  expect(linesOf('large.jsonl')).toHaveLength(LARGE);
  expect(newRefusals()).toEqual([]);
  const unused = (await account.unusedStatements()).filter(({ roleArn }) => [arnOf(JOBS), arnOf(RUNNER)].includes(roleArn));
  // what doctor alone looks at
  expect(unused.map(({ statement }) => statement['Sid']).filter((sid) => !String(sid).startsWith('LookAt'))).toEqual([]);
});
