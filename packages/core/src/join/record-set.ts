import { invariant } from '../errors/index.ts';

/**
 * The records that a job was given, numbered 0, 1, 2 … in the order of their rows. A slot number takes the place of an id
 * everywhere in the join, so that arrays take the place of maps.
 */
export interface RecordSet {
  /** Slots, from 0. Some may be `gap`s. */
  readonly slots: number;
  /** The slot of a record, -1 when the job was not given it. */
  slotOf(ordinal: number): number;
  ordinalAt(slot: number): number;
  /** True for a slot whose row was never sent. */
  isGap(slot: number): boolean;
}

/** Rows `from` to `to` (exclusive) without those that were not sent: the records of a part of the first attempt. */
export function rowsWithout(from: number, to: number, unsent: Iterable<number>): RecordSet {
  const gaps = new Uint8Array(to - from);
  for (const ordinal of unsent) {
    invariant(ordinal >= from && ordinal < to, `unsent row ${ordinal} is outside of its part, ${from} to ${to}`);
    gaps[ordinal - from] = 1;
  }
  return {
    slots: to - from,
    slotOf: (ordinal) => (ordinal >= from && ordinal < to && gaps[ordinal - from] === 0 ? ordinal - from : -1),
    ordinalAt: (slot) => from + slot,
    isGap: (slot) => gaps[slot] === 1,
  };
}

/** These ordinals, ascending: the records of a part of a later attempt. 8 bytes each. */
export function theseRecords(ordinals: Float64Array): RecordSet {
  for (let i = 1; i < ordinals.length; i++) {
    invariant(ordinals[i - 1]! < ordinals[i]!, `records out of order: row ${ordinals[i]} after row ${ordinals[i - 1]}`);
  }
  return {
    slots: ordinals.length,
    slotOf: (ordinal) => search(ordinals, ordinal),
    ordinalAt: (slot) => ordinals[slot]!,
    isGap: () => false,
  };
}

function search(ordinals: Float64Array, ordinal: number): number {
  let low = 0;
  let high = ordinals.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = ordinals[middle]!;
    if (value === ordinal) return middle;
    if (value < ordinal) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
