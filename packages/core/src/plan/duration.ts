import { SERVICE_MODEL } from './service-model.ts';

/** Minutes that a run takes under the assumed service: half of all runs are quicker than `p50`, nine tenths than `p90`. */
export interface DurationRange {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** What is simulated. */
export interface DurationInput {
  readonly records: number;
  readonly partRecords: number;
  readonly slots: number;
}

/** Job starts that all replications together may cost; keeps the answer below some 50 ms. */
const BUDGET = 200_000;
const MOST_REPLICATIONS = 400;
const FEWEST_REPLICATIONS = 20;

/**
 * Plays the run many times against the assumed service: each part takes the slot that is free first. Deterministic: the
 * same input gives the same range.
 */
export function estimateDuration(input: DurationInput): DurationRange {
  const parts = Math.max(1, Math.ceil(input.records / input.partRecords));
  const replications = Math.max(FEWEST_REPLICATIONS, Math.min(MOST_REPLICATIONS, Math.floor(BUDGET / parts)));
  const normal = normals(1);
  const spans = Array.from({ length: replications }, () => makespan(input, parts, normal)).sort((a, b) => a - b);
  const at = (share: number): number => spans[Math.min(replications - 1, Math.floor(share * replications))]!;
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

function makespan({ records, slots }: DurationInput, parts: number, normal: () => number): number {
  const { startMinutes, startSigma, recordsPerMinute, rateSigma, gapMinutes } = SERVICE_MODEL;
  const free = new Float64Array(Math.max(1, Math.min(slots, parts)));
  let end = 0;
  for (let part = 0; part < parts; part++) {
    const size = Math.floor(records / parts) + (part < records % parts ? 1 : 0);
    const start = startMinutes * Math.exp(startSigma * normal());
    const work = size / (recordsPerMinute * Math.exp(rateSigma * normal()));
    const done = free[0]! + start + work;
    end = Math.max(end, done);
    replaceFirst(free, done + gapMinutes);
  }
  return end;
}

/** `heap[0]` is the smallest; it is replaced, and the smallest comes first again. */
function replaceFirst(heap: Float64Array, value: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (child >= heap.length || heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
}

/** Normally distributed numbers from a fixed seed (Box and Muller over a Weyl sequence that is mixed). */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
