import { createChance } from './chance.ts';
import { type Played, play } from './play.ts';
import type { Scene } from './scene.ts';

/** Minutes: one time in ten it is quicker than `p10`, half of the times than `p50`, nine times in ten than `p90`. */
export interface DurationRange {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** How a scene goes, over many plays of it. */
export interface Forecast {
  /** Until everything is known to have ended. */
  readonly minutes: DurationRange;
  /** The same of each run, from its arrival. */
  readonly runMinutes: readonly DurationRange[];
  /** Minutes that no schedule can do without; median. */
  readonly lowerBound: number;
  /** Minutes over the lower bound of the same play; median. */
  readonly ratio: number;
  /** Share of all slots' time in which a job ran; mean. */
  readonly slotUse: number;
  /** Mean. */
  readonly jobs: number;
  /** Records of all jobs, those that are sent again too; mean. */
  readonly sent: number;
  /** Records that fail in their last attempt; mean. */
  readonly failed: number;
  readonly replications: number;
}

/** How often a scene is played. */
export interface ForecastOptions {
  /** Default: as many as go into `jobBudget`, from 3 to 400. */
  readonly replications?: number;
  /** Job starts that all plays together may cost, about; default 20,000, which takes some 30 ms. */
  readonly jobBudget?: number;
  /** The same seed gives the same forecast; default 1. */
  readonly seed?: number;
}

const JOB_BUDGET = 20_000;
/** Long runs need few: their length hardly varies. */
const FEWEST_REPLICATIONS = 3;
const MOST_REPLICATIONS = 400;

/** Plays a scene many times against the assumed service. The same scene and seed give the same answer. */
export function forecast(scene: Scene, o: ForecastOptions = {}): Forecast {
  const jobs = Math.max(
    1,
    scene.runs.reduce((sum, run) => sum + run.parts.length, 0),
  );
  const affordable = Math.floor((o.jobBudget ?? JOB_BUDGET) / jobs);
  const replications = o.replications ?? Math.max(FEWEST_REPLICATIONS, Math.min(MOST_REPLICATIONS, affordable));
  const chance = createChance(o.seed ?? 1);
  const plays = Array.from({ length: replications }, () => play(scene, chance));
  const slots = scene.lanes
    .slice(0, (scene.place ?? 'home') === 'home' ? 1 : undefined)
    .reduce((sum, { slots }) => sum + slots, 0);
  const mean = (of: (each: Played) => number) => plays.reduce((sum, each) => sum + of(each), 0) / replications;
  return {
    minutes: rangeOf(plays.map((each) => each.minutes)),
    runMinutes: scene.runs.map((_, run) => rangeOf(plays.map((each) => each.runMinutes[run]!))),
    lowerBound: rangeOf(plays.map((each) => each.lowerBound)).p50,
    ratio: rangeOf(plays.map((each) => ratioOf(each.minutes, each.lowerBound))).p50,
    slotUse: mean((each) => ratioOf(each.jobMinutes, slots * each.minutes)),
    jobs: mean((each) => each.jobs),
    sent: mean((each) => each.sent),
    failed: mean((each) => each.failed),
    replications,
  };
}

function ratioOf(a: number, b: number): number {
  return b === 0 ? 1 : a / b;
}

/** The range of measured times, in any order. */
export function rangeOf(minutes: readonly number[]): DurationRange {
  const sorted = minutes.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}
