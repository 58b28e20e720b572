import type { RunDocument } from '@batchrock/core';
import { type Rng, ratesFrom } from './random.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Seeds from here on have runs of several Regions, a quarter of them with a tail on demand too: seeds of their own, as `TAIL_FROM` says. */
export const REGIONS_FROM = 20_000_001;

/** Seeds from here on have permissions that are missing: seeds of their own too. Half of them have several Regions. */
export const DENIALS_FROM = 30_000_001;

/** Where runs of any world begin, and where those of one Region stay. */
export const HOME = 'us-east-1';

/** A Region beside the first one. */
export interface RegionPlan {
  readonly region: string;
  readonly storeUri: string;
  /** Jobs that may live there at once. */
  readonly quota: number;
  readonly listLagMs: number;
  readonly foreignJobsPerHour: number;
  /** Times in which its service answers nobody, per hour. */
  readonly outagesPerHour: number;
}

/** Draws the other Regions of a world; none for a seed of one. */
export function drawRegions(seed: number, rng: Rng): readonly RegionPlan[] {
  if (seed < REGIONS_FROM || (seed >= DENIALS_FROM && rng.chance(0.5))) return [];
  const rate = ratesFrom(rng);
  return ['us-west-2', 'eu-west-1'].slice(0, rng.int(1, 2)).map((region) => ({
    region,
    storeUri: `s3://sim-bucket-${region}/data`,
    quota: rng.int(1, 3),
    listLagMs: rng.pick([0, 30 * SECOND, 2 * MINUTE]),
    foreignJobsPerHour: rate(0.5, 12),
    outagesPerHour: rate(0.1, 2),
  }));
}

/** What jobs of a Region hold slots of. */
export function laneIn(lane: string, region: string): string {
  return lane.replace(HOME, region);
}

/** A run that may send its parts there too. */
export function withRegions(document: RunDocument, regions: readonly RegionPlan[]): RunDocument {
  if (regions.length === 0) return document;
  const elsewhere = regions.map(({ region, storeUri, quota }) => ({
    region,
    lane: laneIn(document.lane, region),
    storeUri,
    maxJobs: quota,
  }));
  return { ...document, elsewhere };
}
