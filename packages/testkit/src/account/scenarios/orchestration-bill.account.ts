import { partRecordsFor, resolveModel } from '@batchrock/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { billOfCalls, type JobsUsage, usageOfMoreJobs } from '../bill/index.ts';
import { DATASET, type Orchestrator, observed, openOrchestrator, topics } from './orchestrator.ts';
import { type OriginalOrchestrator, openOriginalOrchestrator } from './original-orchestrator.ts';
import { usageDuring } from './run-usage.ts';
import { MODEL } from './scenario.ts';

const RECORDS = 1_000_000;
/** Of the original: a job of a thousand records. */
const JOBS_OF_THE_ORIGINAL = RECORDS / 1_000;
/** Jobs at once, by the context that the original comes with. */
const SLOTS = 20;
/** As large as ours are planned for these. */
const PLANNED = partRecordsFor({ estimatedRows: RECORDS, slots: SLOTS, limits: resolveModel(MODEL).limits });
const JOBS = Math.ceil(RECORDS / PLANNED);

let ours: Orchestrator;
let original: OriginalOrchestrator;
beforeAll(async () => {
  [ours, original] = await Promise.all([openOrchestrator({}, { stores: 'quick' }), openOriginalOrchestrator()]);
});
afterAll(async () => {
  await ours?.account.close();
  await original?.close();
});

async function runOurs(jobs: number): Promise<JobsUsage> {
  const key = `${jobs}/${DATASET}`;
  await ours.put(key, topics(jobs * 100));
  const usage = await usageDuring(observed(ours), async () => {
    const execution = await ours.start({
      s3_uri: `s3://${ours.bucket}/${key}`,
      job_name_prefix: `of-${jobs}`,
      model_id: MODEL,
      prompt_id: 'joke_about_topic',
      max_records_per_job: 100,
    });
    expect(await ours.succeed(execution)).toMatchObject({ counts: { succeeded: jobs * 100 } });
    return execution;
  });
  return { jobs, usage };
}

test('the calls of a million records cost a tenth of those of the original at most, each with jobs of its default size', async () => {
  const [few, more] = [await runOurs(1), await runOurs(3)];
  const [fewOfOriginal, moreOfOriginal] = [await original.run(1, 100), await original.run(3, 100)];
  const usd = billOfCalls(usageOfMoreJobs(few, more, JOBS));
  const usdOfOriginal = billOfCalls(usageOfMoreJobs(fewOfOriginal, moreOfOriginal, JOBS_OF_THE_ORIGINAL));
  expect(usdOfOriginal).toBeGreaterThan(0.05);
  expect(usd / usdOfOriginal).toBeLessThan(0.1);
});
