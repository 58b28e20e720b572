import {
  type DurationRange,
  findRun,
  jobsOfOthers,
  type LaneBody,
  lanesOf,
  loadLane,
  loadParts,
  type PartBody,
  paidCost,
  type RunBody,
  type RunCounts,
  runCounts,
  StateError,
  slotsBesideOthers,
  timeLeft,
} from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import { describeTarget } from '../compose/target.ts';
import { nodeClock } from '../node/index.ts';
import type { RunCost, RunStatus } from './run-status.ts';
import { findRunId, runsOf, type Session } from './session.ts';

/** Where a run stands, read from the ledger alone. Default: the newest run. */
export async function readStatus(session: Session, reference?: string): Promise<RunStatus> {
  const id = await findRunId(session, reference);
  const found = await findRun(session.ledger, id);
  if (found === undefined) throw new StateError('BR-E0201', `no run ${id} in this ledger`, { details: { run: id } });
  return statusOf(session, found.body, await session.findHome(id));
}

/** Where every run of the ledger stands, newest first. */
export async function readList(session: Session): Promise<readonly RunStatus[]> {
  return (await readNewest(session, Number.POSITIVE_INFINITY)).runs;
}

/** Where the newest runs of the ledger stand, newest first, and how many older ones there are. */
export async function readNewest(
  session: Session,
  limit: number,
): Promise<{ readonly runs: readonly RunStatus[]; readonly older: number }> {
  const all = await runsOf(session);
  const runs: RunStatus[] = [];
  for (const run of all.slice(0, limit)) runs.push(await statusOf(session, run, await session.findHome(run.run)));
  return { runs, older: all.length - runs.length };
}

/** The status of a run that has been read. `known` says whether it is attended, where the caller knows; else it is found out. */
export async function statusOf(session: Session, run: RunBody, home: RunHome | undefined, known?: boolean): Promise<RunStatus> {
  const attended = known ?? (isAtRest(run) ? undefined : await session.isAttended(run.run));
  const parts = await loadParts(session.ledger, run);
  const now = nodeClock.now();
  const lanes: LaneBody[] = [];
  for (const key of lanesOf(run)) lanes.push((await loadLane(session.ledger, key)).body);
  const sum = (count: (lane: LaneBody) => number): number => lanes.reduce((total, lane) => total + count(lane), 0);
  const slots = sum(({ limit }) => limit);
  const usable = sum((lane) => slotsBesideOthers(lane, now) - lane.holders.filter((holder) => holder.run !== run.run).length);
  const isAssumed = home?.target.kind === 'aws';
  const fewest = run.tail && home?.document.model.limits.minRecords;
  const left = timeLeft({ run, parts, slots: usable, now, isAssumed, fewest });
  const stack = session.stack?.name;
  const others = isAtRest(run) ? 0 : sum((lane) => jobsOfOthers(lane, now));
  return composeStatus({ run, parts, counts: countsOf(run, parts), home, slots, others, attended, timeLeft: left, stack });
}

/** Where nothing had to be sent, no tokens were used; else they are unknown until some are counted. */
function countsOf(run: RunBody, parts: readonly PartBody[]): RunCounts {
  const counts = runCounts(run, parts);
  const isNothingSent = run.state === 'ended' && parts.every(({ records }) => records === 0);
  return isNothingSent ? { ...counts, inputTokens: 0, outputTokens: 0 } : counts;
}

function isAtRest(run: RunBody): boolean {
  return run.state === 'ended' || run.state === 'stopped';
}

interface StatusInput {
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
  readonly counts: RunCounts;
  readonly home: RunHome | undefined;
  readonly slots: number;
  readonly others: number;
  readonly attended: boolean | undefined;
  readonly timeLeft: DurationRange | undefined;
  readonly stack: string | undefined;
}

function composeStatus({ run, parts, counts, home, slots, others, attended, timeLeft: left, stack }: StatusInput): RunStatus {
  const isPrepared = run.state !== 'preparing';
  const all = parts.filter((part) => part.records > 0);
  return {
    run: run.run,
    state: run.state,
    attended: isAtRest(run) ? undefined : attended,
    source: run.source,
    modelId: run.modelId,
    synthetic: run.synthetic,
    target: home === undefined ? run.lane : describeTarget(home.target),
    ...(stack !== undefined && { stack }),
    createdAt: run.createdAt,
    endedAt: run.endedAt,
    attempt: run.attempt,
    maxAttempts: run.maxAttempts,
    rows: run.rows,
    succeeded: counts.succeeded,
    failed: counts.failed,
    rejected: isPrepared ? counts.rejected : undefined,
    pending: isPrepared ? counts.pending : undefined,
    duplicates: counts.duplicates,
    cached: counts.cached,
    truncated: counts.truncated,
    processing: { succeeded: counts.live.succeeded, failed: counts.live.failed },
    jobs: {
      running: counts.jobs.submitting + counts.jobs.submitted,
      slots: slots > 0 ? slots : undefined,
      ...(others > 0 && { others }),
      waiting: counts.jobs.ready,
      done: all.filter((part) => part.state === 'ended' || part.state === 'collected').length,
      total: all.length,
    },
    padding: parts.reduce((sum, part) => sum + (part.onDemand ? 0 : part.sentinels), 0),
    ...(counts.onDemand && { onDemand: { records: counts.onDemand.records, succeeded: counts.onDemand.succeeded } }),
    tokens: { input: counts.inputTokens, output: counts.outputTokens },
    cost: costOf(run, counts, home),
    timeLeft: left,
    ...(run.paused !== undefined && { paused: true }),
    blocked: run.blocked === undefined ? undefined : { code: run.blocked.code, message: run.blocked.message },
    refused: home?.refusal === undefined ? undefined : { code: home.refusal.code, message: home.refusal.message },
  };
}

function costOf(run: RunBody, counts: RunCounts, home: RunHome | undefined): RunCost {
  const price = home?.document.model.price;
  const cost = paidCost(price, counts);
  const answered = counts.succeeded - counts.cached + counts.failed;
  const toSend = run.rows === undefined ? undefined : run.rows - counts.rejected - counts.cached;
  const isKnown = cost !== undefined && toSend !== undefined && answered > 0;
  return {
    batchUsd: cost?.batchUsd,
    onDemandUsd: cost?.onDemandUsd,
    estimatedBatchUsd: isKnown ? (cost.batchUsd * toSend) / answered : undefined,
    ceilingUsd: run.budget?.ceilingUsd,
    priceDate: price?.date,
  };
}
