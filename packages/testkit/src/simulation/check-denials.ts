import type { Bedrock } from './bedrock.ts';
import { placeOf } from './check-jobs.ts';
import type { LedgerChecker } from './check-ledger.ts';
import { endOf } from './job-life.ts';
import { isDeniedJob, type SimJob } from './sim-job.ts';
import type { World } from './world.ts';

/** What this looks at. */
interface Surroundings {
  readonly world: World;
  readonly bedrock: Bedrock;
  readonly ledgerChecker: LedgerChecker;
  readonly lanes: readonly (readonly [lane: string, quota: number])[];
}

/** Judges what jobs cost that were denied access: no attempt of their records, and no more jobs than were under way at once (I26). */
export class DenialChecker {
  readonly #site: Surroundings;
  /** When a ledger first knew of the end of a job that was denied, by its ARN. */
  readonly #told = new Map<string, number>();

  constructor(site: Surroundings) {
    this.#site = site;
  }

  /** Looks at what was just committed. */
  look(): void {
    const { ledgerChecker, world } = this.#site;
    for (const { jobArn, state, jobStatus } of ledgerChecker.parts.values()) {
      if (jobArn === undefined || jobStatus !== 'Failed' || this.#told.has(jobArn)) continue;
      if (state === 'ended' || state === 'collected') this.#told.set(jobArn, world.scheduler.now);
    }
  }

  /** True for a denied job whose run could not know of another one that had come through. */
  isFree(job: SimJob): boolean {
    const told = this.#told.get(job.jobArn);
    const isFree = isDeniedJob(job) && told !== undefined && this.#refutedFrom(job, told) > told;
    if (isFree) this.#site.world.trace.mark('denied-for-nothing');
    return isFree;
  }

  /** Of all denied jobs whose run had seen none come through, no more were sent under one permission than the lane has slots. */
  check(): void {
    const { world, bedrock, ledgerChecker, lanes } = this.#site;
    // a ledger that was lost has taken with it what was permitted when, and a sweep of one lane knows nothing of other Regions
    if (ledgerChecker.losses > 0 || lanes.length > 1) return;
    const counts = new Map<string, number>();
    for (const job of bedrock.jobs) {
      const place = placeOf(job.spec);
      const part = [...ledgerChecker.parts.values()].find(({ jobArn }) => jobArn === job.jobArn);
      if (place === undefined || part === undefined || !isDeniedJob(job)) continue;
      const end = endOf(job.life);
      if (this.#refutedFrom(job, end) <= end) continue;
      const key = `${place.run}, permission ${part.permit ?? 0}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) {
      const quota = Math.max(...lanes.map(([, slots]) => slots));
      if (count > quota) world.trace.violate('I26', `${count} jobs of ${key} were denied with ${quota} slots`);
    }
  }

  /**
   * When the first job of the same run and Region began that may have shown, by getting on with its records or coming through, that what
   * `job` was denied is no matter of the Region. One that was denied itself shows it while it gets on, and no more when its end was told.
   */
  #refutedFrom(job: SimJob, moment: number): number {
    const run = placeOf(job.spec)?.run;
    const begun = this.#site.bedrock.jobs
      .filter((other) => other !== job && other.region === job.region && placeOf(other.spec)?.run === run)
      .filter((other) => !isDeniedJob(other) || (this.#told.get(other.jobArn) ?? Number.POSITIVE_INFINITY) >= moment)
      .map(beganAt);
    return Math.min(Number.POSITIVE_INFINITY, ...begun);
  }
}

/** When a job began to process records; one that expires in the queue leaves output all the same in these worlds. */
function beganAt({ life, submitTime }: SimJob): number {
  const begun = life.phases.find(({ status }) => status === 'InProgress')?.at;
  return begun ?? (life.doneShare > 0 ? submitTime : Number.POSITIVE_INFINITY);
}
