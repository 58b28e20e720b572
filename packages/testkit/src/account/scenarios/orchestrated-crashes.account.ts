import { ResultsFormat } from '@batchrock/cdk';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CrashMoment } from '../functions/index.ts';
import { DATASET, topics, useOrchestrator } from './orchestrator.ts';
import { MODEL } from './scenario.ts';

const ROWS = 130;
const orchestrator = useOrchestrator({ resultsFormat: ResultsFormat.CSV });
beforeAll(() => orchestrator.put(DATASET, topics(ROWS)));

/** `ACCOUNT_ALL=1` kills after every call; on every change one in the middle has to do. */
const CALLS = process.env['ACCOUNT_ALL'] === '1' ? Array.from({ length: 20 }, (_, i) => i + 1) : [6];

describe('a function that is killed leaves one job a part, and every row with one response', () => {
  test.each(['Prepare', 'Follow', 'Kick', 'Collect', 'Sweep', 'Export'])('%s', async (id) => {
    const { account, bucket } = orchestrator;
    const moments: readonly CrashMoment[] = [...CALLS.map((afterCalls) => ({ afterCalls })), 'after'];
    let struck = 0;
    // with its events, a run of one part is over before anybody sweeps
    if (id === 'Sweep') account.bus.faults.drop(Number.POSITIVE_INFINITY);
    for (const [i, moment] of moments.entries()) {
      const prefix = `${id.toLowerCase()}${i}x`;
      const plan = account.functions.crashNext(orchestrator.functionName(id), moment);
      const execution = await orchestrator.start({
        s3_uri: `s3://${bucket}/${DATASET}`,
        job_name_prefix: prefix,
        model_id: MODEL,
        prompt: `${prefix} {topic}`,
      });
      const answer = await orchestrator.succeed(execution, 120);
      if (plan.hasStruck) struck += 1;
      expect(answer).toMatchObject({ status: 'Completed', counts: { rows: ROWS, succeeded: ROWS } });
      const jobs = (await account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith(`${prefix}-`));
      expect(jobs.map(({ status }) => status)).toEqual(['Completed']);
      expect(await orchestrator.keys(`batch_output_parquet/${prefix}/`)).toHaveLength(2);
    }
    account.bus.faults.clear();
    // at least once: a function may be done before so many calls
    expect(struck).toBeGreaterThan(0);
  });
});
