import { ResultsFormat } from '@batchrock/cdk';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type BillColumn,
  billOf,
  billOfCalls,
  billTable,
  type JobsUsage,
  objectCallsTable,
  usageOfMoreJobs,
  writesTable,
} from '../bill/index.ts';
import { DATASET, observed, openOrchestrator, topics } from '../scenarios/orchestrator.ts';
import { openOriginalOrchestrator } from '../scenarios/original-orchestrator.ts';
import { usageDuring } from '../scenarios/run-usage.ts';
import { MODEL } from '../scenarios/scenario.ts';

const ROWS = Number(process.env['SOAK_ROWS'] ?? 1_000_000);
/** The default of the original. */
const RECORDS_OF_THE_ORIGINAL = 1_000;
/** Jobs at once, by the context that the original comes with. */
const SLOTS = 20;

/** The whole run, in parts of the size that is planned for so many jobs at once; undefined: for the quota of the model. */
async function ours(maxSubmittedAndInProgressJobs: number | undefined): Promise<JobsUsage> {
  const props = { resultsFormat: ResultsFormat.CSV, maxSubmittedAndInProgressJobs };
  const orchestrator = await openOrchestrator(props, { stores: 'quick' });
  try {
    await orchestrator.put(DATASET, topics(ROWS));
    const usage = await usageDuring(observed(orchestrator), async () => {
      const s3_uri = `s3://${orchestrator.bucket}/${DATASET}`;
      const input = { s3_uri, job_name_prefix: 'bill', model_id: MODEL, prompt_id: 'joke_about_topic' };
      const execution = await orchestrator.start(input);
      expect(await orchestrator.succeed(execution, 3_000)).toMatchObject({ counts: { succeeded: ROWS } });
      return execution;
    });
    const jobs = (await orchestrator.account.bedrock.jobs()).length;
    const { meter, meterOfBedrock } = orchestrator.account;
    const calls = [meter, meterOfBedrock].map((of) => objectCallsTable(of.objectCalls(), jobs));
    process.stdout.write(`${[writesTable(meter.writes(), jobs), ...calls].join('\n\n')}\n\n`);
    return { jobs, usage };
  } finally {
    await orchestrator.account.close();
  }
}

/** Two runs that were counted; of the others each job adds as much. */
async function original(): Promise<JobsUsage> {
  const orchestrator = await openOriginalOrchestrator({ stores: 'moto' });
  try {
    const jobs = ROWS / RECORDS_OF_THE_ORIGINAL;
    const few = await orchestrator.run(10, RECORDS_OF_THE_ORIGINAL);
    return { jobs, usage: usageOfMoreJobs(few, await orchestrator.run(50, RECORDS_OF_THE_ORIGINAL), jobs) };
  } finally {
    await orchestrator.close();
  }
}

describe(`the orchestration of ${ROWS} records`, () => {
  let theirs: BillColumn;
  beforeAll(async () => {
    theirs = columnOf('the original', await original(), 'x86');
  });

  test.each([
    [`with ${SLOTS} jobs at once, as the original has, costs a tenth of the original's at most`, SLOTS, 0.1],
    ['with as many jobs at once as the quota lets, which makes five times as many of them, costs less', undefined, 1],
  ])('%s', async (_, slots, mostShare) => {
    const mine = columnOf('Batchrock', await ours(slots), 'arm');
    const share = (usd: (column: BillColumn) => number): number => usd(mine) / usd(theirs);
    const ofAll = share(({ usage, processor }) => billOf(usage, processor).total);
    const ofCalls = share(({ usage }) => billOfCalls(usage));
    const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
    process.stdout.write(
      `${billTable([theirs, mine])}\n\n${percent(ofAll)} in all, ${percent(ofCalls)} without seconds of functions\n`,
    );
    expect(ofCalls).toBeLessThan(mostShare);
  });
});

function columnOf(name: string, { jobs, usage }: JobsUsage, processor: BillColumn['processor']): BillColumn {
  return { name: `${name}, ${jobs} jobs`, usage, processor };
}
