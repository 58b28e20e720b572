import type { Fill, PackLimits } from './limits.ts';

/** What becomes of the last two parts. */
export type Tail =
  /** They stay as they are. */
  | { readonly kind: 'keep' }
  /** They become one part. */
  | { readonly kind: 'merge' }
  /** They become two others: the first one has so many records. */
  | { readonly kind: 'split'; readonly first: number };

/**
 * Balances the last two parts of a dataset when the last one is below the service's minimum: halves when any two halves fit,
 * else just enough records for the last part to reach the minimum; one part when there are too few records for two. `keep`
 * where neither fits the limits of a job, and the last part is padded (it cannot happen while `minRecords` of the largest
 * records fit into a job).
 */
export function settleTail(previous: Fill, tail: Fill, limits: PackLimits): Tail {
  const { minRecords, maxRecords, maxJobBytes } = limits;
  if (tail.records >= minRecords) return { kind: 'keep' };
  const records = previous.records + tail.records;
  const fitsOne = previous.bytes + tail.bytes <= maxJobBytes;
  if (records >= 2 * minRecords) return { kind: 'split', first: fitsOne ? Math.ceil(records / 2) : records - minRecords };
  return fitsOne && records <= maxRecords ? { kind: 'merge' } : { kind: 'keep' };
}
