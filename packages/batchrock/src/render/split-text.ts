import { combinedStatus } from '../sdk/split/combined-status.ts';
import { byLane, sumOfLanes } from '../sdk/split/lanes-of-runs.ts';
import type { PlannedModels } from '../sdk/split/plan-split.ts';
import type { SplitReport } from '../sdk/split/start-split.ts';
import { count, plural, roughly, usdAlike, usdNumber } from './figures.ts';
import { planDocument, renderPlan } from './plan-text.ts';
import { renderReport, stateText, statusDocument } from './run-text.ts';
import { renderTable } from './table.ts';

/** How the runs of a file that was split came out: a table of them, and what they are together. */
export function renderSplit({ runs, output }: SplitReport): string[] {
  const statuses = runs.map(({ status }) => status);
  if (statuses.length === 0) return ['there is no line to send'];
  const table = renderTable(
    [
      { title: 'RUN' },
      { title: 'STATE' },
      { title: 'ROWS', side: 'right' },
      { title: 'OK', side: 'right' },
      { title: 'BAD', side: 'right' },
      { title: 'MODEL' },
    ],
    statuses.map((run) => [
      run.run,
      stateText(run),
      count(run.rows),
      count(run.succeeded),
      count(run.failed + (run.rejected ?? 0)),
      run.modelId,
    ]),
  );
  const [first, ...more] = renderReport(combinedStatus(statuses), output);
  const isOne = (line: string): boolean => /^ {2}batchrock (errors|resume) /.test(line);
  const bad = statuses.filter((run) => run.failed + (run.rejected ?? 0) > 0);
  return [
    ...table,
    (first ?? '').replace(/^run \S+( and \d+ more)?/, plural(runs.length, 'run')),
    ...more.filter((line) => !isOne(line)),
    ...bad.map((run) => `  batchrock errors ${run.run} tells why rows for ${run.modelId} failed or were rejected`),
    ...(statuses.some((run) => run.state === 'stopped') ? ['  the same command goes on with those that are stopped'] : []),
  ];
}

/** The same, as `--json` tells it. */
export function splitDocument({ runs, output }: SplitReport): object {
  return {
    schema: 'batchrock.split/1',
    runs: runs.map(({ status }) => statusDocument(status)),
    output: output ?? null,
    maxErrorRate: runs[0]?.maxErrorRate ?? 0,
  };
}

/** What the runs of a file would do and cost, one after the other and in all. */
export function renderPlans({ plans }: PlannedModels): string[] {
  const each = plans.flatMap((plan) => [...renderPlan(plan), '']);
  const total = costOf(plans);
  const rows = plans.reduce((sum, plan) => sum + plan.rows, 0);
  const [batch, onDemand] = usdAlike(total?.batch, total?.onDemand).map(roughly);
  const cost = total === undefined ? 'cost unknown, since a price is' : `${batch} by batch inference, ${onDemand} on demand`;
  const slots = `up to ${plural(slotsOf(plans), 'job')} at once`;
  return [
    ...each,
    `in all    ${plural(plans.length, 'run')}, ${plural(rows, 'row')}, ${slots}; ${cost}`,
    ...byLane(plans)
      .filter((lane) => lane.length > 1)
      .map((lane) => `          one quota for ${lane.map(({ modelId }) => modelId).join(', ')}: their jobs share its slots`),
  ];
}

function slotsOf(plans: PlannedModels['plans']): number {
  return sumOfLanes(plans, ({ plan }) => plan.slots) ?? 0;
}

/** The same, as `--json` tells it. */
export function plansDocument({ source, plans }: PlannedModels): object {
  const total = costOf(plans);
  const cost = total && { currency: 'USD', batch: usdNumber(total.batch), onDemand: usdNumber(total.onDemand) };
  return {
    schema: 'batchrock.plans/1',
    dataset: source,
    plans: plans.map(planDocument),
    slots: slotsOf(plans),
    cost: cost ?? null,
  };
}

/** USD of all together; undefined where one is not known. */
function costOf(plans: PlannedModels['plans']): { readonly batch: number; readonly onDemand: number } | undefined {
  let batch = 0;
  let onDemand = 0;
  for (const { plan } of plans) {
    if (plan.cost === undefined) return undefined;
    batch += plan.cost.batch.expected;
    onDemand += plan.cost.onDemand.expected;
  }
  return { batch, onDemand };
}
