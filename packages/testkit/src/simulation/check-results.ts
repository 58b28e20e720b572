import { recordId } from '@batchrock/core';
import type { Bedrock } from './bedrock.ts';
import { AttemptChecker, type Met } from './check-attempts.ts';
import { placeOf } from './check-jobs.ts';
import type { OnDemandResult } from './check-on-demand.ts';
import type { Dataset, OracleRow } from './dataset.ts';
import { jobResults, type SimJob } from './sim-job.ts';
import type { Trace } from './trace.ts';

/** One row of the exported results, as far as the checks go. */
export interface ResultRow {
  readonly id: string;
  readonly status: string;
  readonly response?: string | undefined;
  readonly code?: string | undefined;
  /** The input column that the prompt uses. */
  readonly text?: string | undefined;
}

/** What results are held against. */
interface ResultCase {
  readonly trace: Trace;
  readonly bedrock: Bedrock;
  readonly maxAttempts: number;
  /** Jobs that their run has stopped at its deadline. */
  readonly late: ReadonlySet<SimJob>;
  /** True for a job that was denied access, and cost its records no attempt by it. */
  readonly isFree: (job: SimJob) => boolean;
  /** What became of the records that went on demand. */
  readonly onDemand: readonly OnDemandResult[];
}

/**
 * Compares the results of an ended run with what the service really did (I1, I2, I3, I13, I23). `maxAttempts`: as many as the ledger
 * allows in the end.
 */
export function checkResults(
  { trace, bedrock, maxAttempts, late, isFree, onDemand }: ResultCase,
  dataset: Dataset,
  results: readonly ResultRow[],
): void {
  if (results.length !== dataset.rows.length) {
    trace.violate('I1', `${results.length} results for ${dataset.rows.length} rows`);
    return;
  }
  const { document } = dataset;
  const met = meetings(bedrock, document.run, onDemand);
  const attempts = new AttemptChecker(trace, jobsOf(bedrock, document.run), {
    asked: document.maxAttempts,
    most: maxAttempts,
    late,
    isFree,
  });
  const meetingsOf = document.dedupe === undefined ? undefined : sharedMeetings(trace, dataset, met);
  dataset.rows.forEach((row, i) => {
    const id = recordId(document.recordPrefix, i);
    const result = results[i]!;
    if (result.id !== id) trace.violate('I1', `result ${i} is of ${result.id}, not of ${id}`);
    checkRow(trace, { id, row, result, met: meetingsOf?.[i] ?? met.get(id) ?? [], attempts });
  });
}

function jobsOf(bedrock: Bedrock, run: string): readonly SimJob[] {
  return bedrock.jobs.filter((job) => placeOf(job.spec)?.run === run);
}

function meetings(bedrock: Bedrock, run: string, onDemand: readonly OnDemandResult[]): Map<string, Met[]> {
  const met = new Map<string, Met[]>();
  for (const { id, ...one } of onDemand) met.set(id, [...(met.get(id) ?? []), one]);
  for (const job of jobsOf(bedrock, run)) {
    const place = placeOf(job.spec)!;
    for (const [id, result] of jobResults(job)) {
      const list = met.get(id) ?? [];
      met.set(id, list);
      list.push({ attempt: place.attempt, part: place.part, job, result });
    }
  }
  for (const list of met.values()) list.sort((a, b) => a.attempt - b.attempt);
  return met;
}

/**
 * What each row met, or the row that was sent for it: the last one until then that asks for the same. Nobody before it has asked
 * for it, in its part or in the whole run.
 */
function sharedMeetings(
  trace: Trace,
  { document, rows }: Dataset,
  met: ReadonlyMap<string, Met[]>,
): readonly (Met[] | undefined)[] {
  const sent = new Map<string, Met[]>();
  return rows.map(({ prompt }, i) => {
    const id = recordId(document.recordPrefix, i);
    const own = met.get(id);
    if (prompt === undefined) return own;
    const before = sent.get(prompt);
    if (own === undefined) return before;
    if (before !== undefined && (document.dedupe === 'run' || firstPart(before) === firstPart(own)))
      trace.violate('I4', `row ${id} was sent, though its ${document.dedupe} has asked for the same before`);
    sent.set(prompt, own);
    return own;
  });
}

/** The part of the first attempt that a row was sent in. */
function firstPart(met: readonly Met[]): number | undefined {
  return met.find(({ attempt }) => attempt === 1)?.part;
}

interface RowCase {
  readonly id: string;
  readonly row: OracleRow;
  readonly result: ResultRow;
  readonly met: readonly Met[];
  readonly attempts: AttemptChecker;
}

function checkRow(trace: Trace, { id, row, result, met, attempts }: RowCase): void {
  if (row.prompt === undefined) {
    if (result.status !== 'rejected') trace.violate('I1', `bad row ${id} is ${result.status}`);
    if (met.length > 0) trace.violate('I1', `bad row ${id} was sent`);
    return;
  }
  if (`Say: ${result.text}` !== row.prompt) trace.violate('I1', `row ${id} shows the text ${JSON.stringify(result.text)}`);
  const success = met.find((one) => one.result.kind === 'succeeded');
  if (success !== undefined) {
    const answer = success.result.kind === 'succeeded' ? success.result.answer : '';
    if (result.status !== 'succeeded') {
      trace.violate('I3', `row ${id} is ${result.status} (${result.code}), though attempt ${success.attempt} succeeded`);
    } else if (result.response !== answer) {
      trace.violate('I2', `row ${id} shows ${JSON.stringify(result.response)}, its first success was ${JSON.stringify(answer)}`);
    }
    return;
  }
  if (result.status !== 'failed') trace.violate('I1', `row ${id} is ${result.status}, though no attempt succeeded`);
  const last = met.at(-1);
  if (last === undefined) trace.violate('I1', `row ${id} was never sent`);
  const forGood = last?.result.kind === 'failed' && last.result.permanent;
  if (!forGood && last !== undefined) attempts.check(id, met, result.code);
  if (forGood && result.code !== '400') trace.violate('I1', `row ${id} failed with 400 and shows ${result.code}`);
}
