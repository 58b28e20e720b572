import { ResultsFormat } from '@batchrock/cdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billOf } from '../bill/index.ts';
import { DATASET, type Orchestrator, observed, openOrchestrator, topics } from '../scenarios/orchestrator.ts';
import { memoryOf, usageDuring } from '../scenarios/run-usage.ts';
import { MODEL } from '../scenarios/scenario.ts';
import { report } from './report.ts';
import { rowsInOrder } from './rows-in-order.ts';

const ROWS = Number(process.env['SOAK_ROWS'] ?? 1_000_000);
const JOBS = 100;

/** A million rows through the whole state machine, in a hundred parts. */
describe(`${ROWS} rows in ${JOBS} parts`, () => {
  let orchestrator: Orchestrator;
  beforeAll(async () => {
    orchestrator = await openOrchestrator({ resultsFormat: ResultsFormat.CSV }, { stores: 'quick' });
    await orchestrator.put(DATASET, topics(ROWS));
  });
  afterAll(() => orchestrator?.account.close());

  test('every row has its response, in order, and no job was sent twice', async () => {
    const { account, bucket } = orchestrator;
    const began = account.clock.now();
    const usage = await usageDuring(observed(orchestrator), async () => {
      const execution = await orchestrator.start({
        s3_uri: `s3://${bucket}/${DATASET}`,
        job_name_prefix: 'soak',
        model_id: MODEL,
        prompt_id: 'joke_about_topic',
        // either alone would leave the planner another number
        max_records_per_job: ROWS / JOBS,
        max_num_jobs: JOBS,
      });
      const answer = await orchestrator.succeed(execution, 3_000);
      expect(answer).toMatchObject({ status: 'Completed', counts: { rows: ROWS, succeeded: ROWS, failed: 0, rejected: 0 } });
      expect(await rowsInOrder(orchestrator, answer)).toBe(ROWS);
      return execution;
    });
    const jobs = await account.bedrock.jobs();
    expect(jobs.map(({ status, message }) => message ?? status)).toEqual(Array.from({ length: JOBS }, () => 'Completed'));
    expect(new Set(jobs.map(({ clientRequestToken }) => clientRequestToken)).size).toBe(JOBS);
    expect(account.refusals()).toEqual([]);
    const memory = memoryOf(observed(orchestrator));
    report({ rows: ROWS, jobs: jobs.length, minutes: (account.clock.now() - began) / 60_000, memory, usage, usd: billOf(usage) });
    for (const { usedMB, givenMB } of Object.values(memory)) expect(usedMB).toBeLessThan(0.6 * givenMB);
  });
});
