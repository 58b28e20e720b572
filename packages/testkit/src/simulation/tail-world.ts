import type { AskedTail, RunDocument } from '@batchrock/core';
import { type Rng, ratesFrom } from './random.ts';
import { REGIONS_FROM } from './region-world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Seeds from here on have runs whose tail goes on demand. They are seeds of their own, so that those below go the way that they have
 * always gone: what was counted of them, their regressions and the witnesses of planted bugs stand. One number still says all of a world.
 */
export const TAIL_FROM = 10_000_001;

/** How a world with a tail on demand is, and how bad calls of a model are in it: rates are per call. */
export interface TailPlan {
  /** What its runs ask for, with their first command or later. */
  readonly asked: AskedTail;
  readonly fromTheStart: boolean;
  /** `--tail on-demand` by a user on a run that is under way, per hour. */
  readonly hurriesPerHour: number;
  /** Usual time of a call; some take several times as long. */
  readonly latencyMs: number;
  readonly throttleRate: number;
  readonly serverErrorRate: number;
  /** The model has answered, and the answer is no JSON object, or the service fails behind it: paid in vain. */
  readonly lostAnswerRate: number;
  /** An answer without a word in it. */
  readonly emptyAnswerRate: number;
  /** A record that is asked again is answered in other words. */
  readonly otherWordsRate: number;
  /** Hours in which nobody may ask a model, per hour. */
  readonly denialsPerHour: number;
}

/** Draws the tail of a world; undefined for a seed that has none. */
export function drawTail(seed: number, rng: Rng): TailPlan | undefined {
  if (seed < TAIL_FROM || (seed >= REGIONS_FROM && rng.chance(0.75))) return undefined;
  const rate = ratesFrom(rng);
  const concurrency = rng.int(1, 5);
  const fromTheStart = rng.chance(0.7);
  const deadlineMs = Math.round(rng.logUniform(10 * MINUTE, 10 * HOUR));
  return {
    asked: { concurrency, ...(rng.chance(0.5) && { deadlineMs }) },
    fromTheStart,
    // a run that does not begin so is hurried sooner or later
    hurriesPerHour: fromTheStart ? rate(0.1, 2) : rng.logUniform(0.3, 3),
    latencyMs: Math.round(rng.logUniform(200, MINUTE)),
    throttleRate: rate(0.02, 0.9),
    serverErrorRate: rate(0.01, 0.6),
    lostAnswerRate: rate(0.01, 0.4),
    emptyAnswerRate: rate(0.01, 0.3),
    otherWordsRate: rate(0.1, 1),
    denialsPerHour: rate(0.1, 2),
  };
}

/** The same when faults have ended. What a model answers, and how long it takes, stays so. */
export function calmTail(plan: TailPlan): TailPlan {
  return { ...plan, hurriesPerHour: 0, throttleRate: 0, serverErrorRate: 0, lostAnswerRate: 0, denialsPerHour: 0 };
}

/** What a run is in any world whatever happens in it: who goes on demand does not hang upon when, and a record has one answer. */
export function steadyTail(plan: TailPlan): TailPlan {
  const { concurrency } = plan.asked;
  return {
    ...calmTail(plan),
    asked: { ...(concurrency !== undefined && { concurrency }) },
    fromTheStart: true,
    emptyAnswerRate: 0,
    otherWordsRate: 0,
  };
}

/** A run of such a world: so small beside the minimum of a job that there is something to ask for. */
export function withTail(document: RunDocument, { asked, fromTheStart }: TailPlan, rng: Rng): RunDocument {
  const minRecords = rng.chance(0.5) ? rng.int(3, 6) : rng.int(7, 15);
  const maxRecords = rng.int(2 * minRecords, 2 * minRecords + 6);
  const limits = { ...document.model.limits, minRecords, maxRecords, maxRecordsPerFile: maxRecords };
  return {
    ...document,
    model: { ...document.model, limits },
    partRecords: rng.int(minRecords, maxRecords),
    ...(fromTheStart && { asked: { tail: asked } }),
  };
}

/** One line for the head of a story. */
export function describeTail(plan: TailPlan): string {
  return Object.entries({ ...plan, ...plan.asked })
    .filter(([, value]) => value !== 0 && value !== false && typeof value !== 'object')
    .map(([key, value]) => `${key}=${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
    .join(' ');
}
