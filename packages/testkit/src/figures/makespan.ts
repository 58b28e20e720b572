import {
  createChance,
  evenParts,
  forecast,
  type JobSpec,
  jobTimes,
  OUR_WATCH,
  rangeOf,
  SERVICE_MODEL,
  type Watch,
} from '@batchrock/core';
import { TimedWorld } from './timed-world.ts';

const MINUTE = 60_000;

/** A run of whole waves: as many parts as go into so many rounds of all slots. */
export interface Waves {
  readonly waves: number;
  readonly slots: number;
  readonly partRecords: number;
}

/** Jobs whose times the assumed service draws, the same for the same part and seed however it is scheduled. */
export function drawnJobs(partRecords: number, seed: number) {
  const times = jobTimes(SERVICE_MODEL);
  const drawn = new Map<string, number>();
  return {
    /** Milliseconds of every job so far. */
    spans: () => [...drawn.values()],
    endOf: ({ jobName }: JobSpec, now: number): number => {
      const chance = createChance(Number.parseInt(jobName.slice(-8), 16) ^ Math.imul(seed, 0x9e3779b1));
      const span = Math.round(times.draw(partRecords, chance) * MINUTE);
      drawn.set(jobName, span);
      return now + span;
    },
  };
}

/** Time of a run over its lower bound, by the scheduler that ships, once for each seed; sorted. */
export async function shippedRatios({ waves, slots, partRecords }: Waves, seeds: number): Promise<readonly number[]> {
  const ratios: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const jobs = drawnJobs(partRecords, seed);
    const world = new TimedWorld({ slots, endOf: jobs.endOf });
    const [span] = await world.drive([{ run: 'r-0000000001', parts: new Array<number>(waves * slots).fill(partRecords) }]);
    if (world.service.refused > 0) throw new Error('a job was refused for the quota');
    const spans = jobs.spans();
    const lowerBound = Math.max(spans.reduce((sum, each) => sum + each, 0) / slots, ...spans);
    ratios.push(span! / lowerBound);
  }
  return ratios.toSorted((a, b) => a - b);
}

/** The middle one of measured figures. */
export function median(figures: readonly number[]): number {
  return rangeOf(figures).p50;
}

/** The same figure of other ways to look after jobs, by the model. */
export function modelRatio({ waves, slots, partRecords }: Waves, watch: Watch = OUR_WATCH): number {
  const parts = evenParts(waves * slots * partRecords, waves * slots);
  return forecast({ lanes: [{ slots, times: jobTimes(SERVICE_MODEL) }], runs: [{ parts }], watch }).ratio;
}
