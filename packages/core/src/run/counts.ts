import type { CachedCounts, DuplicateCounts, PartBody, PartState } from '../job/index.ts';
import type { RunBody } from './document.ts';

/** How a run stands, derived from its parts. `rows` is always `succeeded + failed + rejected + pending`. */
export interface RunCounts {
  /** Input rows; those seen so far while the run is being prepared. */
  readonly rows: number;
  readonly succeeded: number;
  /** Failed for good: permanently, or at the last attempt. */
  readonly failed: number;
  readonly rejected: number;
  /** Of all rows: those that were not sent because another asks for the same. They are counted by its outcome. */
  readonly duplicates: number;
  /** Of the succeeded: those that were not sent, because another run has paid for their answers. */
  readonly cached: number;
  /** Not sent, in flight, not collected, or to be sent again. */
  readonly pending: number;
  /** Of the succeeded: cut off at the token limit. */
  readonly truncated: number;
  /** Sums over the records that say it; absent where none does. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** What went on demand, over all attempts; absent where nothing did. */
  readonly onDemand?: OnDemandCounts;
  /** Parts of the generation in hand, by state. */
  readonly jobs: Readonly<Record<PartState, number>>;
  /** Records that jobs in flight say they have processed, sentinels left out as well as can be told. */
  readonly live: { readonly processed: number; readonly succeeded: number; readonly failed: number };
}

/** What was answered on demand, at full price; part of the sums of all. */
export interface OnDemandCounts {
  /** Records that were sent, also those that are under way. */
  readonly records: number;
  readonly succeeded: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/**
 * Counts a run. A record's latest attempt tells what became of it: all that were ever sent again stand in a later
 * generation, so what neither succeeded nor is under way in the last one has failed.
 */
export function runCounts(run: RunBody, parts: readonly PartBody[]): RunCounts {
  const duplicates = sum(parts, (part) => (part.attempt === 1 ? (part.duplicates ?? 0) : 0));
  const sent = sum(parts, (part) => (part.attempt === 1 ? part.records : 0)) + duplicates;
  const cached = sumCached(parts, ({ rows }) => rows);
  const rejected = run.rejected ?? sum(parts, (part) => part.rejected ?? 0);
  // rows of a first generation that is not complete in the ledger yet count as pending
  const rows = run.rows ?? sent + rejected + cached;
  const answered = sumOutcomes(parts, ({ succeeded }) => succeeded);
  const latest = parts.filter((part) => part.attempt === run.attempt);
  const isOver = run.state === 'ended';
  const again = isOver ? 0 : sumOutcomes(latest, ({ retryable, missing }) => retryable + missing);
  const unseen = Math.max(0, rows - rejected - sent - cached);
  const asked = sent + unseen;
  // a page may lack parts whose rows have outcomes of those that it shows
  const pending = Math.min(asked - answered, again + underWay(run, latest, { asked, unseen }));
  const inputTokens = sumKnown(parts, (part) => part.collected?.inputTokens);
  const outputTokens = sumKnown(parts, (part) => part.collected?.outputTokens);
  return {
    rows,
    succeeded: answered + cached,
    failed: asked - answered - pending,
    rejected,
    duplicates,
    cached,
    pending,
    truncated: sumOutcomes(parts, ({ truncated }) => truncated) + sumCached(parts, ({ truncated }) => truncated),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...onDemandCounts(parts),
    jobs: jobsByState(latest),
    live: liveCounts(latest),
  };
}

/**
 * Rows whose records are under way. In the first attempt a row may have the outcome of a record in another part, so they are
 * those of which nothing has come; the parts of a later one say how many rows have the outcomes of their records.
 */
function underWay(run: RunBody, latest: readonly PartBody[], rows: { readonly asked: number; readonly unseen: number }): number {
  if (run.attempt === 1) {
    const came = sumOutcomes(latest, ({ succeeded, failed, retryable, missing }) => succeeded + failed + retryable + missing);
    return rows.asked - came;
  }
  return rows.unseen + sum(latest, (part) => (part.state === 'collected' ? 0 : part.records + (part.duplicates ?? 0)));
}

function onDemandCounts(all: readonly PartBody[]): Pick<RunCounts, 'onDemand'> {
  const parts = all.filter((part) => part.onDemand === true);
  if (parts.length === 0) return {};
  const inputTokens = sumKnown(parts, (part) => part.collected?.inputTokens);
  const outputTokens = sumKnown(parts, (part) => part.collected?.outputTokens);
  return {
    onDemand: {
      records: sum(parts, (part) => part.records),
      succeeded: sum(parts, (part) => part.collected?.succeeded ?? 0),
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
    },
  };
}

function jobsByState(parts: readonly PartBody[]): Record<PartState, number> {
  const jobs: Record<PartState, number> = { ready: 0, submitting: 0, submitted: 0, ended: 0, collected: 0 };
  for (const part of parts) jobs[part.state]++;
  return jobs;
}

function liveCounts(parts: readonly PartBody[]): RunCounts['live'] {
  const live = parts.filter((part) => part.state === 'submitted' || part.state === 'ended');
  return {
    processed: sum(live, (part) => withoutPadding(part, part.jobCounts?.processed)),
    succeeded: sum(live, (part) => withoutPadding(part, part.jobCounts?.succeeded)),
    failed: sum(live, (part) => withoutPadding(part, part.jobCounts?.failed)),
  };
}

/**
 * A job's counters include its padding, and do not say which is which: the real records are taken to have their share of
 * each. Rounded down, so that succeeded and failed together never exceed the records.
 */
function withoutPadding({ records, sentinels, onDemand }: PartBody, counted = 0): number {
  if (onDemand === true) return Math.min(counted, records);
  return Math.floor((Math.min(counted, records + sentinels) * records) / Math.max(1, records + sentinels));
}

/** Over the records that are collected, and over their duplicates. */
function sumOutcomes(parts: readonly PartBody[], of: (counts: DuplicateCounts) => number): number {
  return sum(parts, ({ collected }) => {
    if (collected === undefined) return 0;
    return of(collected) + (collected.duplicates === undefined ? 0 : of(collected.duplicates));
  });
}

function sumCached(parts: readonly PartBody[], of: (counts: CachedCounts) => number): number {
  return sum(parts, ({ attempt, cached }) => (attempt === 1 && cached !== undefined ? of(cached) : 0));
}

function sum(parts: readonly PartBody[], of: (part: PartBody) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}

function sumKnown(parts: readonly PartBody[], of: (part: PartBody) => number | undefined): number | undefined {
  return parts.reduce<number | undefined>((total, part) => {
    const value = of(part);
    return value === undefined ? total : (total ?? 0) + value;
  }, undefined);
}
