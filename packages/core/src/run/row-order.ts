import type { PartFacts } from '../job/index.ts';

/**
 * Parts of one generation as few sequences, in each of which rows rise from part to part. One, unless some of them were made of
 * other rows than the rest: pieces of a part whose job failed, between the rows that were sent again for reasons of their own.
 */
export function inRowOrder<T extends PartFacts>(parts: readonly T[]): T[][] {
  const sequences: T[][] = [];
  for (const part of parts.toSorted((a, b) => a.firstOrdinal - b.firstOrdinal || a.part - b.part)) {
    const fitting = sequences.find((sequence) => sequence.at(-1)!.lastOrdinal < part.firstOrdinal);
    if (fitting === undefined) sequences.push([part]);
    else fitting.push(part);
  }
  return sequences;
}
