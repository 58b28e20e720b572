import type { PartBody, PartFacts } from '../job/index.ts';
import { isBroken, usedBefore } from './broken-part.ts';
import { partId } from './keys.ts';
import { inRowOrder } from './row-order.ts';

/** Records that go into parts of their own in the next generation. */
export interface Lot {
  /** The parts that they were in, in the order of their rows. */
  readonly parts: readonly PartBody[];
  readonly records: number;
  /** Of a broken part, all of whose records go out again: how many parts are made of it. */
  readonly pieces?: number;
  /** What is said of each part that is made of them. */
  readonly facts: Pick<PartFacts, 'used' | 'pieceOf'>;
}

/**
 * Parts that may break beside one another before it is no more a record that is looked for: among the pieces of one part, or in a
 * generation that nothing at all has come back of. So many records that break their job are found in any run.
 */
const MOST_BROKEN = 4;

/**
 * What of a collected generation goes out again, in lots: retryable and missing records that have an attempt left, pooled with
 * those that have used as many; and each part whose job failed before processing, by halves, so that what breaks the job is found
 * and takes nothing else with it. Pure: the same lots whoever asks, and from a bucket alone.
 */
export function lotsOf(generation: readonly PartBody[], maxAttempts: number): readonly Lot[] {
  const sent = generation.filter(({ records }) => records > 0);
  const broken = sent.filter(isBroken);
  const isNoRecord = broken.length > MOST_BROKEN && broken.length === sent.length;
  const pieces = new Map<string | undefined, number>();
  for (const { pieceOf } of broken) pieces.set(pieceOf, 1 + (pieces.get(pieceOf) ?? 0));
  // what stands alone is found, and goes on to be sent alone
  const isSearched = ({ records, pieceOf }: PartBody): boolean =>
    records === 1 || (!isNoRecord && (pieceOf === undefined || pieces.get(pieceOf)! <= MOST_BROKEN));
  // pieces of a part that is given up stand in no lot: what is in none has failed
  const pooled = sent.filter((part) => !isBroken(part) || (isNoRecord && part.pieceOf === undefined && part.records > 1));
  const attempt = sent[0]?.attempt ?? 1;
  return [
    ...poolsOf(pooled, { attempt, maxAttempts }),
    ...broken.filter(isSearched).flatMap((part) => halvesOf(part, { attempt, maxAttempts })),
  ];
}

interface Limits {
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** One pool, unless some records have used fewer attempts than others. */
function poolsOf(parts: readonly PartBody[], { attempt, maxAttempts }: Limits): Lot[] {
  const byUsed = new Map<number, PartBody[]>();
  for (const part of parts) {
    // what no job may do is no attempt
    const used = usedBefore(part) + (part.denied === true ? 0 : 1);
    if (used >= maxAttempts || leftOf(part) === 0) continue;
    const same = byUsed.get(used);
    if (same === undefined) byUsed.set(used, [part]);
    else same.push(part);
  }
  return [...byUsed]
    .sort(([a], [b]) => a - b)
    .flatMap(([used, own]) =>
      inRowOrder(own).map((inOrder) => ({
        parts: inOrder,
        records: inOrder.reduce((sum, part) => sum + leftOf(part), 0),
        facts: usedFact(used, attempt),
      })),
    );
}

/**
 * The job has used none of its records' attempts, but for one that it had alone: that is sent again alone, as often as any, so
 * that it is not given up for what was the job's own fault.
 */
function halvesOf(part: PartBody, { attempt, maxAttempts }: Limits): Lot[] {
  const { records, pieceOf = partId(part.attempt, part.part) } = part;
  const used = usedBefore(part) + (records === 1 ? 1 : 0);
  if (used >= maxAttempts) return [];
  return [{ parts: [part], records, pieces: Math.min(2, records), facts: { ...usedFact(used, attempt), pieceOf } }];
}

function usedFact(used: number, attempt: number): Pick<PartFacts, 'used'> {
  return used === attempt ? {} : { used };
}

function leftOf({ collected }: PartBody): number {
  return (collected?.retryable ?? 0) + (collected?.missing ?? 0);
}
