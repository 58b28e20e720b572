import { isSentinelOrdinal, type JobCounts, type JobSpec, ordinalOf } from '@batchrock/core';
import type { Place } from './fate.ts';
import { ACCESS_DENIED, type JobLife, UNREADABLE_INPUT } from './job-life.ts';
import { type InputRecord, type JobWork, type RecordResult, resultsOf, tally } from './job-output.ts';

/** A job as the service knows it. */
export interface SimJob {
  /** Counts the jobs of the world from 0. */
  readonly index: number;
  readonly jobArn: string;
  readonly region: string;
  readonly spec: JobSpec;
  /** Where faults of this job strike. */
  readonly place: Place;
  readonly submitTime: number;
  readonly records: readonly InputRecord[];
  /** Ids of records with which no job passes validation. */
  readonly breakers: readonly string[];
  readonly work: JobWork;
  readonly saysCounts: boolean;
  /** Its live counts go up and down. */
  readonly countsJump: boolean;
  /** Replaced when the job is stopped. */
  life: JobLife;
  /** What `jobEnd` has worked out. */
  end?: JobEnd;
}

/** What comes of a job in the end, by the life that it has now. */
interface JobEnd {
  readonly life: JobLife;
  readonly results: ReadonlyMap<string, RecordResult>;
  readonly counts: JobCounts;
}

/** Worked out once for each life: a list of jobs asks for it again and again. */
function jobEnd(job: SimJob): JobEnd {
  if (job.end?.life === job.life) return job.end;
  const results = resultsOf(job.work, job.life.doneShare);
  job.end = { life: job.life, results, counts: job.life.saysAll === true ? allDone(results.size) : tally(results) };
  return job.end;
}

function allDone(total: number): JobCounts {
  return { total, processed: total, succeeded: total, failed: 0 };
}

/** What the output of a job says in the end of each record, sentinels included. */
export function jobResults(job: SimJob): ReadonlyMap<string, RecordResult> {
  return jobEnd(job).results;
}

/** The counts that the service tells of a job that has ended. */
export function jobCounts(job: SimJob): JobCounts {
  return jobEnd(job).counts;
}

/** True for a job that failed before it processed a record. */
export function isBrokenJob({ life }: SimJob): boolean {
  return life.phases.at(-1)?.status === 'Failed' && life.doneShare === 0 && life.message === UNREADABLE_INPUT;
}

/** True for a job that was denied access. */
export function isDeniedJob({ life }: SimJob): boolean {
  return life.phases.at(-1)?.status === 'Failed' && life.message === ACCESS_DENIED;
}

/** How many records of a job are rows of its run. */
export function realRecords({ records }: SimJob): number {
  return records.filter(({ recordId }) => !isSentinel(recordId)).length;
}

const encoder = new TextEncoder();
/** Ids that were asked for: those of all worlds are the same few. */
const sentinels = new Map<string, boolean>();

/** True for a record that pads a job below the minimum. */
export function isSentinel(id: string): boolean {
  let known = sentinels.get(id);
  if (known === undefined) {
    known = isSentinelOrdinal(ordinalOf(encoder.encode(id), 0));
    sentinels.set(id, known);
  }
  return known;
}
