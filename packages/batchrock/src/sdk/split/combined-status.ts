import type { RunStatus } from '../run-status.ts';

/** Where several runs stand together, as if they were one: figures are sums, unknown where one is. */
export function combinedStatus(runs: readonly RunStatus[]): RunStatus {
  const [first] = runs as readonly [RunStatus, ...RunStatus[]];
  const sum = (figure: (run: RunStatus) => number): number => runs.reduce((all, run) => all + figure(run), 0);
  const known = (figure: (run: RunStatus) => number | undefined): number | undefined =>
    runs.some((run) => figure(run) === undefined) ? undefined : sum((run) => figure(run) ?? 0);
  const open = runs.find((run) => run.state !== 'ended');
  return {
    ...first,
    run: runs.length === 1 ? first.run : `${first.run} and ${runs.length - 1} more`,
    state: open === undefined ? 'ended' : open.state,
    endedAt: open === undefined ? Math.max(...runs.map((run) => run.endedAt ?? 0)) : undefined,
    attempt: Math.max(...runs.map((run) => run.attempt)),
    rows: known((run) => run.rows),
    succeeded: sum((run) => run.succeeded),
    failed: sum((run) => run.failed),
    rejected: known((run) => run.rejected),
    pending: known((run) => run.pending),
    duplicates: sum((run) => run.duplicates),
    cached: sum((run) => run.cached),
    truncated: sum((run) => run.truncated),
    processing: { succeeded: sum((run) => run.processing.succeeded), failed: sum((run) => run.processing.failed) },
    jobs: {
      running: sum((run) => run.jobs.running),
      slots: known((run) => run.jobs.slots),
      waiting: sum((run) => run.jobs.waiting),
      done: sum((run) => run.jobs.done),
      total: sum((run) => run.jobs.total),
    },
    padding: sum((run) => run.padding),
    tokens: { input: known((run) => run.tokens.input), output: known((run) => run.tokens.output) },
    cost: {
      batchUsd: known((run) => run.cost.batchUsd),
      onDemandUsd: known((run) => run.cost.onDemandUsd),
      estimatedBatchUsd: known((run) => run.cost.estimatedBatchUsd),
      ceilingUsd: known((run) => run.cost.ceilingUsd),
      priceDate: runs.some((run) => run.cost.priceDate === undefined) ? undefined : first.cost.priceDate,
    },
    timeLeft: latestOf(runs),
    blocked: runs.find((run) => run.blocked !== undefined)?.blocked,
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
