import { InputError, ServiceError } from '@batchrock/core';
import { describeTarget, resolveTarget } from '../../compose/target.ts';
import { usd } from '../../render/figures.ts';
import type { RunRequest } from '../../request/request.ts';
import { ceilingFor, UNASKED_USD } from '../budget.ts';
import type { InspectingSession } from '../found-question.ts';
import { type PlanReport, planRun } from '../plan.ts';
import type { StartOptions } from '../start-run.ts';
import type { ModelDataset } from './find-models.ts';

/** What each of several runs is asked, with its dataset. */
export interface AskedRun {
  readonly request: RunRequest;
  readonly lines: ModelDataset;
}

/**
 * Asks once for what several runs will cost together, and shares `maxCostUsd` among them by their estimates, so that they keep it
 * together: gives the ceiling of each. Throws `BR-E0601` and `BR-E0119`, as one run does.
 */
export async function agreeOnCost(
  session: InspectingSession,
  runs: readonly AskedRun[],
  maxCostUsd: number | undefined,
  options: StartOptions,
): Promise<readonly (number | undefined)[]> {
  const none = runs.map(() => undefined);
  const [first] = runs;
  if (first === undefined) return none;
  const target = resolveTarget(first.request, session.env, session.dir.local);
  const ceiling = ceilingFor(session, target, maxCostUsd);
  if (ceiling === undefined && (target.kind !== 'aws' || options.yes)) return none;
  const quiet = { ...session, notice: () => undefined };
  const plans: PlanReport[] = [];
  for (const { request, lines } of runs) plans.push(await planRun(quiet, request, options, lines.found));
  const estimates = plans.map(({ plan }) => plan.cost?.batch.expected);
  const unknown = plans.filter(({ plan }) => plan.cost === undefined).map(({ modelId }) => modelId);
  const total = estimates.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const what =
    unknown.length > 0
      ? `the price of ${unknown.join(', ')} is unknown`
      : `the ${runs.length} runs will cost about ${usd(total)} together`;
  if (ceiling !== undefined) {
    if (unknown.length > 0 || total > ceiling) throw overCeiling(what, ceiling, unknown.length > 0);
    return estimates.map((each) => (total === 0 ? ceiling : (ceiling * (each ?? 0)) / total));
  }
  if (unknown.length === 0 && total <= UNASKED_USD) return none;
  const question = `${what}; send them to ${describeTarget(target)}?`;
  if (options.confirm && (await options.confirm(question))) return none;
  throw new InputError('BR-E0119', `${what}, and more than $${UNASKED_USD} is not spent unasked; nothing was sent`, {
    details: { estimateUsd: total },
  });
}

function overCeiling(what: string, ceiling: number, isUnknown: boolean): ServiceError {
  const why = isUnknown ? `so --max-cost ${usd(ceiling)} cannot be kept` : `--max-cost is ${usd(ceiling)}`;
  return new ServiceError('BR-E0601', `${what}, ${why}; nothing was sent`, {
    reason: 'invalid',
    effect: 'none',
    details: { maxCostUsd: ceiling },
    ...(isUnknown ? { hint: 'leave out --max-cost, or take models whose prices are known' } : {}),
  });
}
