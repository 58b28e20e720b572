import { InvariantError } from '../errors/index.ts';

/** Who has a slot: one for each job that lives or may live. */
export interface SlotHolder {
  readonly jobName: string;
  readonly run: string;
  readonly attempt: number;
  readonly part: number;
}

/** A lane as it stands in the ledger, schema `lane/1`. */
export interface LaneBody {
  readonly lane: string;
  /** Most jobs at once, at the moment: below `quota` after the service refused one. */
  readonly limit: number;
  /** What `limit` returns to; absent in a lane that never was refused. */
  readonly quota?: number;
  /** When `limit` was changed last, milliseconds since the epoch. */
  readonly limitAt?: number;
  /** No new intent before this, milliseconds since the epoch. */
  readonly cooldownUntil: number;
  readonly holders: readonly SlotHolder[];
  /** What others have of the quota, as List told it last; absent: nothing, or nobody asked. */
  readonly others?: OtherJobs;
}

/** Jobs that count against the quota of a lane and are not of this ledger. */
export interface OtherJobs {
  /** That lived when they were counted. */
  readonly jobs: number;
  /** Jobs that the service lets live at once, theirs among them. */
  readonly quota: number;
  /** When they were counted, milliseconds since the epoch. */
  readonly at: number;
}

/** How long a count of the jobs of others holds: sweeps count them anew far sooner, and one that cannot must not keep slots empty. */
export const OTHERS_HOLD_MS = 15 * 60_000;

/** How long a lane rests after the service said that its quota is reached; a limit grows by one in the same time. */
export const QUOTA_COOLDOWN_MS = 30_000;

/** A lane that nobody uses yet. */
export function newLane(lane: string, limit: number): LaneBody {
  return { lane, limit, cooldownUntil: 0, holders: [] };
}

/** Slots that can be taken now: none while the lane cools down. */
export function freeSlots(lane: LaneBody, now: number): number {
  return now < lane.cooldownUntil ? 0 : Math.max(0, slotsBesideOthers(lane, now) - lane.holders.length);
}

/** Jobs of this ledger that may live at once beside those of others; those that do may be more. */
export function slotsBesideOthers(lane: LaneBody, now: number): number {
  const jobs = jobsOfOthers(lane, now);
  if (jobs === 0) return lane.limit;
  // who gives a lane more than the service is known to allow knows better
  const left = Math.max(lane.others?.quota ?? 0, lane.quota ?? lane.limit) - jobs;
  return Math.max(0, Math.min(lane.limit, left));
}

/** The lane with the jobs of others counted anew; undefined when that is nothing new. */
export function withOthers(lane: LaneBody, counted: OtherJobs): LaneBody | undefined {
  if (counted.jobs > 0) return { ...lane, others: counted };
  if (lane.others === undefined) return undefined;
  const { others: _, ...rest } = lane;
  return rest;
}

/** Jobs of others in the lane, as far as that was counted lately. */
export function jobsOfOthers({ others }: LaneBody, now: number): number {
  return others === undefined || now - others.at > OTHERS_HOLD_MS ? 0 : others.jobs;
}

/** True when the job has a slot of the lane. */
export function holdsSlot(lane: LaneBody, jobName: string): boolean {
  return lane.holders.some((holder) => holder.jobName === jobName);
}

/**
 * The lane with one more holder; the same lane when the job has a slot already. Whether one is free is the caller's
 * question (`freeSlots`): a job that turns out to live holds a slot even where none is free, since the service counts it.
 */
export function holdSlot(lane: LaneBody, holder: SlotHolder): LaneBody {
  return holdsSlot(lane, holder.jobName) ? lane : { ...lane, holders: [...lane.holders, holder] };
}

/** The lane without that holder. */
export function releaseSlot(lane: LaneBody, jobName: string): LaneBody {
  return { ...lane, holders: lane.holders.filter((holder) => holder.jobName !== jobName) };
}

/**
 * The lane after the service refused a job for its quota: jobs that are not ours take a share, so the limit falls to what
 * we hold (the refused intent keeps its slot: refusing one call proves nothing about another of the same token) and
 * nothing new is begun for a while.
 */
export function coolDown(lane: LaneBody, now: number, restMs: number): LaneBody {
  return {
    ...lane,
    quota: lane.quota ?? lane.limit,
    limit: Math.max(1, Math.min(lane.limit, lane.holders.length)),
    limitAt: now,
    cooldownUntil: Math.max(lane.cooldownUntil, now + restMs),
  };
}

/** The lane with its limit one nearer to its quota, when it has rested for `restMs`; undefined when there is nothing to raise. */
export function raiseLimit(lane: LaneBody, now: number, restMs: number): LaneBody | undefined {
  if (lane.quota === undefined || lane.limit >= lane.quota) return undefined;
  if (now < lane.cooldownUntil || now < (lane.limitAt ?? 0) + restMs) return undefined;
  return { ...lane, limit: lane.limit + 1, limitAt: now };
}

/** The lane with another quota, such as one read from Service Quotas or given by the user. Throws on a limit below 1. */
export function withQuota(lane: LaneBody, quota: number): LaneBody {
  if (!Number.isInteger(quota) || quota < 1) throw new InvariantError(`a lane takes at least one job at a time, not ${quota}`);
  if (lane.quota === undefined) return { ...lane, limit: quota };
  return { ...lane, quota, limit: Math.min(lane.limit, quota) };
}
