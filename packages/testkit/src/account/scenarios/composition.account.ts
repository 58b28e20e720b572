import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { type Batch, BatchStack, deployBatch, MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

let account: Account;
let one: Batch;
let other: Batch;
beforeAll(async () => {
  account = await startAccount();
  const folder = synthesise((app) => {
    new BatchStack(app, 'One', { first: {}, second: {} });
    new BatchStack(app, 'Other', { only: {} });
  });
  one = await deployBatch(account, folder, 'One');
  other = await deployBatch(account, folder, 'Other');
  for (const { input } of [one, other]) await putRecords(account.clients.s3, input, 'in/a.jsonl');
});
afterAll(() => account?.close());

const input = { job_name: 'same', manifest_keys: ['in/a.jsonl', 'in/a.jsonl'], model_id: MODEL };
const answers = { status: 'Completed', manifest_key: 'in/a.jsonl', record_counts: { total: 100, succeeded: 100 } };

test('two fragments of one state machine run the same input at once, each with jobs of its own', async () => {
  const { machine, output } = one;
  const end = await endOf(account, await account.executions.start(machine, { first: input, second: input }));
  const answer = { ...answers, bucket: output };
  expect(end).toMatchObject({
    status: 'SUCCEEDED',
    output: [
      [answer, answer],
      [answer, answer],
    ],
  });
  expect(new Set((await account.bedrock.jobs()).map(({ jobName }) => jobName)).size).toBe(4);
});

test('one handler answers for both fragments', () => {
  expect(one.createFunctions).toHaveLength(2);
  expect(other.createFunctions).toHaveLength(1);
  expect(one.createFunctions.map((name) => account.functions.invocations(name))).toEqual([2, 2]);
});

test('two stacks each answer for their own jobs, though both see all events', async () => {
  const [before, mine] = [one, other].map(({ eventHandler }) => account.functions.invocations(eventHandler));
  const [left, right] = await Promise.all([
    account.executions.start(one.machine, { first: input, second: input }),
    account.executions.start(other.machine, { only: input }),
  ]);
  expect(await endOf(account, left)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await endOf(account, right)).toMatchObject({ status: 'SUCCEEDED', output: [answers, answers] });
  expect(account.functions.invocations(one.eventHandler)).toBeGreaterThanOrEqual((before ?? 0) + 6);
  expect(account.functions.invocations(other.eventHandler)).toBeGreaterThanOrEqual((mine ?? 0) + 6);
});

test('the foreign events were refused nothing and have failed nobody', async () => {
  expect(account.refusals()).toEqual([]);
  expect(await account.alarms.ringing()).toEqual([]);
  const failed = [one, other]
    .flatMap(({ eventHandler }) => account.functions.log(eventHandler))
    .filter((line) => /"ERROR"/.test(line));
  expect(failed).toEqual([]);
});
