import type { CostReport, DifferenceCause, JobCost, TokenDifference, Tokens } from '../sdk/cost/cost-report.ts';
import { count, plural, short, usd, usdAbout, usdAlike, usdNumber } from './figures.ts';
import { countsText, originDocument, stateText } from './run-text.ts';
import { type Column, renderTable } from './table.ts';

/** What a run has cost, for a person. */
export function renderCost(report: CostReport, { jobs: isByJob = false }: { readonly jobs?: boolean } = {}): string[] {
  const { status, manifest } = report;
  const sent = report.jobs.length;
  const rows: (readonly [string, string])[] = [
    ['run', `${status.run}, ${stateText(status)}: ${status.modelId}`],
    ['rows', countsText(status)],
    ['answers', tokensText(status.tokens)],
    ['manifests', manifestsText(report)],
    ...(manifest.difference === undefined ? [] : [['', differenceText(manifest.difference)] as const]),
    ...moneyLines(report),
    ...savingLines(report),
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(10)} ${value}`);
  if (sent > 0) lines.push('', ...attemptsTable(report));
  if (isByJob && sent > 0) lines.push('', ...jobsTable(report.jobs));
  return lines;
}

function tokensText({ input, output }: Tokens): string {
  return `${plural(input, 'token')} in, ${count(output)} out`;
}

function manifestsText({ manifest, unread, jobs: all }: CostReport): string {
  if (unread !== undefined) return `not read: ${unread.code}`;
  const jobs = all.filter((job) => job.onDemand === undefined);
  if (jobs.length === 0) return 'no job has been collected';
  const without = manifest.without === 0 ? '' : `; ${plural(manifest.without, 'job')} without one`;
  if (manifest.jobs === 0) return `none of ${plural(jobs.length, 'job')}`;
  const same = manifest.difference === undefined ? ': the same' : '';
  return `${tokensText(manifest.tokens)}, of ${plural(manifest.jobs, 'job')}${without}${same}`;
}

const WHY: Readonly<Record<DifferenceCause, string>> = {
  padding: 'padding of jobs below the minimum',
  failed: 'records that failed, whose errors say no tokens',
  missing: 'records that nothing came back for',
  'cut-short': 'jobs that did not complete, whose manifests may be early',
  unexplained: 'nothing here says why',
};

function differenceText({ input, output, causes }: TokenDifference): string {
  return `differ by ${signed(input)} in, ${signed(output)} out: ${causes.map((cause) => WHY[cause]).join('; ')}`;
}

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

/** A run on the local Bedrock costs nothing, and is told what it would have cost. */
function moneyLines(report: CostReport): (readonly [string, string])[] {
  const { status, billedUsd, savedUsd, perThousandRowsUsd } = report;
  const { cost, synthetic } = status;
  if (cost.priceDate === undefined) return [['cost', `price unknown${synthetic ? '; synthetic, so nothing was paid' : ''}`]];
  if (cost.batchUsd === undefined) return [['cost', 'unknown until tokens are counted']];
  const [batch = '', billed = '', onDemand = ''] = usdAlike(cost.batchUsd, billedUsd, cost.onDemandUsd);
  const lines: (readonly [string, string])[] = [];
  if (synthetic) lines.push(['paid', '$0.00: synthetic, no model has seen the rows; on Bedrock it would be']);
  lines.push(
    [report.tail.records > 0 ? 'cost' : 'batch', `${batch} for the answers, ${billed} billed (USD, prices of ${cost.priceDate})`],
    ['on demand', `${onDemand}: ${savedText(savedUsd)}`],
  );
  if (perThousandRowsUsd !== undefined) lines.push(['1,000 rows', `${usd(perThousandRowsUsd)} billed`]);
  return lines;
}

function savedText(savedUsd: number | undefined): string {
  if (savedUsd === undefined) return 'what batch inference saves is unknown';
  return savedUsd < 0 ? `batch inference costs ${usd(-savedUsd)} more` : `batch inference saves ${usd(savedUsd)}`;
}

/** What retries and padding cost, and what was not sent. */
function savingLines({ retries, padding, tail, cached, duplicates, status }: CostReport): (readonly [string, string])[] {
  const unknown = status.cost.priceDate === undefined ? 'price unknown' : 'cost unknown';
  const told = (value: number | undefined): string => (value === undefined ? unknown : usd(value));
  const lines: (readonly [string, string])[] = [];
  if (retries.records > 0)
    lines.push(['retries', `${plural(retries.records, 'record')} sent again: ${told(retries.batchUsd)}, in the above`]);
  if (tail.records > 0)
    lines.push(['tail', `${plural(tail.records, 'record')} on demand, at full price: ${told(tail.usd)}, in the above`]);
  if (padding.records > 0)
    lines.push(['padding', `${plural(padding.records, 'record')}: ${told(padding.batchUsd)}, billed beside the answers`]);
  if (cached.rows > 0) lines.push(['cached', `${plural(cached.rows, 'row')} not sent (--cache): ${told(cached.savedUsd)} saved`]);
  if (duplicates.rows > 0) {
    const worth = duplicates.savedUsd === undefined ? unknown : usdAbout(duplicates.savedUsd);
    lines.push(['same', `${plural(duplicates.rows, 'row')} not sent (--dedupe): ${worth} saved`]);
  }
  return lines;
}

const FIGURES: readonly Column[] = [
  { title: 'RECORDS', side: 'right' },
  { title: 'PADDING', side: 'right' },
  { title: 'IN', side: 'right' },
  { title: 'OUT', side: 'right' },
  { title: 'MANIFEST IN', side: 'right' },
  { title: 'OUT', side: 'right' },
  { title: 'BATCH', side: 'right' },
];

function attemptsTable({ attempts }: CostReport): string[] {
  const columns: readonly Column[] = [{ title: 'ATTEMPT', side: 'right' }, { title: 'JOBS', side: 'right' }, ...FIGURES];
  return renderTable(
    columns,
    attempts.map((each) => [count(each.attempt), count(each.jobs), ...figuresOf(each)]),
  );
}

function jobsTable(jobs: readonly JobCost[]): string[] {
  return renderTable(
    [{ title: 'JOB' }, { title: 'PART' }, ...FIGURES],
    jobs.map((job) => [
      job.jobArn.slice(job.jobArn.lastIndexOf('/') + 1),
      `${String(job.part).padStart(5, '0')}-${job.attempt}`,
      ...figuresOf(job),
    ]),
  );
}

function figuresOf(each: Pick<JobCost, 'records' | 'padding' | 'tokens' | 'manifest' | 'batchUsd'>): string[] {
  return [
    count(each.records),
    count(each.padding),
    short(each.tokens.input),
    short(each.tokens.output),
    short(each.manifest?.input),
    short(each.manifest?.output),
    usd(each.batchUsd),
  ];
}

const RUNS: readonly Column[] = [
  { title: 'RUN' },
  { title: 'STATE' },
  { title: 'ROWS', side: 'right' },
  { title: 'IN', side: 'right' },
  { title: 'OUT', side: 'right' },
  { title: 'BILLED', side: 'right' },
  { title: 'ON DEMAND', side: 'right' },
  { title: 'SAVED', side: 'right' },
];

/** What runs have cost, a line each, and what those together that were paid for. */
export function renderCosts(reports: readonly CostReport[]): string[] {
  const lines = renderTable(RUNS, reports.map(lineOf));
  const { synthetic, unknown, runs, billedUsd, onDemandUsd, savedUsd } = totalOf(reports);
  if (synthetic > 0)
    lines.push(`${plural(synthetic, 'run')} marked * answered by no model: nothing was paid, on Bedrock it would be that`);
  if (unknown > 0) lines.push(`${plural(unknown, 'run')} of unknown cost, not in the sum`);
  if (runs > 0)
    lines.push(`${plural(runs, 'run')}: ${usd(billedUsd)} billed, ${usd(onDemandUsd)} on demand, ${usd(savedUsd)} saved`);
  return lines;
}

function lineOf(report: CostReport): string[] {
  const { status, billedUsd, savedUsd } = report;
  return [
    `${status.run}${status.synthetic ? '*' : ''}`,
    stateText(status),
    count(status.rows),
    short(status.tokens.input),
    short(status.tokens.output),
    status.cost.priceDate === undefined ? 'price unknown' : usd(billedUsd),
    usd(status.cost.onDemandUsd),
    usd(savedUsd),
  ];
}

/** Of the runs that were paid for and whose cost is known. */
function totalOf(reports: readonly CostReport[]) {
  const paid = reports.filter(({ status }) => !status.synthetic);
  const known = paid.filter(({ billedUsd }) => billedUsd !== undefined);
  const sum = (of: (report: CostReport) => number | undefined): number => known.reduce((all, each) => all + (of(each) ?? 0), 0);
  return {
    runs: known.length,
    synthetic: reports.length - paid.length,
    unknown: paid.length - known.length,
    billedUsd: sum(({ billedUsd }) => billedUsd),
    onDemandUsd: sum(({ status }) => status.cost.onDemandUsd),
    savedUsd: sum(({ savedUsd }) => savedUsd),
  };
}

/** The same as `--json` tells it. */
export function costDocument(reports: readonly CostReport[]): object {
  const { billedUsd, onDemandUsd, savedUsd, ...counted } = totalOf(reports);
  const isKnown = counted.runs > 0;
  return {
    runs: reports.map(runDocument),
    total: {
      ...counted,
      currency: 'USD',
      billed: isKnown ? usdNumber(billedUsd) : null,
      onDemand: isKnown ? usdNumber(onDemandUsd) : null,
      saved: isKnown ? usdNumber(savedUsd) : null,
    },
  };
}

function runDocument(report: CostReport): object {
  const { status, manifest, retries, padding, tail, cached, duplicates } = report;
  return {
    run: status.run,
    state: status.state,
    ...originDocument(status),
    rows: status.rows ?? null,
    succeeded: status.succeeded,
    failed: status.failed,
    ...tokensDocument(status.tokens),
    manifest: { jobs: manifest.jobs, without: manifest.without, ...tokensDocument(manifest.tokens) },
    difference: differenceDocument(manifest.difference),
    cost: {
      currency: 'USD',
      batch: usdNumber(status.cost.batchUsd),
      billed: usdNumber(report.billedUsd),
      onDemand: usdNumber(status.cost.onDemandUsd),
      saved: usdNumber(report.savedUsd),
      perThousandRows: usdNumber(report.perThousandRowsUsd),
      priceDate: status.cost.priceDate ?? null,
      priceSource: report.priceSource ?? null,
    },
    retries: { records: retries.records, batch: usdNumber(retries.batchUsd) },
    padding: { records: padding.records, batch: usdNumber(padding.batchUsd) },
    tail: { records: tail.records, onDemand: usdNumber(tail.usd) },
    cached: { rows: cached.rows, saved: usdNumber(cached.savedUsd) },
    duplicates: { rows: duplicates.rows, saved: usdNumber(duplicates.savedUsd) },
    attempts: report.attempts.map(({ tokens, manifest: said, batchUsd, ...each }) => ({
      ...each,
      ...tokensDocument(tokens),
      manifest: said === undefined ? null : tokensDocument(said),
      batch: usdNumber(batchUsd),
    })),
    jobs: report.jobs.map(jobDocument),
    unread: report.unread ?? null,
  };
}

function jobDocument({ tokens, manifest, difference, batchUsd, status, ...job }: JobCost): object {
  return {
    ...job,
    status: status ?? null,
    ...tokensDocument(tokens),
    manifest: manifest === undefined ? null : tokensDocument(manifest),
    difference: differenceDocument(difference),
    batch: usdNumber(batchUsd),
  };
}

function tokensDocument({ input, output }: Tokens): object {
  return { inputTokens: input ?? null, outputTokens: output ?? null };
}

function differenceDocument(difference: TokenDifference | undefined): object | null {
  if (difference === undefined) return null;
  return { inputTokens: difference.input, outputTokens: difference.output, causes: difference.causes };
}
