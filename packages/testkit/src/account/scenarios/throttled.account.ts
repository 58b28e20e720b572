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
