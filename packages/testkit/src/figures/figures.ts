import { forecast, jobTimes, SERVICE_MODEL, type Watch } from '@batchrock/core';
import { measureFairness } from './fairness.ts';
import { median, modelRatio, shippedRatios, type Waves } from './makespan.ts';
import { measureRetryJobs } from './retry-jobs.ts';
import { measureTogether } from './together.ts';

/** A figure that is promised: what was found, with the scheduler that ships where nothing else is said. */
export interface Figure {
  readonly what: string;
  readonly reach: string;
  readonly found: string;
  readonly isReached: boolean;
  /** The same of a fixed Map concurrency and of a poll every 15 minutes, by the model; absent where it says nothing. */
  readonly fixedMap?: string;
  readonly slowPoll?: string;
}

/** How much is measured. */
export interface FigureOptions {
  /** Runs of each kind whose middle one counts. */
  readonly seeds: { readonly fiveWaves: number; readonly fiftyWaves: number; readonly fairness: number };
  /** Slots of the run of 50 waves: with 20 it has 1,000 jobs. */
  readonly fiftyWaveSlots: number;
  /** Minutes after the large run at which the small one begins. */
  readonly arrivals: readonly number[];
}

/** As `npm run figures` measures them: minutes of work. */
export const THOROUGH: FigureOptions = {
  seeds: { fiveWaves: 100, fiftyWaves: 5, fairness: 20 },
  fiftyWaveSlots: 20,
  arrivals: [0, 20],
};

const EVENTS: Watch = { by: 'events', delayMinutes: 0.25, lostShare: 0, sweepMinutes: 5 };
const SLOW_POLL: Watch = { by: 'poll', everyMinutes: 15 };

/** Every figure in turn. */
export async function* measureFigures(o: FigureOptions): AsyncGenerator<Figure> {
  yield await makespanFigure({ waves: 5, slots: 20, partRecords: 10_000 }, 1.2, o.seeds.fiveWaves);
  yield await makespanFigure({ waves: 50, slots: o.fiftyWaveSlots, partRecords: 1_000 }, 1.1, o.seeds.fiftyWaves);
  for (const arrivesAt of o.arrivals) yield await fairnessFigure(arrivesAt, o.seeds.fairness);
  yield sharedLane();
  yield await togetherFigure();
  yield await retryFigure();
}

async function makespanFigure(shape: Waves, reach: number, seeds: number): Promise<Figure> {
  const ratios = await shippedRatios(shape, seeds);
  const found = median(ratios);
  const model = modelRatio(shape);
  const above = ratios.filter((ratio) => ratio > reach).length;
  return {
    what: `time over the lower bound, ${shape.waves} waves in ${shape.slots} slots`,
    reach: `at most ${reach.toFixed(2)}, the middle one`,
    found: `${found.toFixed(2)} (${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)}, ${above} of ${seeds} runs above; by the model ${model.toFixed(2)})`,
    isReached: found <= reach && model <= reach,
    fixedMap: modelRatio(shape, EVENTS).toFixed(2),
    slowPoll: modelRatio(shape, SLOW_POLL).toFixed(2),
  };
}

async function fairnessFigure(arrivesAt: number, seeds: number): Promise<Figure> {
  const ratios: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) ratios.push((await measureFairness(arrivesAt, seed)).ratio);
  const found = median(ratios);
  return {
    what: `a run of 5 parts beside one of 100, ${arrivesAt === 0 ? 'begun together' : `begun ${arrivesAt} minutes later`}`,
    reach: 'at most 1.30 times as long as alone',
    found: `${found.toFixed(2)} (${seeds} runs)`,
    isReached: found <= 1.3,
  };
}

/** Four runs of one lane: what is shared by all, and what is divided among them. By the model alone. */
function sharedLane(): Figure {
  const lanes = [{ slots: 20, times: jobTimes(SERVICE_MODEL) }];
  const runs = [100, 30, 20, 10].map((parts) => ({ parts: new Array<number>(parts).fill(10_000) }));
  const ours = forecast({ lanes, runs, watch: EVENTS });
  const quarter = [{ ...lanes[0]!, slots: 5 }];
  const divided = runs.map((run) => forecast({ lanes: quarter, runs: [run], watch: EVENTS }).minutes.p50);
  const polled = forecast({ lanes, runs, watch: SLOW_POLL });
  return {
    what: 'four runs at once of 100, 30, 20 and 10 parts in 20 slots, by the model',
    reach: 'none',
    found: `${Math.round(ours.minutes.p50)} min`,
    isReached: true,
    fixedMap: `${Math.round(Math.max(...divided))} min, each with a quarter of the slots`,
    slowPoll: `${Math.round(polled.minutes.p50)} min`,
  };
}

async function togetherFigure(): Promise<Figure> {
  const { jobs, lastCreateSeconds, firstCollectedSeconds } = await measureTogether(100, 100);
  return {
    what: `${jobs} jobs that end together: the last of their next Creates`,
    reach: 'before the first harvest ends',
    found: `${lastCreateSeconds.toFixed(1)} s, the first harvest ends after ${firstCollectedSeconds.toFixed(1)} s`,
    isReached: lastCreateSeconds < firstCollectedSeconds,
  };
}

async function retryFigure(): Promise<Figure> {
  const { parts, failures, jobs, allowed } = await measureRetryJobs(100, 100, 0.05);
  return {
    what: `5 % of the records failing in each of ${parts} parts: retry jobs`,
    reach: `at most ${allowed} for ${failures} failures and parts of 100`,
    found: String(jobs),
    isReached: jobs > 0 && jobs <= allowed,
  };
}

/** The figures as a table in Markdown. */
export function figuresTable(figures: readonly Figure[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', 'to reach', 'found', 'fixed Map', '15-minute poll']),
    '|---|---|---|---|---|',
    ...figures.map((each) => line([each.what, each.reach, each.found, each.fixedMap ?? '', each.slowPoll ?? ''])),
  ].join('\n');
}
