import type { OutputReport, RunReport } from '../sdk/reports.ts';
import { howToGoOn, type RunStatus, runArguments, shareCollected } from '../sdk/run-status.ts';
import { count, durationRange, isoTime, localTime, percent, plural, short, usd, usdAlike, usdNumber } from './figures.ts';

/** How a run came out, in a few lines. */
export function renderReport(status: RunStatus, output: OutputReport | undefined): string[] {
  const lines = [`run ${status.run} ${stateText(status)}: ${countsText(status)}`, `  ${moneyText(status)}`];
  if (status.synthetic) lines.push(`  synthetic: ${status.target} answered, no model has seen the rows`);
  if (output)
    lines.push(`  ${output.unchanged ? 'results are in' : 'results:'} ${resultsPlace(output)}, ${plural(output.rows, 'row')}`);
  if (output?.errors) lines.push(`  errors: ${output.errors.path}, the lines without an answer alone`);
  const bad = status.failed + (status.rejected ?? 0);
  if (bad > 0)
    lines.push(
      `  batchrock errors ${runArguments(status)} tells why ${plural(bad, 'row')} failed or were rejected`.replace(
        '1 row failed or were',
        '1 row failed or was',
      ),
    );
  if (status.state === 'stopped') lines.push(`  ${howToGoOn(status)} goes on with it`);
  return lines;
}

/** A run that goes on in an account without us. */
export function renderLeft(status: RunStatus): string[] {
  const run = runArguments(status);
  return [
    `run ${status.run} goes on at ${status.target}`,
    `  batchrock watch ${run} follows it, batchrock results ${run} brings its files, batchrock stop ${run} stops it`,
  ];
}

/** The state of a run in a table: short, and with a word where no process works on it. */
export function shortStateText(status: RunStatus): string {
  if (status.refused) return stateText(status);
  return status.attended === false ? `${stateText(status)}, nobody at it` : stateText(status);
}

/** The state of a run, with its generation while it is open. */
export function stateText(status: RunStatus): string {
  if (status.refused) return 'refused';
  if (status.blocked && status.state === 'running') return 'blocked';
  if (status.paused && status.state === 'running') return 'paused';
  if (status.state === 'running' && status.attempt > status.maxAttempts)
    return `running, attempt ${status.attempt}: a record that breaks its job is looked for`;
  if (status.state === 'running' && status.attempt > 1) return `running, attempt ${status.attempt} of ${status.maxAttempts}`;
  return status.state;
}

/** `3 rows: 2 succeeded, 0 failed, 1 rejected`. */
export function countsText(status: RunStatus): string {
  const pending = status.pending === 0 ? '' : `, ${count(status.pending)} pending`;
  const truncated = status.truncated > 0 ? ` (${count(status.truncated)} cut off at the token limit)` : '';
  const { succeeded, failed, rejected } = status;
  return `${plural(status.rows, 'row')}: ${count(succeeded)} succeeded${truncated}, ${count(failed)} failed, ${count(rejected)} rejected${pending}`;
}

/** Tokens, and what they cost; a run on the local Bedrock costs nothing, and is told what it would have cost. */
function moneyText(status: RunStatus, unit = ' tokens'): string {
  const { cost, tokens, synthetic } = status;
  const used = `${short(tokens.input)}${unit} in, ${short(tokens.output)} out`;
  if (cost.priceDate === undefined) return `${used}; price unknown`;
  if (cost.batchUsd === undefined) return `${used}; cost unknown until tokens are counted`;
  const [batchUsd, onDemandUsd] = usdAlike(cost.batchUsd, cost.onDemandUsd);
  const how = status.onDemand === undefined ? 'by batch inference' : 'with its tail on demand';
  const all = status.onDemand === undefined ? 'on demand' : 'all on demand';
  const batch = `${batchUsd} ${how}, ${onDemandUsd} ${all}`;
  return `${used}; ${synthetic ? `on Bedrock this would cost ${batch}` : batch} (USD, prices of ${cost.priceDate})`;
}

/** All that `status` shows of a run. Times are local: it is read at a terminal. */
export function renderStatus(status: RunStatus): string[] {
  const { jobs } = status;
  const rows: (readonly [string, string])[] = [
    ['run', status.run],
    [
      'state',
      status.refused
        ? 'refused before anything was sent'
        : status.attended === false
          ? `${shortStateText(status)}: ${howToGoOn(status)}`
          : stateText(status),
    ],
    ['dataset', status.source],
    ['model', status.modelId],
    ['target', status.synthetic ? `${status.target} (synthetic answers)` : status.target],
    ['started', localTime(status.createdAt)],
    ...(status.endedAt === undefined ? [] : [['ended', localTime(status.endedAt)] as const]),
    ['progress', `${percent(shareCollected(status))} · ${countsText(status)}`],
    ...underWay(status),
    ...(status.duplicates === 0 ? [] : [['same', duplicatesText(status)] as const]),
    ...(status.cached === 0 ? [] : [['cached', cachedText(status)] as const]),
    [
      'jobs',
      `${slotsText(jobs)}${othersText(jobs)}, ${count(jobs.waiting)} queued, ${count(jobs.done)} of ${count(jobs.total)} done`,
    ],
    ...leftOf(status),
    ...(status.padding === 0
      ? []
      : [
          [
            'padding',
            `${plural(status.padding, 'record')} up to the minimum of a job, dropped again; not in tokens and cost`,
          ] as const,
        ]),
    ...(status.onDemand === undefined ? [] : [['tail', tailText(status.onDemand)] as const]),
    ['tokens', moneyText(status, '')],
    ...ceilingOf(status),
    ...(status.blocked === undefined ? [] : [['blocked', `${status.blocked.code} ${status.blocked.message}`] as const]),
    ...(status.refused === undefined ? [] : [['refused', `${status.refused.code} ${status.refused.message}`] as const]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(9)} ${value}`);
}

/** They are in tokens, and in the cost at their own price. */
function tailText({ records, succeeded }: NonNullable<RunStatus['onDemand']>): string {
  return `${plural(records, 'record')} on demand, at full price: ${count(succeeded)} answered`;
}

/** They are in the counts, and in neither tokens nor cost. */
function cachedText({ cached }: RunStatus): string {
  return `${plural(cached, 'row')} ${cached === 1 ? 'has an answer' : 'have answers'} of other runs: not sent`;
}

/** They are in the counts, and in neither tokens nor cost. */
function duplicatesText({ duplicates }: RunStatus): string {
  const [asks, has] = duplicates === 1 ? ['asks', 'has'] : ['ask', 'have'];
  return `${plural(duplicates, 'row')} ${asks} for what another does: not sent, ${has} its outcome`;
}

/** What it may cost, beside what all of it is expected to cost. */
function ceilingOf({ cost, state }: RunStatus): (readonly [string, string])[] {
  if (cost.ceilingUsd === undefined) return [];
  const isOver = state === 'ended' || cost.estimatedBatchUsd === undefined;
  return [
    ['ceiling', `${usd(cost.ceilingUsd)}${isOver ? '' : `; all rows are expected to cost ${usd(cost.estimatedBatchUsd)}`}`],
  ];
}

/** The time left, where it can be told and somebody sees to it. */
function leftOf({ timeLeft, attended }: RunStatus): (readonly [string, string])[] {
  if (timeLeft === undefined || attended === false) return [];
  return [['left', durationRange(timeLeft.p50, timeLeft.p90)]];
}

/** Answers of jobs that are not collected: they count as pending until then. */
function underWay({ processing }: RunStatus): (readonly [string, string])[] {
  const answered = processing.succeeded + processing.failed;
  if (answered === 0) return [];
  const failed = processing.failed === 0 ? '' : `, ${count(processing.failed)} of them failed`;
  return [['', `${count(answered)} of the pending are answered${failed}, and not collected yet`]];
}

/** Where results are: the file, or how many there are and which is the first. */
export function resultsPlace({ path, files }: OutputReport): string {
  return files === undefined ? path : `${plural(files.length, 'file')}, ${files[0]?.path ?? path}${files.length > 1 ? ' …' : ''}`;
}

/** How a run came out, as `--json` tells it. */
export function reportDocument(report: RunReport): object {
  return {
    schema: 'batchrock.run/1',
    ...statusDocument(report.status),
    output: report.output ?? null,
    maxErrorRate: report.maxErrorRate,
  };
}

/** In seconds: more would say no more. */
function timeLeftDocument({ timeLeft }: RunStatus): object | null {
  if (timeLeft === undefined) return null;
  const seconds = (ms: number): number => Math.round(ms / 1000);
  return { p10: seconds(timeLeft.p10), p50: seconds(timeLeft.p50), p90: seconds(timeLeft.p90) };
}

/** What a run was made of, where and when, as every document tells it. */
export function originDocument(status: RunStatus): object {
  return {
    dataset: status.source,
    model: status.modelId,
    target: status.target,
    synthetic: status.synthetic,
    createdAt: isoTime(status.createdAt),
    endedAt: status.endedAt === undefined ? null : isoTime(status.endedAt),
  };
}

/** A run as `--json` tells it. Unknown figures are null. */
export function statusDocument(status: RunStatus): object {
  const { cost, tokens, jobs } = status;
  return {
    run: status.run,
    state: status.state,
    attended: status.attended ?? null,
    ...originDocument(status),
    attempt: status.attempt,
    maxAttempts: status.maxAttempts,
    rows: status.rows ?? null,
    succeeded: status.succeeded,
    failed: status.failed,
    rejected: status.rejected ?? null,
    pending: status.pending ?? null,
    duplicates: status.duplicates,
    cached: status.cached,
    truncated: status.truncated,
    processing: status.processing,
    jobs: { ...jobs, slots: jobs.slots ?? null, others: jobs.others ?? 0 },
    padding: status.padding,
    onDemand: status.onDemand ?? null,
    inputTokens: tokens.input ?? null,
    outputTokens: tokens.output ?? null,
    cost: {
      currency: 'USD',
      batch: usdNumber(cost.batchUsd),
      onDemand: usdNumber(cost.onDemandUsd),
      estimatedBatch: usdNumber(cost.estimatedBatchUsd),
      ceiling: cost.ceilingUsd ?? null,
      priceDate: cost.priceDate ?? null,
    },
    timeLeft: timeLeftDocument(status),
    paused: status.paused === true,
    blocked: status.blocked ?? null,
    refused: status.refused ?? null,
  };
}

function othersText({ others }: RunStatus['jobs']): string {
  return others === undefined ? '' : `, ${count(others)} taken by others`;
}

/** A run that was adopted, or whose quota was lowered, may have more jobs than the lane has slots. */
function slotsText({ running, slots, waiting }: RunStatus['jobs']): string {
  if (slots === undefined || running <= slots) return `${count(running)} of ${count(slots)} slots`;
  const next = waiting === 0 ? '' : ` (none is sent before ${count(running - slots + 1)} of them have ended)`;
  return `${count(running)} running in ${plural(slots, 'slot')}${next}`;
}
