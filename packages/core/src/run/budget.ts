import { InputError } from '../errors/index.ts';
import type { CollectCounts, PartBody, PartFacts } from '../job/index.ts';
import type { Price } from '../model/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { RunBody, RunBudget } from './document.ts';
import { documentOf } from './documents.ts';
import { loadPart, loadRun, partsOf, putRun } from './load.ts';
import { pricedRecords } from './on-demand-rule.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import { tokenCost } from './summary.ts';

/** `free`: the job fits. `wait`: it may fit when jobs in flight turn out cheaper. `reached`: nothing is in flight, so it never will. */
export type BudgetVerdict = 'free' | 'wait' | 'reached';

/** A sum of rounded numbers may exceed the number that it was split from by so much. */
const ROUNDING = 1 + 1e-9;

/** Whether a job of so many records may be begun: spent + in flight + this one, against the ceiling. Pure. */
export function askBudget({ budget }: RunBody, records: number): BudgetVerdict {
  if (budget?.ceilingUsd === undefined) return 'free';
  const { ceilingUsd, openRecords, spentUsd } = budget;
  if (spentUsd + (openRecords + records) * expectedUsd(budget) <= ceilingUsd * ROUNDING) return 'free';
  return openRecords > 0 ? 'wait' : 'reached';
}

/** What a record will cost: what was estimated, or more, where those that came back have cost more. */
function expectedUsd({ recordUsd, spentUsd, paidRecords = 0 }: RunBudget): number {
  return paidRecords === 0 ? recordUsd : Math.max(recordUsd, spentUsd / paidRecords);
}

/** Why a run waits at its ceiling, for people: what is spent, and what the next job would cost. `priced`: as `pricedRecords` says. */
export function describeCeiling(budget: RunBudget, records: number, priced = records): string {
  const { ceilingUsd, spentUsd } = budget;
  const spent = spentUsd === 0 ? 'nothing is spent yet' : `${dollars(spentUsd)} is spent`;
  return `the ceiling of ${dollars(ceilingUsd ?? 0)} does not hold another job: ${spent}, and the next ${records} records would cost about ${dollars(priced * expectedUsd(budget))}`;
}

/** The change of a run when a job of so many records is begun, or, below zero, will not be after all. */
export function addOpen({ budget }: RunBody, records: number): Partial<RunBody> {
  return budget === undefined ? {} : { budget: { ...budget, openRecords: budget.openRecords + records } };
}

/** The change of a run when a job is collected: its estimate becomes what it has cost. */
export function addSpent(
  { budget }: RunBody,
  part: PartFacts & Pick<PartBody, 'onDemand'>,
  counts: CollectCounts,
  price: Price | undefined,
): Partial<RunBody> {
  if (budget === undefined) return {};
  const priced = (records?: number): number => pricedRecords(part, price, records);
  const spentUsd = budget.spentUsd + collectedUsd(budget.recordUsd, part, counts, price);
  const paidRecords = (budget.paidRecords ?? 0) + priced(part.records - counts.missing);
  return { budget: { ...budget, openRecords: budget.openRecords - priced(), spentUsd, paidRecords } };
}

/** Records that nothing came back for were not paid; those without known tokens cost what was expected. */
function collectedUsd(
  recordUsd: number,
  part: PartFacts & Pick<PartBody, 'onDemand'>,
  counts: CollectCounts,
  price: Price | undefined,
): number {
  const known = tokenCost(price, counts.inputTokens, counts.outputTokens);
  const usd = part.onDemand === true ? known?.onDemandUsd : known?.batchUsd;
  return usd ?? recordUsd * pricedRecords(part, price, part.records - counts.missing);
}

/** What `setBudget` takes. */
export interface BudgetLimits extends CallOptions {
  /** Default: the ceiling stays as it is. */
  readonly ceilingUsd?: number | undefined;
  /** Needed the first time; later the first one holds. */
  readonly recordUsd?: number | undefined;
}

/**
 * Gives a run a ceiling, or another one. What is in flight and spent by then counts. A run that waits at its old ceiling goes
 * on with `resumeRun`. Throws `BR-E0601` for a ceiling when nobody knows what a record costs.
 */
export function setBudget(ports: RunPorts, id: string, limits: BudgetLimits): Promise<RunBody> {
  return transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, limits);
      const before = run.body.budget;
      const recordUsd = before?.recordUsd ?? limits.recordUsd;
      const ceilingUsd = limits.ceilingUsd ?? before?.ceilingUsd;
      if (recordUsd === undefined && ceilingUsd !== undefined) throw unknownPrice(run.body, ceilingUsd);
      if (recordUsd === undefined || (before !== undefined && before.ceilingUsd === ceilingUsd)) {
        return { writes: [], result: run.body, order: run.body };
      }
      const counted = before ?? (await countBudget(ports, run.body, recordUsd, limits));
      const budget: RunBudget = { ...counted, ...(ceilingUsd !== undefined && { ceilingUsd }) };
      const next = { ...run.body, budget };
      return { writes: [putRun(run, next)], result: next, order: next };
    },
    limits,
  );
}

/** Adds up what a run has begun before it had a budget. Reads each part itself: a page may be stale. */
async function countBudget(ports: RunPorts, run: RunBody, recordUsd: number, o: CallOptions): Promise<RunBudget> {
  const { price } = (await documentOf(ports, run.run, o)).model;
  let openRecords = 0;
  let spentUsd = 0;
  let paidRecords = 0;
  for (const ref of partsOf(run)) {
    const { body } = await loadPart(ports.ledger, ref, o);
    if (isOpen(body)) openRecords += pricedRecords(body, price);
    if (body.collected === undefined) continue;
    spentUsd += collectedUsd(recordUsd, body, body.collected, price);
    paidRecords += pricedRecords(body, price, body.records - body.collected.missing);
  }
  return { recordUsd, openRecords, spentUsd, ...(paidRecords > 0 && { paidRecords }) };
}

function isOpen({ state }: PartBody): boolean {
  return state !== 'ready' && state !== 'collected';
}

function unknownPrice(run: RunBody, ceilingUsd: number): InputError {
  const message = `the price of ${run.modelId} is unknown, so a ceiling of ${dollars(ceilingUsd)} cannot be kept`;
  return new InputError('BR-E0601', message, {
    details: { run: run.run, maxCostUsd: ceilingUsd },
    hint: 'leave out --max-cost, or take a model whose price is known',
  });
}

/** Cents, and two digits of what is below ten of them. */
function dollars(usd: number): string {
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : String(Number(usd.toPrecision(2)))}`;
}
