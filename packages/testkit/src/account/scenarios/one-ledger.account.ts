import { CreateModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchLedgerStack, BatchOrchestratorStack, ResultsFormat } from '@batchrock/cdk';
import { createChance, type JobTimes, OUR_WATCH, play, type Watch } from '@batchrock/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../account.ts';
import type { ListedJob } from '../bedrock/index.ts';
import type { DeployedStack } from '../resources/index.ts';
import { DATASET, type RunOutput, topics } from './orchestrator.ts';
import { endWithin } from './pass-until.ts';
import { putRecords } from './records.ts';
import { MODEL } from './scenario.ts';
import { slotUse } from './slot-use.ts';
import { synthesise } from './synthesise.ts';

const QUOTA = 3;
const PARTS = 5;
const MINUTE = 60_000;
const STACKS = ['one', 'two'] as const;

let account: Account;
let stacks: readonly DeployedStack[];

beforeAll(async () => {
  account = await startAccount({ bedrock: { maxJobs: QUOTA } });
  const assembly = synthesise((app) => {
    const { ledger } = new BatchLedgerStack(app, 'Slots');
    const props = { ledger, resultsFormat: ResultsFormat.CSV, maxSubmittedAndInProgressJobs: QUOTA };
    for (const name of STACKS) new BatchOrchestratorStack(app, name, props);
  });
  await account.deploy(assembly, 'Slots');
  stacks = [await account.deploy(assembly, 'one'), await account.deploy(assembly, 'two')];
  for (const stack of stacks) {
    const Bucket = bucketOf(stack);
    await account.clients.s3.send(new PutObjectCommand({ Bucket, Key: DATASET, Body: topics(100 * PARTS) }));
  }
});

afterAll(async () => {
  try {
    expect(account?.refusals()).toEqual([]);
  } finally {
    await account?.close();
  }
});

const bucketOf = (stack: DeployedStack): string => stack.find('AWS::S3::Bucket')[0] ?? '';

function start(stack: DeployedStack, prefix: string): Promise<string> {
  return account.executions.start(stack.find('AWS::StepFunctions::StateMachine')[0] ?? '', {
    s3_uri: `s3://${bucketOf(stack)}/${DATASET}`,
    job_name_prefix: prefix,
    model_id: MODEL,
    prompt_id: 'joke_about_topic',
    max_records_per_job: 100,
  });
}

/** A job of somebody else in the account, under a role that is there. */
async function foreignJob(jobName: string): Promise<void> {
  const [stack] = stacks as [DeployedStack];
  const key = `runs/${jobName}/input/0.jsonl`;
  await putRecords(account.clients.s3, bucketOf(stack), key);
  const [role = ''] = stack.find('AWS::IAM::Role', 'OrchestratorBedrockRole');
  await account.clients.bedrock.send(
    new CreateModelInvocationJobCommand({
      jobName,
      roleArn: `arn:aws:iam::${account.place.account}:role/${role}`,
      modelId: MODEL,
      inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${bucketOf(stack)}/${key}` } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${bucketOf(stack)}/runs/${jobName}/output/` } },
    }),
  );
}

test('two stacks and somebody else share a quota: it is never exceeded, and stands empty for less than a twentieth of the time', async () => {
  const { bedrock } = account;
  await bedrock.setFaults({
    jobRunMs: { 'one-*': 40 * MINUTE, 'two-*': 55 * MINUTE, 'others-a': 30 * MINUTE, 'others-b': 75 * MINUTE },
  });
  await foreignJob('others-a');
  await foreignJob('others-b');
  const executions = [await start(stacks[0]!, 'one'), await start(stacks[1]!, 'two')];
  const ends = [await endWithin(account, executions[0]!, 600), await endWithin(account, executions[1]!, 600)];
  for (const { status, output } of ends) {
    expect(status).toBe('SUCCEEDED');
    expect(output as RunOutput).toMatchObject({ status: 'Completed', counts: { rows: 100 * PARTS, succeeded: 100 * PARTS } });
  }
  const jobs = await bedrock.jobs();
  for (const [i, name] of STACKS.entries()) {
    const own = jobs.filter(({ jobName }) => jobName.startsWith(`${name}-`));
    expect(own.map(({ status }) => status)).toEqual(Array.from({ length: PARTS }, () => 'Completed'));
    for (const { inputUri } of own) expect(inputUri.startsWith(`s3://${bucketOf(stacks[i]!)}/runs/`)).toBe(true);
  }
  const ours = slotUse(jobs, QUOTA, ['one-', 'two-']);
  expect(ours.most).toBe(QUOTA);
  expect(ours.empty).toBeLessThan(0.05);

  // the same jobs without those of others, under other ways to share three slots
  const apart = STACKS.map((name) => playedBy([name], 1, OUR_WATCH, jobs));
  const polled = playedBy(STACKS, QUOTA, { by: 'poll', everyMinutes: 15 }, jobs);
  const shared = playedBy(STACKS, QUOTA, OUR_WATCH, jobs);
  const table = {
    measured: { minutes: ours.minutes, empty: ours.empty },
    'one ledger': { minutes: shared.minutes, empty: emptyOf([shared]) },
    'a share of one slot each': { minutes: Math.max(...apart.map(({ minutes }) => minutes)), empty: emptyOf(apart) },
    'a look every 15 minutes': { minutes: polled.minutes, empty: emptyOf([polled]) },
  };
  if (process.env['ACCOUNT_TABLE'] === '1') process.stdout.write(`${JSON.stringify(table, null, 2)}\n`);
  expect(table['one ledger'].minutes).toBeLessThan(table['a look every 15 minutes'].minutes);
  expect(table['a look every 15 minutes'].minutes).toBeLessThan(table['a share of one slot each'].minutes);
});

/** How the runs of those stacks go where each job takes as long as it took. */
function playedBy(names: readonly string[], slots: number, watch: Watch, jobs: readonly ListedJob[]) {
  const minutesOf = (name: string): number => {
    const own = jobs.filter(({ jobName }) => jobName.startsWith(`${name}-`));
    return own.reduce((sum, { submittedAt, endedAt = 0 }) => sum + (endedAt - submittedAt), 0) / own.length / MINUTE;
  };
  // the number of its records tells whose a part is
  const minutes = new Map(names.map((name, i) => [100 + i, minutesOf(name)]));
  const times: JobTimes = {
    draw: (records) => minutes.get(records) ?? 0,
    expect: (records) => minutes.get(records) ?? 0,
  };
  const runs = names.map((_, i) => ({ parts: Array.from({ length: PARTS }, () => 100 + i) }));
  return play({ lanes: [{ slots, times }], runs, watch }, createChance(1));
}

/** Share of the quota's time in which no job ran, until the last had ended. */
function emptyOf(played: readonly { readonly minutes: number; readonly jobMinutes: number }[]): number {
  const minutes = Math.max(...played.map((each) => each.minutes));
  return 1 - played.reduce((sum, { jobMinutes }) => sum + jobMinutes, 0) / (QUOTA * minutes);
}
