import type { ListedJob } from '../bedrock/index.ts';

/** How the slots of a quota were used while parts waited for one. */
export interface SlotUse {
  /** Most jobs at once. */
  readonly most: number;
  /** Minutes from the first job to the Create of the last one that waited. */
  readonly minutes: number;
  /** Share of the slots' time in which no job held them. */
  readonly empty: number;
}

/**
 * The use of so many slots by all jobs, of whom they may be, from the first Create to that of the last job whose name begins so:
 * until then a part waited. Every job must have ended.
 */
export function slotUse(jobs: readonly ListedJob[], slots: number, prefixes: readonly string[]): SlotUse {
  const waiting = jobs.filter(({ jobName }) => prefixes.some((prefix) => jobName.startsWith(prefix)));
  const from = Math.min(...waiting.map(({ submittedAt }) => submittedAt));
  const to = Math.max(...waiting.map(({ submittedAt }) => submittedAt));
  const spans = jobs.map((job) => ({ begin: Math.max(from, job.submittedAt), end: Math.min(to, endOf(job)) }));
  const held = spans.reduce((sum, { begin, end }) => sum + Math.max(0, end - begin), 0);
  const most = Math.max(...jobs.map((job) => jobs.filter((other) => isOpenAt(other, job.submittedAt)).length));
  return { most, minutes: (to - from) / 60_000, empty: 1 - held / (slots * (to - from)) };
}

function isOpenAt(job: ListedJob, at: number): boolean {
  return job.submittedAt <= at && at < endOf(job);
}

function endOf({ jobName, endedAt }: ListedJob): number {
  if (endedAt === undefined) throw new Error(`${jobName} has not ended`);
  return endedAt;
}
