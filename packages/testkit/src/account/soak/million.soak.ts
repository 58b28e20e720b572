import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ResultsFormat } from '@batchrock/cdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billOf, PRICES_OF } from '../bill/index.ts';
import { DATASET, type Orchestrator, openOrchestrator, type RunOutput, topics } from '../scenarios/orchestrator.ts';
import { MODEL } from '../scenarios/scenario.ts';
import { memoryOf, usageOf } from './run-usage.ts';

const ROWS = Number(process.env['SOAK_ROWS'] ?? 1_000_000);
const MINUTE_MS = 60_000;

/** A million rows through the whole state machine, in a hundred parts and in as many as the planner makes. */
describe.each([
  ['in a hundred parts', { max_records_per_job: ROWS / 100 }, 100],
  ['in parts as large as they are planned', {}, undefined],
])(`${ROWS} rows %s`, (_, parts, expectedJobs) => {
  let orchestrator: Orchestrator;
  beforeAll(async () => {
    orchestrator = await openOrchestrator({ resultsFormat: ResultsFormat.CSV }, {});
    await orchestrator.put(DATASET, topics(ROWS));
  });
  afterAll(() => orchestrator.account.close());

  test('every row has its response, in order, and no job was sent twice', async () => {
    const { account, bucket } = orchestrator;
    const began = account.clock.now();
    const execution = await orchestrator.start({
      s3_uri: `s3://${bucket}/${DATASET}`,
      job_name_prefix: 'soak',
      model_id: MODEL,
      prompt_id: 'joke_about_topic',
      ...parts,
    });
    const answer = await orchestrator.succeed(execution, 3_000);
    const minutes = (account.clock.now() - began) / MINUTE_MS;
    expect(answer).toMatchObject({ status: 'Completed', counts: { rows: ROWS, succeeded: ROWS, failed: 0, rejected: 0 } });
    expect(await rowsInOrder(orchestrator, answer)).toBe(ROWS);
    const jobs = await account.bedrock.jobs();
    expect(new Set(jobs.map(({ clientRequestToken }) => clientRequestToken)).size).toBe(jobs.length);
    if (expectedJobs !== undefined) expect(jobs).toHaveLength(expectedJobs);
    expect(account.refusals()).toEqual([]);
    const memory = memoryOf(orchestrator);
    for (const { usedMB, givenMB } of Object.values(memory)) expect(usedMB).toBeLessThan(0.6 * givenMB);
    const usage = await usageOf(orchestrator, execution, minutes);
    report({
      rows: ROWS,
      jobs: jobs.length,
      minutes: Math.round(minutes),
      memory,
      usage,
      usd: billOf(usage),
      pricesOf: PRICES_OF,
    });
  });
});

/** How many rows the files hold, each with a response; throws where one is out of order. */
async function rowsInOrder({ account, bucket }: Orchestrator, { output_paths: paths = [] }: RunOutput): Promise<number> {
  let next = 0;
  for (const { output_path: path } of paths) {
    const Key = path.slice(`s3://${bucket}/`.length);
    const { Body } = await account.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const [, ...lines] = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
    for (const line of lines) {
      if (!line.startsWith(`00${next},"topic, ${next}",`)) throw new Error(`${Key} has ${line} where row ${next} is to be`);
      if (line.split(',')[3] === '') throw new Error(`${Key}: row ${next} has no response`);
      next += 1;
    }
  }
  return next;
}

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
