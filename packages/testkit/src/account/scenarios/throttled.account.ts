import { ResultsFormat } from '@batchrock/cdk';
import { beforeAll, expect, test } from 'vitest';
import { DATASET, topics, useOrchestrator } from './orchestrator.ts';
import { MODEL } from './scenario.ts';

const ROWS = 320;
const orchestrator = useOrchestrator({ resultsFormat: ResultsFormat.CSV });
beforeAll(() => orchestrator.put(DATASET, topics(ROWS)));

test('a run whose table refuses every second call for its load ends with every row, and one job a part', async () => {
  const { account, bucket } = orchestrator;
  const execution = await orchestrator.start({
    s3_uri: `s3://${bucket}/${DATASET}`,
    job_name_prefix: 'busy',
    model_id: MODEL,
    prompt_id: 'joke_about_topic',
    max_records_per_job: 100,
  });
  account.tables.throttle(0.5);
  const answer = await orchestrator.succeed(execution, 180);
  account.tables.throttle(0);
  expect(answer).toMatchObject({ status: 'Completed', counts: { rows: ROWS, succeeded: ROWS } });
  expect(account.tables.throttled).toBeGreaterThan(100);
  const jobs = (await account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith('busy-'));
  expect(jobs.map(({ status }) => status)).toEqual(['Completed', 'Completed', 'Completed']);
  expect(new Set(jobs.map(({ jobName }) => jobName)).size).toBe(3);
});

test('a table that refuses one function after the other, again and again, ends no execution', async () => {
  const { account, bucket } = orchestrator;
  const refuse = (id: string): void => account.tables.throttle(1, `Functions${id}`);
  refuse('Prepare');
  const execution = await orchestrator.start({
    s3_uri: `s3://${bucket}/${DATASET}`,
    job_name_prefix: 'refused',
    model_id: MODEL,
    prompt: 'Refuse {topic}',
  });
  for (const [id, next] of [['Prepare', 'Follow'], ['Follow', 'Export'], ['Export']]) {
    const failures = account.functions.errors(orchestrator.functionName(id ?? ''));
    await orchestrator.passUntil(() => failures.length >= 3);
    expect(await account.executions.look(execution)).toBeUndefined();
    if (next === undefined) account.tables.throttle(0);
    else refuse(next);
  }
  expect(await orchestrator.succeed(execution)).toMatchObject({ counts: { rows: ROWS, succeeded: ROWS } });
});
