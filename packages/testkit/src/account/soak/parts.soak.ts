import { ResultsFormat } from '@batchrock/cdk';
import { describe, expect, test } from 'vitest';
import type { Account } from '../account.ts';
import { billOf } from '../bill/index.ts';
import { DATASET, observed, openOrchestrator, topics } from '../scenarios/orchestrator.ts';
import { memoryOf, usageDuring } from '../scenarios/run-usage.ts';
import { MODEL } from '../scenarios/scenario.ts';
import { report } from './report.ts';
import { rowsInOrder } from './rows-in-order.ts';

/** Runs of so many parts, one after the other, the fewest first. */
const SIZES = (process.env['SOAK_PARTS'] ?? '300,3000').split(',').map(Number);

/** The service takes no smaller job. */
const RECORDS = 100;

/** Calls and invocations of a part may grow by so much from the fewest parts to the most. */
const MOST_GROWTH = 1.2;

/** Thousands of parts through the whole state machine: what a part takes does not grow with their number. */
describe(`runs of ${SIZES.join(' and ')} parts of ${RECORDS} rows`, () => {
  const callsOfPart = new Map<number, number>();

  test.each(SIZES)('%s parts end with every row and its response, in order, and no job was sent twice', async (parts) => {
    const rows = parts * RECORDS;
    const orchestrator = await openOrchestrator({ resultsFormat: ResultsFormat.CSV }, { stores: 'quick' });
    const { account, bucket } = orchestrator;
    try {
      await orchestrator.put(DATASET, topics(rows));
      const began = account.clock.now();
      const usage = await usageDuring(observed(orchestrator), async () => {
        const execution = await orchestrator.start({
          s3_uri: `s3://${bucket}/${DATASET}`,
          job_name_prefix: 'soak',
          model_id: MODEL,
          prompt_id: 'joke_about_topic',
          max_records_per_job: RECORDS,
        });
        const answer = await orchestrator.succeed(execution, 10_000);
        expect(answer).toMatchObject({ status: 'Completed', counts: { rows, succeeded: rows, failed: 0, rejected: 0 } });
        expect(await rowsInOrder(orchestrator, answer)).toBe(rows);
        return execution;
      });
      const jobs = await account.bedrock.jobs();
      expect(jobs).toHaveLength(parts);
      expect(new Set(jobs.map(({ clientRequestToken }) => clientRequestToken)).size).toBe(parts);
      expect(account.refusals()).toEqual([]);
      const calls = callsOf(account);
      callsOfPart.set(parts, sum(Object.values(calls)) / parts);
      const perPart = Object.fromEntries(Object.entries(calls).map(([action, count]) => [action, round(count / parts)]));
      const minutes = Math.round((account.clock.now() - began) / 60_000);
      report({ parts, minutes, perPart, memory: memoryOf(observed(orchestrator)), usage, usd: billOf(usage) });
    } finally {
      await account.close();
    }
  });

  test('what a part takes does not grow with their number', () => {
    const [fewest = 0, most = 0] = [callsOfPart.get(SIZES[0] ?? 0), callsOfPart.get(SIZES.at(-1) ?? 0)];
    expect(most).toBeLessThan(MOST_GROWTH * fewest);
  });
});

/** How often roles were allowed each action. */
function callsOf(account: Account): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { action, principal } of account.verdicts()) {
    if (principal.kind === 'role') counts.set(action, (counts.get(action) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}
