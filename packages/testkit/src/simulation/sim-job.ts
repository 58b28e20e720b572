import type { JobSpec } from '@batchrock/core';
import type { Place } from './fate.ts';
import type { JobLife } from './job-life.ts';
import { type InputRecord, type JobWork, type RecordResult, resultsOf } from './job-output.ts';

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
}

/** What the output of a job says in the end of each record, sentinels included. */
export function jobResults(job: SimJob): ReadonlyMap<string, RecordResult> {
  return resultsOf(job.work, job.life.doneShare);
}
