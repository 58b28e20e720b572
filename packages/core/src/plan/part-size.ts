import { invariant } from '../errors/index.ts';
import type { ModelLimits } from '../model/index.ts';
import { settleTail } from '../pack/index.ts';
import { GAP_MINUTES, SERVICE_MODEL } from '../schedule/index.ts';

/** What the part size is chosen from. */
export interface PartSizeInput {
  /** Rows that will be sent, as far as it is known. */
  readonly estimatedRows: number;
  /** How far the estimate may be too low: 0.05 for 5 %. A part more than whole waves would cost a wave. Default 0. */
  readonly estimateError?: number;
  readonly limits: ModelLimits;
  /** Jobs at once. */
  readonly slots: number;
  /** Most parts: they become larger, as far as they may. Default: no limit. */
  readonly maxParts?: number;
  /** Mean bytes of a record, where it is known: keeps a job below `maxJobBytes`. */
  readonly recordBytes?: number;
}

/**
 * Waves that are planned while the parts fit into jobs. In one wave the run waits for the slowest of all jobs, with every other
 * slot idle, and a failure far on repeats the most; more than three gain nothing even when durations vary much.
 */
const FEWEST_WAVES = 2;
const MOST_WAVES = 3;

/**
 * Records a part, frozen before the first one. Near `n* = √(2·N·r·(s+g)/(Q−1))`, where waiting for a job's start and the idle
 * slots of the last wave cost the same; then aligned to two or three whole waves of `slots` parts, or to as many whole waves as
 * the largest job needs; to one where parts of two would be below `minRecords`. Never below `minRecords` or above `maxRecords`.
 */
export function partRecordsFor(input: PartSizeInput): number {
  const { limits } = input;
  const largest = largestPart(input);
  const rows = Math.max(1, Math.ceil(input.estimatedRows * (1 + (input.estimateError ?? 0))));
  const slots = Math.max(1, Math.min(Math.floor(input.slots), limits.maxJobs));
  invariant(Number.isFinite(rows), `the number of rows to plan for is ${input.estimatedRows}`);
  const best = slots === 1 ? rows : optimalPart(rows, slots);
  let chosen = 0;
  for (let waves = FEWEST_WAVES; waves <= MOST_WAVES; waves++) {
    const size = Math.ceil(rows / (waves * slots));
    if (size > largest || size < limits.minRecords) continue;
    // sizes differ by factors, so the nearest is the one with the smallest ratio
    if (chosen === 0 || ratio(size, best) < ratio(chosen, best)) chosen = size;
  }
  if (chosen === 0) chosen = Math.ceil(rows / (slots * Math.ceil(rows / (largest * slots))));
  const fewest = Math.ceil(rows / (input.maxParts ?? Number.POSITIVE_INFINITY));
  return Math.min(largest, Math.max(limits.minRecords, chosen, fewest));
}

/** Parts that so many records make, the last two balanced as the packer does it, as far as bytes do not close a part before. */
export function partsOf(records: number, partRecords: number, limits: ModelLimits): number {
  const parts = Math.ceil(records / partRecords);
  if (parts < 2) return parts;
  const last = records - (parts - 1) * partRecords;
  const settled = settleTail({ records: partRecords, bytes: 0 }, { records: last, bytes: 0 }, { ...limits, partRecords });
  return settled.kind === 'merge' ? parts - 1 : parts;
}

/** Rounds of jobs until every part has run, `slots` at once. */
export function wavesOf(parts: number, slots: number): number {
  return Math.ceil(parts / Math.max(1, slots));
}

function optimalPart(rows: number, slots: number): number {
  const { startMinutes, recordsPerMinute } = SERVICE_MODEL;
  return Math.sqrt((2 * rows * recordsPerMinute * (startMinutes + GAP_MINUTES)) / (slots - 1));
}

function largestPart({ limits, recordBytes }: PartSizeInput): number {
  if (recordBytes === undefined || recordBytes <= 0) return limits.maxRecords;
  // a tenth is left for parts whose records are longer than the mean
  const byBytes = Math.floor((0.9 * limits.maxJobBytes) / recordBytes);
  return Math.max(limits.minRecords, Math.min(limits.maxRecords, byBytes));
}

function ratio(a: number, b: number): number {
  return Math.max(a / b, b / a);
}
