import { placeOf } from './check-jobs.ts';
import type { RecordResult } from './job-output.ts';
import { isBrokenJob, isDeniedJob, jobResults, realRecords, type SimJob } from './sim-job.ts';
import type { Trace } from './trace.ts';

/** Jobs that may break beside one another before no record is looked for any more. */
const MOST_BROKEN = 4;

/** What a row met, attempt by attempt. */
export interface Met {
  readonly attempt: number;
  readonly part: number;
  /** Absent: it was asked for on demand. */
  readonly job?: SimJob;
  readonly result: RecordResult;
}

/** Attempts that a run allows. */
interface Allowed {
  /** As it was asked for. */
  readonly asked: number;
  /** In the end: `retry` and `resume` may add some. */
  readonly most: number;
  /** Jobs that were kept from their end: what they leave has an attempt more. */
  readonly late: ReadonlySet<SimJob>;
  /** True for a job that was denied access, and cost its records no attempt by it. */
  readonly isFree: (job: SimJob) => boolean;
}

/**
 * Judges how often the rows of an ended run were sent that have no answer (I13), and that a record which breaks its jobs takes
 * none with it and costs no more jobs than it may (I23).
 */
export class AttemptChecker {
  readonly #trace: Trace;
  readonly #allowed: Allowed;
  /** Jobs that broke, by attempt, and all of them. */
  readonly #broken = new Map<number, number>();
  readonly #all = new Map<number, number>();
  readonly #hasDenied: boolean;

  /** `jobs`: all of the run. */
  constructor(trace: Trace, jobs: readonly SimJob[], allowed: Allowed) {
    this.#trace = trace;
    this.#allowed = allowed;
    this.#hasDenied = jobs.some(isDeniedJob);
    for (const job of jobs) {
      const { attempt } = placeOf(job.spec)!;
      this.#all.set(attempt, 1 + (this.#all.get(attempt) ?? 0));
      if (isBrokenJob(job)) this.#broken.set(attempt, 1 + (this.#broken.get(attempt) ?? 0));
    }
    this.#checkJobs(jobs);
  }

  /** A row without an answer that was not refused. */
  check(id: string, met: readonly Met[], code: string | undefined): void {
    const last = met.at(-1)!;
    const isAlone = last.job !== undefined && isBrokenJob(last.job) && realRecords(last.job) === 1;
    if (isAlone) this.#trace.mark('breaks-alone');
    if (isAlone !== (code === 'job_failed')) this.#trace.violate('I23', `row ${id} failed as ${code} in job ${last.job?.index}`);
    if (brokeBeside(last)) {
      const broken = this.#broken.get(last.attempt) ?? 0;
      if (broken <= MOST_BROKEN)
        this.#trace.violate('I23', `row ${id} was given up in job ${last.job?.index}, where others stood beside it`);
      return;
    }
    const { asked, most, late, isFree } = this.#allowed;
    if (last.job !== undefined && last.result.kind === 'missing' && late.has(last.job))
      this.#trace.violate('I13', `row ${id} was given up in job ${last.job.index}, which its run has stopped at its deadline`);
    const tried = met.filter((one) => !brokeBeside(one) && !wasDenied(one)).length;
    // where all that was sent broke, it was no record, and the attempt may count
    const allBroken = met.filter((one) => brokeBeside(one) && this.#hasAllBroken(one.attempt)).length;
    // one that was denied beside others that came through is a failure as any other
    const denied = met.filter((one) => wasDenied(one) && !isFree(one.job!)).length;
    const mayCount = allBroken + denied;
    // with jobs that broke, or were denied, rows are behind one another: what was added may have come when some were given up
    const least = this.#broken.size > 0 || this.#hasDenied ? Math.min(asked, most) : most;
    if (tried > most || tried + mayCount < least)
      this.#trace.violate('I13', `row ${id} was given up after ${tried} of ${most} attempts`);
  }

  #hasAllBroken(attempt: number): boolean {
    const broken = this.#broken.get(attempt) ?? 0;
    return broken > MOST_BROKEN && broken === this.#all.get(attempt);
  }

  /** Where nothing went wrong but that records broke their jobs, there are no more of these than the search for them takes. */
  #checkJobs(jobs: readonly SimJob[]): void {
    const breakers = new Set(jobs.flatMap((job) => job.breakers));
    if (breakers.size === 0 || breakers.size > MOST_BROKEN) return;
    if (!jobs.every((job) => job.breakers.length > 0 || hasAnswered(job))) return;
    const first = jobs.filter((job) => placeOf(job.spec)!.attempt === 1);
    const depth = Math.ceil(Math.log2(Math.max(...first.map(realRecords))));
    const { most } = this.#allowed;
    const mostJobs = first.length + breakers.size * (2 * depth + most - 1);
    if (jobs.length > mostJobs)
      this.#trace.violate('I23', `${jobs.length} jobs for ${breakers.size} records that break theirs, ${mostJobs} are enough`);
    const attempts = Math.max(...jobs.map((job) => placeOf(job.spec)!.attempt));
    if (attempts > depth + most) this.#trace.violate('I23', `${attempts} attempts, ${depth + most} are enough`);
  }
}

function brokeBeside({ job }: Met): boolean {
  return job !== undefined && isBrokenJob(job) && realRecords(job) > 1;
}

function wasDenied({ job }: Met): boolean {
  return job !== undefined && isDeniedJob(job);
}

/** True for a job that left nothing to be sent again. */
function hasAnswered(job: SimJob): boolean {
  return [...jobResults(job).values()].every(
    (result) => result.kind === 'succeeded' || (result.kind === 'failed' && result.permanent),
  );
}
