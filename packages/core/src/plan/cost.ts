import { batchPrice, type Price } from '../model/index.ts';
import type { Estimate } from './tokens.ts';

/** Tokens of a run. */
export interface TokenTotals {
  readonly input: number;
  readonly output: number;
}

/** What tokens cost, in USD. */
export interface Cost {
  readonly batch: number;
  readonly onDemand: number;
}

/** What a run is expected to cost, in USD, and where the price comes from. */
export interface PlannedCost {
  readonly currency: 'USD';
  /** `high` is absent where nothing bounds the length of the answers. */
  readonly batch: { readonly low: number; readonly expected: number; readonly high?: number };
  readonly onDemand: { readonly low: number; readonly expected: number; readonly high?: number };
  /** ISO 8601 date of the price, and where it was read. */
  readonly priceDate: string;
  readonly priceSource: string;
}

/** The cost of tokens that were used or are planned; undefined where the price is not known. */
export function planCost(price: Price | undefined, tokens: TokenTotals): Cost | undefined {
  if (price === undefined) return undefined;
  const batch = batchPrice(price);
  return {
    batch: (tokens.input * batch.input + tokens.output * batch.output) / 1e6,
    onDemand: (tokens.input * price.input + tokens.output * price.output) / 1e6,
  };
}

/** The cost of a band of tokens; undefined where the price or the input is not known. */
export function plannedCost(
  price: Price | undefined,
  input: Estimate | undefined,
  output: Omit<Estimate, 'high'> & { readonly high?: number },
): PlannedCost | undefined {
  if (price === undefined || input === undefined) return undefined;
  const low = planCost(price, { input: input.low, output: output.low })!;
  const expected = planCost(price, { input: input.expected, output: output.expected })!;
  const high = output.high === undefined ? undefined : planCost(price, { input: input.high, output: output.high })!;
  return {
    currency: 'USD',
    batch: { low: low.batch, expected: expected.batch, ...(high && { high: high.batch }) },
    onDemand: { low: low.onDemand, expected: expected.onDemand, ...(high && { high: high.onDemand }) },
    priceDate: price.date,
    priceSource: price.source,
  };
}
