import {
  estimatePlan,
  type Family,
  InputError,
  loadParts,
  loadRun,
  type Plan,
  type RunPorts,
  resolveModel,
  runCounts,
  ServiceError,
  setBudget,
} from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import type { Target } from '../compose/target.ts';
import { assumptionText } from '../render/assumption-text.ts';
import { usd } from '../render/figures.ts';
import type { RunRequest } from '../request/request.ts';
import type { Survey } from '../request/survey.ts';
import type { Session } from './session.ts';

/** USD that are spent without asking. */
export const UNASKED_USD = 5;

/** What may be asked before money is spent. */
export interface BudgetOptions {
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly yes?: boolean;
  /** The estimate was agreed to, and is within the ceiling, together with those of other runs. */
  readonly isAgreed?: boolean;
}

/**
 * The ceiling that holds for a target. The embedded local Bedrock costs nothing, so none does, and that is said; a server at
 * an endpoint stands in for AWS, and a ceiling is kept there as it would be.
 */
export function ceilingFor(
  session: Pick<Session, 'notice'>,
  target: Pick<Target, 'kind'>,
  maxCostUsd: number | undefined,
): number | undefined {
  if (maxCostUsd === undefined || target.kind !== 'local') return maxCostUsd;
  session.notice(`the local Bedrock costs nothing: --max-cost ${usd(maxCostUsd)} does not apply`);
  return undefined;
}

/**
 * Keeps a run from costing more than it may. Before its first job it throws `BR-E0601` when the estimate is above `maxCostUsd`
 * or cannot be made, `BR-E0119` when nobody agreed to a run on AWS that costs more than is spent unasked. A run that has sent
 * jobs already was agreed to. From then on the ceiling stands with the run, and is asked before each job.
 */
export async function checkBudget(
  session: Pick<Session, 'notice'>,
  ports: RunPorts,
  asked: { readonly home: RunHome; readonly request: RunRequest; readonly survey: Survey },
  options: BudgetOptions,
): Promise<void> {
  const { home, survey } = asked;
  const { run: id } = home.document;
  const { body: run } = await loadRun(ports.ledger, id);
  if (run.state === 'ended') return;
  const request = { ...asked.request, maxCostUsd: ceilingFor(session, home.target, asked.request.maxCostUsd) };
  const parts = await loadParts(ports.ledger, run);
  const { jobs } = runCounts(run, parts);
  const records = parts.reduce((sum, part) => sum + (part.attempt === 1 ? part.records : 0), 0);
  const family = await ports.families.of(home.document.model);
  const plan = estimateFor(home, { records, request, survey, family });
  const hasSent = run.attempt > 1 || jobs.submitting + jobs.submitted + jobs.ended + jobs.collected > 0;
  if (!hasSent && !options.isAgreed) await checkEstimate(home, request, plan, options);
  await setBudget(ports, id, { ceilingUsd: request.maxCostUsd, recordUsd: recordUsdOf(plan, records) });
}

/** What a record of a plan is expected to cost by batch inference; undefined where that is not known. */
export function recordUsdOf({ cost, tail }: Plan, records: number): number | undefined {
  // a run of which nothing is to be sent keeps any ceiling
  if (records === 0) return 0;
  return cost === undefined ? undefined : (cost.batch.expected - (tail?.surchargeUsd ?? 0)) / records;
}

async function checkEstimate(home: RunHome, request: RunRequest, plan: Plan, options: BudgetOptions): Promise<void> {
  const { records } = plan;
  const expected = plan.cost?.batch.expected;
  if (request.maxCostUsd !== undefined) {
    if (expected !== undefined && expected <= request.maxCostUsd) return;
    throw overBudget(plan, request.maxCostUsd, home);
  }
  if (home.target.kind !== 'aws' || options.yes || (expected !== undefined && expected <= UNASKED_USD)) return;
  const what = expected === undefined ? 'the price of this model is unknown' : costText(plan, expected);
  const question = `${what}; send ${records.toLocaleString('en-US')} records to ${home.target.region}?`;
  if (options.confirm && (await options.confirm(question))) return;
  throw new InputError('BR-E0119', `${what}, and more than $${UNASKED_USD} is not spent unasked; nothing was sent`, {
    details: { records, ...(expected === undefined ? {} : { estimateUsd: expected }) },
  });
}

/** The plan of a run that is frozen already. */
interface Estimating {
  readonly records: number;
  readonly request: Pick<RunRequest, 'slots' | 'expectOutputTokens' | 'tail'>;
  readonly survey: Pick<Survey, 'sample'>;
  readonly family: Family;
}

/** What the records of a run that is frozen will cost. */
export function estimateFor(home: RunHome, { records, request, survey, family }: Estimating): Plan {
  const { document } = home;
  const { modelId, invocationType, price } = document.model;
  const known = resolveModel(modelId, { family, invocationType });
  // the price that was frozen holds, also where it came from a catalogue of the user's
  const model = price === undefined ? known : { ...known, price };
  return estimatePlan({
    model,
    params: document.request.params,
    records,
    slots: request.slots ?? document.model.limits.maxJobs,
    partRecords: document.partRecords,
    sample: survey.sample,
    outputTokens: request.expectOutputTokens,
    tail: request.tail !== undefined,
  });
}

/** What a run will cost, and on which assumption. */
function costText({ outputTokens }: Plan, expected: number): string {
  const assumption = outputTokens?.assumed ? ` (${assumptionText(outputTokens.each)})` : '';
  return `this run will cost about ${usd(expected)}${assumption}`;
}

function overBudget(plan: Plan, maxCostUsd: number, home: RunHome): ServiceError {
  const expected = plan.cost?.batch.expected;
  const message =
    expected === undefined
      ? `the price of ${home.document.model.modelId} is unknown, so --max-cost ${maxCostUsd} cannot be kept; nothing was sent`
      : `${costText(plan, expected)}, --max-cost is ${usd(maxCostUsd)}; nothing was sent`;
  return new ServiceError('BR-E0601', message, {
    reason: 'invalid',
    effect: 'none',
    details: { maxCostUsd, ...(expected === undefined ? {} : { estimateUsd: expected }) },
    ...(expected === undefined ? { hint: 'leave out --max-cost, or take a model whose price is known' } : {}),
  });
}
