import type { JobCounts, JobSpec } from '@batchrock/core';
import type { Place } from './fate.ts';
import type { JobLife } from './job-life.ts';
import { type InputRecord, type JobWork, type RecordResult, resultsOf, tally } from './job-output.ts';

/** A job as the service knows it. */
export interface SimJob {
  /** Counts the jobs of the world from 0. */
  readonly index: number;
  readonly jobArn: string;
  readonly spec: JobSpec;
  /** Where faults of this job strike. */
  readonly place: Place;
  readonly submitTime: number;
  readonly records: readonly InputRecord[];
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
  job.end = { life: job.life, results, counts: tally(results) };
  return job.end;
}

/** What the output of a job says in the end of each record, sentinels included. */
export function jobResults(job: SimJob): ReadonlyMap<string, RecordResult> {
  return jobEnd(job).results;
}

/** The counts that the service tells of a job that has ended. */
export function jobCounts(job: SimJob): JobCounts {
  return jobEnd(job).counts;
}
