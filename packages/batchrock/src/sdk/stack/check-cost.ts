import { estimatePlan, InputError } from '@batchrock/core';
import { assumptionText } from '../../render/assumption-text.ts';
import { usd } from '../../render/figures.ts';
import { partRecords } from '../../request/freeze-document.ts';
import type { RunRequest } from '../../request/request.ts';
import { surveyRows } from '../../request/survey.ts';
import { UNASKED_USD } from '../budget.ts';
import type { Inspected } from '../inspect.ts';
import type { StartOptions } from '../start-run.ts';
import type { StackSession } from './stack-session.ts';

/** Rows that are measured for the estimate. */
const SURVEYED_ROWS = 1000;

/** Throws `BR-E0119` when nobody agreed to a run that costs more than is spent unasked, or whose cost cannot be told. */
export async function checkCost(
  { stack }: StackSession,
  { request, inspected }: { readonly request: RunRequest; readonly inspected: Inspected | undefined },
  options: StartOptions,
): Promise<void> {
  if (options.yes) return;
  const estimate = inspected && (await estimateOf(request, inspected, options));
  if (estimate !== undefined && estimate.usd <= UNASKED_USD) return;
  const what =
    estimate === undefined
      ? 'what this run will cost is not known here'
      : `this run will cost about ${usd(estimate.usd)}${estimate.assumption}`;
  if (options.confirm && (await options.confirm(`${what}; start it in stack ${stack.name}?`))) return;
  throw new InputError('BR-E0119', `${what}, and more than $${UNASKED_USD} is not spent unasked; nothing was sent`, {
    hint: 'add --yes',
    details: estimate === undefined ? {} : { estimateUsd: estimate.usd },
  });
}

async function estimateOf(request: RunRequest, { dataset, question }: Inspected, { signal }: StartOptions) {
  const { model } = question;
  const survey = await surveyRows(dataset, question, { maxRows: SURVEYED_ROWS, ...(signal && { signal }) });
  const records = survey.isWhole ? survey.records : dataset.estimatedRows;
  const plan = estimatePlan({
    model,
    params: question.request.params,
    records,
    slots: request.slots ?? model.limits.maxJobs,
    partRecords: partRecords(request, dataset, model.limits, survey.sample?.bytes),
    sample: survey.sample,
    outputTokens: request.expectOutputTokens,
  });
  const expected = plan.cost?.batch.expected;
  if (expected === undefined) return undefined;
  const { outputTokens } = plan;
  return { usd: expected, assumption: outputTokens?.assumed ? ` (${assumptionText(outputTokens.each)})` : '' };
}
