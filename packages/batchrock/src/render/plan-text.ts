import { IMAGE_TOKENS, type OutputEstimate, type PlannedCost, wavesOf } from '@batchrock/core';
import type { PlanReport } from '../sdk/plan.ts';
import { assumptionText } from './assumption-text.ts';
import { bytes, count, duration, plural, roughly, short, UNKNOWN, usd, usdAbout, usdAlike, usdNumber } from './figures.ts';
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
    ...takenLines(report),
    ...duplicateLines(report),
    ...cachedLines(report),
    `parts     ${jobsText(plan)}`,
  ];
  if (plan.sentinels > 0) {
    lines.push(`          padded with ${plural(plan.sentinels, 'record')} up to the minimum of ${report.minRecords} a job`);
  }
  lines.push(...tailLines(report), ...tokenLines(report), ...costLines(report));
  lines.push(`storage   ${bytes(report.storageBytes)} put into the bucket, results not counted`);
  lines.push(`time      ${timeText(report)}`);
  lines.push(report.hasFetched ? 'network   images were fetched; nothing was sent' : 'network   nothing was sent');
  return lines;
}

/** Its jobs and the largest of them, into which a last part below the minimum has gone; one that goes on demand is none. */
function jobsText({ parts, partRecords, records, slots, waves, tail }: PlanReport['plan']): string {
  const onDemand = tail?.records ?? 0;
  const jobs = onDemand === 0 ? parts : parts - 1;
  if (jobs === 0 && onDemand > 0) return 'no job: all goes on demand';
  const sent = records - onDemand;
  const largest = jobs === 1 ? '' : 'up to ';
  const most = jobs === 1 ? sent : Math.max(partRecords, sent - (jobs - 1) * partRecords);
  const rounds = plural(onDemand === 0 ? waves : wavesOf(jobs, slots), 'wave');
  return `${plural(jobs, 'job')} of ${largest}${plural(most, 'record')}, up to ${count(slots)} at once, ${rounds}`;
}

/** What may be asked for at full price. */
function tailLines({ plan, minRecords, deadlineMs }: PlanReport): string[] {
  const { tail, cost } = plan;
  if (tail === undefined) return [];
  const worth = tail.onDemandUsd === undefined ? '' : `, ${usdAbout(tail.onDemandUsd)} in the cost below`;
  const now = tail.records === 0 ? 'no record now' : `${plural(tail.records, 'record')}${worth}`;
  const lines = [`tail      on demand at full price: ${now}; later what fails, where it is below ${minRecords}`];
  if (deadlineMs !== undefined) {
    const most = cost?.onDemand.high ?? cost?.onDemand.expected;
    const all = most === undefined ? 'price unknown' : `up to ${usd(most)} if that is all`;
    lines.push(`          what has no answer after ${duration(deadlineMs)} too: ${all}`);
  }
  return lines;
}

function takenLines({ taken, leftOut }: PlanReport): string[] {
  const lines: string[] = [];
  if (taken?.first !== undefined) lines.push(`          of the first ${plural(taken.first, 'row')} alone (--max-records)`);
  if (taken?.sample !== undefined) {
    lines.push(`          a sample of ${count(taken.sample.of)}, the same one for the same content (--sample)`);
  }
  if (leftOut > 0) lines.push(`          ${plural(leftOut, 'row')} left out: they do not go into the jobs (--max-jobs)`);
  return lines;
}

/** What is not sent twice, or need not be. */
function duplicateLines({ duplicates }: PlanReport): string[] {
  const { rows, among, areLeftOut, batchUsd } = duplicates;
  if (rows === 0) return [];
  const other = among === 'run' ? 'another does' : 'another of the same job does';
  const many = `${plural(rows, 'row')} ${areLeftOut ? 'more ' : ''}${rows === 1 ? 'asks' : 'ask'} for what ${other}`;
  const worth = batchUsd === undefined ? '' : ` ${usdAbout(batchUsd)}`;
  return [
    `          ${many}: ${areLeftOut ? `not sent, which saves${worth || ' their cost'}` : `--dedupe would save${worth || ' their cost'}`}`,
  ];
}

/** What other runs have paid for. */
function cachedLines({ cached }: PlanReport): string[] {
  const { rows, areLeftOut, batchUsd } = cached;
  if (rows === 0) return [];
  const many = `${plural(rows, 'row')} ${areLeftOut ? 'more ' : ''}${rows === 1 ? 'has an answer' : 'have answers'} of other runs`;
  const worth = batchUsd === undefined ? 'their cost' : usdAbout(batchUsd);
  return [`          ${many}: ${areLeftOut ? `not sent, which saves ${worth}` : `--cache would save ${worth}`}`];
}

function tokenLines(report: PlanReport): string[] {
  const { plan } = report;
  const input = plan.inputTokens;
  const output = plan.outputTokens;
  const each = plan.recordTokens;
  const band = input ? `~${short(input.expected)} (${short(input.low)} to ${short(input.high)})` : UNKNOWN;
  const record = each ? `; a record: ${count(each.fewest)} least, ${count(each.mean)} mean, ${count(each.most)} most` : '';
  return [
    `tokens    in ${band}${record}`,
    ...(input ? [methodText(report)] : []),
    ...(output ? [`          out ${outputText(output)}`] : []),
  ];
}

/** What the tokens are, and how far off: their tokenizers are not published, so that no library could count them. */
function methodText({ plan }: PlanReport): string {
  const { images = 0, uncounted = 0 } = plan.media ?? {};
  const seen = images === 0 ? '' : `; ${plural(images, 'image')} at ${count(IMAGE_TOKENS.expected)} each`;
  const unseen =
    uncounted === 0 ? '' : `; ${plural(uncounted, 'document, sound or film', 'documents, sounds and films')} not counted`;
  return `          estimated from the characters: nine texts in ten lie within that range${seen}${unseen}`;
}

/** `~25.6 k (100 to 102 k); assumes 256 output tokens a row: --expect-output-tokens N`. */
function outputText({ low, expected, high, each, assumed }: OutputEstimate): string {
  const most = high === undefined ? `at least ${short(low)}; no limit: --param max_tokens=N` : `${short(low)} to ${short(high)}`;
  const given = assumed ? assumptionText(each) : `${count(Math.round(each))} output tokens a row`;
  return `~${short(expected)} (${most}); ${given}`;
}

function costLines({ plan }: PlanReport): string[] {
  const { cost } = plan;
  if (!cost) return ['cost      price unknown'];
  return [
    `cost      ${(plan.tail?.records ?? 0) > 0 ? 'batch and tail' : 'batch'} ${bandText(cost.batch)}`,
    `          on demand ${bandText(cost.onDemand)}`,
    `          USD, prices of ${cost.priceDate} (${cost.priceSource})`,
  ];
}

/** `~$0.0817 ($0.0210 to $0.6520)`. */
function bandText({ low, expected, high }: PlannedCost['batch']): string {
  const [least, about, most] = usdAlike(low, expected, high) as [string, string, string];
  return `${roughly(about)} (${high === undefined ? `at least ${least}` : `${least} to ${most}`})`;
}

/** The queue of AWS is assumed; other servers have none that is worth a word, or one that nobody knows. */
function timeText({ plan, targetKind, target }: PlanReport): string {
  if (targetKind === 'local') return 'not estimated: the local Bedrock has no queue worth waiting for';
  if (targetKind === 'endpoint') return `not estimated: the queue of ${target} is not known`;
  const { minutes } = plan;
  return minutes ? `${duration(minutes.p50 * 60_000)} to ${duration(minutes.p90 * 60_000)} (assumed queue)` : UNKNOWN;
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
    taken: rest.taken ?? null,
    leftOut: rest.leftOut,
    duplicates: { ...rest.duplicates, batchUsd: usdNumber(rest.duplicates.batchUsd) },
    cached: { ...rest.cached, batchUsd: usdNumber(rest.cached.batchUsd) },
    parts: plan.parts,
    partRecords: plan.partRecords,
    waves: plan.waves,
    slots: plan.slots,
    sentinels: plan.sentinels,
    tail: tailDocument(report),
    storageBytes: rest.storageBytes ?? null,
    recordTokens: plan.recordTokens === undefined ? null : each(plan.recordTokens, toTenths),
    media: plan.media ?? null,
    inputTokens: plan.inputTokens === undefined ? null : each(plan.inputTokens, Math.round),
    outputTokens: outputDocument(plan.outputTokens),
    cost: costDocument(plan.cost),
    minutes: rest.targetKind === 'aws' && plan.minutes !== undefined ? each(plan.minutes, toTenths) : null,
  };
}

function tailDocument({ plan: { tail, cost }, deadlineMs }: PlanReport): object | null {
  if (tail === undefined) return null;
  return {
    records: tail.records,
    onDemandUsd: usdNumber(tail.onDemandUsd),
    deadlineSeconds: deadlineMs === undefined ? null : deadlineMs / 1000,
    mostUsd: deadlineMs === undefined ? null : usdNumber(cost?.onDemand.high ?? cost?.onDemand.expected),
  };
}

function outputDocument(output: OutputEstimate | undefined): object | null {
  if (output === undefined) return null;
  const { low, expected, high } = output;
  return { ...output, ...each({ low, expected, ...(high === undefined ? {} : { high }) }, Math.round) };
}

function costDocument(cost: PlannedCost | undefined): object | null {
  if (cost === undefined) return null;
  return { ...cost, batch: each(cost.batch, usdNumber), onDemand: each(cost.onDemand, usdNumber) };
}

/** Estimates as numbers that a person may read too: more digits would say no more. */
function each<T>(figures: object, digits: (figure: number) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries<number>({ ...figures }).map(([name, figure]) => [name, digits(figure)]));
}

function toTenths(figure: number): number {
  return Math.round(figure * 10) / 10;
}
