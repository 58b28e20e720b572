import type { PlanReport } from '../sdk/plan.ts';
import { bytes, count, duration, plural, short, UNKNOWN, usd } from './figures.ts';
import { printable } from './width.ts';

/** What a run would do and cost, in lines. */
export function renderPlan(report: PlanReport): string[] {
  const { plan } = report;
  const bad = report.rejected.reduce((sum, each) => sum + each.rows, 0);
  const lines = [
    `dataset   ${report.source}, ${bytes(report.bytes)}, ${plural(report.rows, 'row')}`,
    `model     ${report.modelId}`,
    `target    ${report.targetKind === 'local' ? 'local Bedrock (synthetic answers)' : report.target}`,
    `records   ${count(plan.records)} to send, ${plural(bad, 'row')} rejected`,
    ...report.rejected.map(
      (each) =>
        `          ${each.code}: ${plural(each.rows, 'row')}, the first on line ${each.firstLine} (${printable(each.firstProblem)})`,
    ),
    `parts     ${plural(plan.parts, 'job')} of up to ${plural(plan.partRecords, 'record')}, ${count(plan.slots)} at once, ${plural(plan.waves, 'wave')}`,
  ];
  if (plan.sentinels > 0) {
    lines.push(`          padded with ${plural(plan.sentinels, 'record')} up to the minimum of ${report.minRecords} a job`);
  }
  lines.push(...tokenLines(report), ...costLines(report));
  lines.push(`storage   ${bytes(report.storageBytes)} put into the bucket, results not counted`);
  const { minutes } = plan;
  lines.push(
    `time      ${minutes ? `${duration(minutes.p50 * 60_000)} to ${duration(minutes.p90 * 60_000)} (assumed queue)` : UNKNOWN}`,
  );
  lines.push('network   nothing was sent');
  return lines;
}

function tokenLines({ plan }: PlanReport): string[] {
  const input = plan.inputTokens;
  const output = plan.outputTokens;
  const each = plan.recordTokens;
  const band = input ? `~${short(input.expected)} (${short(input.low)} to ${short(input.high)})` : UNKNOWN;
  const record = each ? `; a record: ${count(each.fewest)} least, ${count(each.mean)} mean, ${count(each.most)} most` : '';
  const lines = [`tokens    in ${band}${record}`];
  if (output) {
    const most = output.high === undefined ? 'no limit given: --param max_tokens=N' : `at most ${short(output.high)}`;
    lines.push(`          out ~${short(output.expected)}${output.assumed ? ' (assumed)' : ''}, ${most}`);
  }
  return lines;
}

function costLines({ plan }: PlanReport): string[] {
  const { cost } = plan;
  if (!cost) return ['cost      price unknown'];
  const most = (high: number | undefined): string => (high === undefined ? '' : `, at most ${usd(high)}`);
  return [
    `cost      batch ${about(cost.batch.expected)}${most(cost.batch.high)}`,
    `          on demand ${about(cost.onDemand.expected)}${most(cost.onDemand.high)}`,
    `          USD, prices of ${cost.priceDate} (${cost.priceSource})`,
  ];
}

function about(value: number): string {
  return usd(value).replace(/^\$/, '~$');
}

/** A plan as `--json` tells it. Unknown figures are null. */
export function planDocument(report: PlanReport): object {
  const { plan, ...rest } = report;
  return {
    dataset: rest.source,
    bytes: rest.bytes,
    model: rest.modelId,
    target: rest.target,
    synthetic: rest.targetKind === 'local',
    rows: rest.rows,
    rejected: rest.rejected,
    records: plan.records,
    parts: plan.parts,
    partRecords: plan.partRecords,
    waves: plan.waves,
    slots: plan.slots,
    sentinels: plan.sentinels,
    storageBytes: rest.storageBytes ?? null,
    recordTokens: plan.recordTokens ?? null,
    inputTokens: plan.inputTokens ?? null,
    outputTokens: plan.outputTokens ?? null,
    cost: plan.cost ?? null,
    minutes: plan.minutes ?? null,
  };
}
