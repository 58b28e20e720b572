import { drawnJobs } from './makespan.ts';
import { TimedWorld } from './timed-world.ts';

const MINUTE = 60_000;
const SLOTS = 20;
const PART_RECORDS = 10_000;
const SMALL = 5;
const LARGE = 100;

/** How much longer a run of 5 parts takes beside one of 100 than alone, in 20 slots. */
export interface FairnessFigure {
  /** Minutes after the large one. */
  readonly arrivesAt: number;
  readonly ratio: number;
}

/** Both runs by processes of their own, with the same jobs alone and beside. */
export async function measureFairness(arrivesAt: number, seed: number): Promise<FairnessFigure> {
  const small = { run: 'r-000000small', parts: new Array<number>(SMALL).fill(PART_RECORDS) };
  const large = { run: 'r-000000large', parts: new Array<number>(LARGE).fill(PART_RECORDS) };
  const world = () => new TimedWorld({ slots: SLOTS, endOf: drawnJobs(PART_RECORDS, seed).endOf });
  const [alone] = await world().drive([small]);
  const [, beside] = await world().drive([large, { ...small, arrivesAtMs: arrivesAt * MINUTE }]);
  return { arrivesAt, ratio: beside! / alone! };
}
