import type { RunStatus } from '../run-status.ts';
import { sumOfLanes } from './lanes-of-runs.ts';

/** Every field, those that may be absent among them: one that is new does not compile until it is said here what it is of several runs. */
type Each<T> = { readonly [K in keyof Required<T>]: T[K] };

/**
 * Where several runs stand together, as if they were one: figures are sums, unknown where one is. What they have in common is that of the
 * first.
 */
export function combinedStatus(runs: readonly RunStatus[]): RunStatus {
  const [first] = runs as readonly [RunStatus, ...RunStatus[]];
  const sum = (figure: (run: RunStatus) => number): number => runs.reduce((all, run) => all + figure(run), 0);
  const known = (figure: (run: RunStatus) => number | undefined): number | undefined =>
    runs.some((run) => figure(run) === undefined) ? undefined : sum((run) => figure(run) ?? 0);
  const most = (figure: (run: RunStatus) => number): number => Math.max(...runs.map(figure));
  const open = runs.find((run) => run.state !== 'ended');
  const { source, modelId, synthetic, target, stack } = first;
  const status: Each<RunStatus> = {
    source,
    modelId,
    synthetic,
    target,
    stack,
    run: runs.length === 1 ? first.run : `${first.run} and ${runs.length - 1} more`,
    state: open === undefined ? 'ended' : open.state,
    attended: attendedOf(runs),
    createdAt: Math.min(...runs.map((run) => run.createdAt)),
    endedAt: open === undefined ? most((run) => run.endedAt ?? 0) : undefined,
    attempt: most((run) => run.attempt),
    maxAttempts: most((run) => run.maxAttempts),
    rows: known((run) => run.rows),
    succeeded: sum((run) => run.succeeded),
    failed: sum((run) => run.failed),
    rejected: known((run) => run.rejected),
    pending: known((run) => run.pending),
    duplicates: sum((run) => run.duplicates),
    cached: sum((run) => run.cached),
    truncated: sum((run) => run.truncated),
    processing: { succeeded: sum((run) => run.processing.succeeded), failed: sum((run) => run.processing.failed) },
    jobs: jobsOf(runs, sum),
    padding: sum((run) => run.padding),
    onDemand: onDemandOf(runs, sum),
    tokens: { input: known((run) => run.tokens.input), output: known((run) => run.tokens.output) },
    cost: costOf(runs, known),
    timeLeft: latestOf(runs),
    paused: runs.some((run) => run.paused === true),
    blocked: runs.find((run) => run.blocked !== undefined)?.blocked,
    refused: runs.find((run) => run.refused !== undefined)?.refused,
  };
  return status;
}

type Sum = (figure: (run: RunStatus) => number) => number;
type Known = (figure: (run: RunStatus) => number | undefined) => number | undefined;

/** Nobody is at them as soon as nobody is at one that is open. */
function attendedOf(runs: readonly RunStatus[]): boolean | undefined {
  const open = runs.filter((run) => run.attended !== undefined);
  return open.length === 0 ? undefined : open.every((run) => run.attended === true);
}

/** Runs of one lane have its slots together, and what others have of them. */
function jobsOf(runs: readonly RunStatus[], sum: Sum): Each<RunStatus['jobs']> {
  return {
    running: sum((run) => run.jobs.running),
    slots: sumOfLanes(runs, (run) => run.jobs.slots),
    others: runs.some((run) => run.jobs.others !== undefined) ? sumOfLanes(runs, (run) => run.jobs.others ?? 0) : undefined,
    waiting: sum((run) => run.jobs.waiting),
    done: sum((run) => run.jobs.done),
    total: sum((run) => run.jobs.total),
  };
}

function onDemandOf(runs: readonly RunStatus[], sum: Sum): RunStatus['onDemand'] {
  if (runs.every((run) => run.onDemand === undefined)) return undefined;
  const all: Each<NonNullable<RunStatus['onDemand']>> = {
    records: sum((run) => run.onDemand?.records ?? 0),
    succeeded: sum((run) => run.onDemand?.succeeded ?? 0),
  };
  return all;
}

function costOf(runs: readonly RunStatus[], known: Known): Each<RunStatus['cost']> {
  return {
    batchUsd: known((run) => run.cost.batchUsd),
    onDemandUsd: known((run) => run.cost.onDemandUsd),
    estimatedBatchUsd: known((run) => run.cost.estimatedBatchUsd),
    ceilingUsd: known((run) => run.cost.ceilingUsd),
    priceDate: runs.some((run) => run.cost.priceDate === undefined) ? undefined : runs[0]?.cost.priceDate,
  };
}

/** They go on side by side: all have ended when the last one has. */
function latestOf(runs: readonly RunStatus[]): RunStatus['timeLeft'] {
  const open = runs.filter((run) => run.state !== 'ended').map((run) => run.timeLeft);
  if (open.length === 0 || open.some((each) => each === undefined)) return undefined;
  const latest = (of: (left: NonNullable<RunStatus['timeLeft']>) => number): number =>
    Math.max(...open.map((each) => (each === undefined ? 0 : of(each))));
  return { p10: latest((left) => left.p10), p50: latest((left) => left.p50), p90: latest((left) => left.p90) };
}
