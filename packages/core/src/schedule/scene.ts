import type { Chance } from './chance.ts';
import type { JobTimes } from './job-times.ts';
import type { Watch } from './watch.ts';

/** One quota of the service: how many jobs at once, and how long they take there. */
export interface SimulatedLane {
  readonly slots: number;
  readonly times: JobTimes;
}

/** What a run has to do. All times are minutes. */
export interface SimulatedRun {
  /** Records of each part that waits for a slot. */
  readonly parts: readonly number[];
  /** Default 0. */
  readonly arrivesAt?: number;
  /** Records that fail in an attempt for a reason that may pass, as a share; default 0. */
  readonly retryShare?: number;
  /** Most attempts of a record, this one included; default 3. 1: nothing is sent again. */
  readonly attempts?: number;
  /** Records a part of later attempts, at most; default: of the largest part. */
  readonly partRecords?: number;
  /** Minutes until jobs end that run already, each with its records; default none. They hold slots of the first lane. */
  readonly running?: (chance: Chance, times: JobTimes) => readonly { readonly records: number; readonly minutes: number }[];
  /** Records of jobs that were collected before, to be sent again; default 0. */
  readonly failed?: number;
}

/**
 * Where a part goes when there are several lanes. `home`: the first lane alone. `in-turn`: part by part round all of them,
 * whatever they do. `first-free`: any slot that is free. `soonest-end`: where it is expected to end first, which may mean to
 * wait for a better slot than one that is free.
 */
export type Placement = 'home' | 'in-turn' | 'first-free' | 'soonest-end';

/** A service, the runs that want it, and how they are looked after. */
export interface Scene {
  readonly lanes: readonly SimulatedLane[];
  readonly runs: readonly SimulatedRun[];
  readonly watch: Watch;
  /** Default `home`. */
  readonly place?: Placement;
  /** Most jobs at once in all lanes together; default: as many as they have slots. */
  readonly mostAtOnce?: number;
  /** Who gets a slot: `fair`, as our dispatcher gives it, or the run that came first. Default `fair`. */
  readonly share?: 'fair' | 'first-come';
}

/** Records in so many parts whose sizes differ by one at most. */
export function evenParts(records: number, parts: number): readonly number[] {
  const least = Math.floor(records / parts);
  const longer = records - least * parts;
  return Array.from({ length: parts }, (_, i) => (i < longer ? least + 1 : least));
}
