import { ResultsFormat } from '@batchrock/cdk';
import { describe, expect, test } from 'vitest';
import type { Account } from '../account.ts';
import { billOf } from '../bill/index.ts';
import { DATASET, type Orchestrator, observed, openOrchestrator, topics } from '../scenarios/orchestrator.ts';
import { memoryOf, usageDuring } from '../scenarios/run-usage.ts';
import { MODEL } from '../scenarios/scenario.ts';
import { report } from './report.ts';
import { rowsInOrder } from './rows-in-order.ts';

/** Runs of so many parts, one after the other, the fewest first. */
const SIZES = (process.env['SOAK_PARTS'] ?? '300,3000').split(',').map(Number);

/** The service takes no smaller job. */
const RECORDS = 100;

/** Each figure of a part may grow by so much from the fewest parts to the most. */
const MOST_GROWTH = 1.2;
/** Share of its memory that a function may take. */
const MOST_SHARE = 0.6;

/** Thousands of parts through the whole state machine: what a part takes does not grow with their number. */
describe(`runs of ${SIZES.join(' and ')} parts of ${RECORDS} rows`, () => {
  const figuresOfPart = new Map<number, ReturnType<typeof figuresOf>>();

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
      const figures = figuresOf(orchestrator, parts);
      figuresOfPart.set(parts, figures);
      const perPart = Object.fromEntries(
        Object.entries(callsOf(account)).map(([action, count]) => [action, round(count / parts)]),
      );
      const minutes = Math.round((account.clock.now() - began) / 60_000);
      const memory = memoryOf(observed(orchestrator));
      report({ parts, minutes, figures, perPart, memory, usage, usd: billOf(usage) });
      for (const [name, { usedMB, givenMB }] of Object.entries(memory)) expect(usedMB, name).toBeLessThan(MOST_SHARE * givenMB);
    } finally {
      await account.close();
    }
  });

  test('what a part takes does not grow with their number', () => {
    const [fewest, most] = [figuresOfPart.get(SIZES[0] ?? 0), figuresOfPart.get(SIZES.at(-1) ?? 0)];
    expect(Object.keys(most ?? {})).not.toEqual([]);
    for (const [name, figure] of Object.entries(fewest ?? {})) {
      expect(most?.[name as keyof typeof most], name).toBeLessThan(MOST_GROWTH * figure);
    }
  });
});

/** What a part takes: calls and kilobytes, those of its event alone among them. */
function figuresOf({ account, functionName }: Orchestrator, parts: number) {
  const ofKick = account
    .verdicts()
    .filter(({ principal }) => principal.kind === 'role' && /FunctionsKick/.test(principal.roleArn));
  const bytes = account.meter.bytes();
  return {
    calls: round(sum(Object.values(callsOf(account))) / parts),
    callsOfKick: round(ofKick.length / parts),
    kicks: round(account.functions.invocations(functionName('Kick')) / parts),
    kilobytesOfTable: round((bytes.get('dynamodb') ?? 0) / 1_000 / parts),
    kilobytesOfBucket: round((bytes.get('s3') ?? 0) / 1_000 / parts),
    kilobytesOfJobs: round((bytes.get('bedrock') ?? 0) / 1_000 / parts),
  };
}

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
