import { type JobSpec, laneOfJob, ledgerKeys, recordId } from '@batchrock/core';
import type { Bedrock } from './bedrock.ts';
import type { LedgerChecker } from './check-ledger.ts';
import type { Dataset } from './dataset.ts';
import { isLiveAt } from './job-life.ts';
import { HOME } from './region-world.ts';
import { isSentinel, jobResults, type SimJob } from './sim-job.ts';
import type { World } from './world.ts';

/** Who stops a job that is none of our processes. */
export const CONSOLE = 'somebody in the console';

/** Which part of which run a job was made for, as its input folder says. */
export interface JobPlace {
  readonly run: string;
  readonly part: number;
  readonly attempt: number;
}

/** Read once for each job: every other one is compared with it. */
const places = new WeakMap<JobSpec, JobPlace>();

/** Reads `…/runs/<run>/input/<part>-<attempt>/`; undefined for a folder that is none of ours. */
export function placeOf(spec: JobSpec): JobPlace | undefined {
  const known = places.get(spec);
  if (known !== undefined) return known;
  const match = /\/runs\/([^/]+)\/input\/(\d+)-(\d+)\/$/.exec(spec.inputUri);
  if (match === null) return undefined;
  const place = { run: match[1]!, part: Number(match[2]), attempt: Number(match[3]) };
  places.set(spec, place);
  return place;
}

/** The Region of a lane. */
function regionOf(lane: string): string {
  return lane.split('/')[1] ?? '';
}

/** A job and its slot are in one Region. */
function slotName(jobName: string, region: string): string {
  return region === HOME ? jobName : `${jobName} ${region}`;
}

/** Judges each job at the moment in which the service creates it (I4, I5, I6, I7, I8, I14, I21). */
export class JobChecker {
  readonly #world: World;
  readonly #bedrock: Bedrock;
  readonly #ledger: LedgerChecker;
  readonly #datasets: ReadonlyMap<string, Dataset>;
  /** Jobs that their run has stopped at its deadline. */
  readonly late = new Set<SimJob>();
  readonly #prompts = new Map<Dataset, ReadonlyMap<string, string | undefined>>();

  /** `services`: that of the first Region, which knows the jobs of all, and the others. */
  constructor(
    world: World,
    services: readonly [Bedrock, ...Bedrock[]],
    ledger: LedgerChecker,
    datasets: ReadonlyMap<string, Dataset>,
  ) {
    this.#world = world;
    this.#bedrock = services[0];
    this.#ledger = ledger;
    this.#datasets = datasets;
    for (const service of services) {
      service.onCreated = (job) => this.#created(job);
      service.onQuotaRefusal = (spec) => this.#refused(spec, service);
      service.onStop = (job, who) => this.#stopped(job, who);
    }
  }

  /** Every live job of ours holds a slot, at any moment (I7). */
  checkSlots(): void {
    const slots = this.#slots();
    for (const job of this.#bedrock.liveJobs()) this.#holdsSlot(job, slots);
  }

  #created(job: SimJob): void {
    const { trace } = this.#world;
    const place = placeOf(job.spec);
    const dataset = place && this.#datasets.get(place.run);
    if (place === undefined || dataset === undefined) {
      trace.violate('sim', `job ${job.index} reads from ${job.spec.inputUri}`);
      return;
    }
    const part = this.#ledger.parts.get(ledgerKeys.part(place.run, place.attempt, place.part));
    if (part?.pieceOf !== undefined) trace.mark('part-halved');
    const isUnknown = part === undefined && this.#ledger.isInTheDark(place.run);
    if (part?.jobName !== job.spec.jobName && !isUnknown) {
      trace.violate('I21', `job ${job.index} reads from ${job.spec.inputUri}, whose part has another job name`);
    }
    if (part !== undefined && regionOf(laneOfJob(part)) !== job.region && !this.#ledger.isInTheDark(place.run))
      trace.violate('I25', `job ${job.index} is in ${job.region}, its intent names ${laneOfJob(part)}`);
    if (job.region !== HOME) trace.mark('job-elsewhere');
    const { minRecords, maxRecords } = dataset.document.model.limits;
    const records = job.records.length;
    if (records < minRecords || records > maxRecords) {
      trace.violate('I14', `job ${job.index} has ${records} records, allowed are ${minRecords} to ${maxRecords}`);
    }
    for (const other of this.#bedrock.jobs) {
      if (other !== job) this.#beside(job, place, other);
    }
    this.#rowsOf(job, dataset);
    this.#holdsSlot(job, this.#slots());
  }

  #beside(job: SimJob, place: JobPlace, other: SimJob): void {
    const { trace, scheduler } = this.#world;
    const there = placeOf(other.spec);
    if (there === undefined || there.run !== place.run) return;
    if (there.attempt === place.attempt && there.part === place.part) {
      trace.violate(
        'I5',
        `job ${job.index} is the second one of part ${place.part} attempt ${place.attempt}, after job ${other.index}`,
      );
    }
    if (there.attempt < place.attempt && isLiveAt(other.life, scheduler.now)) {
      trace.violate(
        'I6',
        `job ${job.index} of attempt ${place.attempt} begins while job ${other.index} of attempt ${there.attempt} lives`,
      );
    }
    const results = jobResults(other);
    for (const { recordId: id } of job.records) {
      const earlier = results.get(id);
      if (earlier === undefined || isSentinel(id)) continue;
      if (there.attempt === place.attempt)
        trace.violate('I4', `record ${id} is in jobs ${other.index} and ${job.index} of one attempt`);
      if (earlier.kind === 'succeeded')
        trace.violate('I4', `record ${id} is sent again in job ${job.index}: it succeeded in job ${other.index}`);
      if (earlier.kind === 'failed' && earlier.permanent) {
        trace.violate('I4', `record ${id} is sent again in job ${job.index}: it failed for good in job ${other.index}`);
      }
    }
  }

  /** Only rows of the dataset are sent, each once, with the text that belongs to it. */
  #rowsOf(job: SimJob, dataset: Dataset): void {
    const { trace } = this.#world;
    const prompts = this.#promptsOf(dataset);
    const seen = new Set<string>();
    for (const record of job.records) {
      if (seen.has(record.recordId)) trace.violate('I4', `record ${record.recordId} stands twice in job ${job.index}`);
      seen.add(record.recordId);
      if (isSentinel(record.recordId)) continue;
      if (prompts.get(record.recordId) !== record.text) {
        trace.violate(
          'I1',
          `record ${record.recordId} of job ${job.index} asks ${JSON.stringify(record.text)}, its row ${JSON.stringify(prompts.get(record.recordId))}`,
        );
      }
    }
  }

  /** What each row asks, by its id. */
  #promptsOf(dataset: Dataset): ReadonlyMap<string, string | undefined> {
    let prompts = this.#prompts.get(dataset);
    if (prompts === undefined) {
      prompts = new Map(dataset.rows.map((row, i) => [recordId(dataset.document.recordPrefix, i), row.prompt]));
      this.#prompts.set(dataset, prompts);
    }
    return prompts;
  }

  /** How many slots each job holds in its Region. */
  #slots(): ReadonlyMap<string, number> {
    const slots = new Map<string, number>();
    for (const lane of this.#ledger.lanes.values()) {
      for (const { jobName } of lane.holders) {
        const name = slotName(jobName, regionOf(lane.lane));
        slots.set(name, (slots.get(name) ?? 0) + 1);
      }
    }
    return slots;
  }

  #holdsSlot(job: SimJob, held: ReadonlyMap<string, number>): void {
    const slots = held.get(slotName(job.spec.jobName, job.region)) ?? 0;
    const isUnknown = slots === 0 && this.#ledger.isInTheDark(placeOf(job.spec)?.run ?? '');
    if (slots !== 1 && !isUnknown)
      this.#world.trace.violate('I7', `job ${job.index} (${job.spec.jobName}) lives and holds ${slots} slots`);
  }

  /** We stop a job of ours when its run is stopped, or when it is a part's second one; no event can make us (I10). */
  #stopped(job: SimJob, who: string): void {
    if (who === CONSOLE) return;
    const place = placeOf(job.spec);
    const isPartsJob = [...this.#ledger.parts.values()].some((part) => part.jobArn === job.jobArn);
    if (place === undefined || !isPartsJob || this.#ledger.stoppedRuns.has(place.run)) return;
    if (this.#isLate(place.run)) {
      this.#world.trace.mark('late-job-stopped');
      this.late.add(job);
      return;
    }
    this.#world.trace.violate('I10', `${who} stops job ${job.index}, which nobody asked for`);
  }

  /** Past its deadline a run stops its jobs, also where a user has just given it a later one: their stop is on its way. */
  #isLate(run: string): boolean {
    const { scheduler, plan } = this.#world;
    return scheduler.now + plan.clockSkewMs >= (this.#ledger.deadlines.get(run) ?? Number.POSITIVE_INFINITY);
  }

  #refused(spec: JobSpec, service: Bedrock): void {
    if (service.liveForeign() > 0) return;
    // to the ledger jobs of a run that is not adopted yet are those of strangers
    if ([...this.#datasets.keys()].some((run) => this.#ledger.isInTheDark(run))) return;
    const lanes = [...this.#ledger.lanes.values()].filter((lane) => regionOf(lane.lane) === service.region);
    const limit = Math.max(0, ...lanes.map((lane) => lane.quota ?? lane.limit));
    if (limit > service.quota) return;
    // jobs of a run that was adopted since took slots beside an intent that had one already, and goes on asking
    if (this.#ledger.losses > 0 && lanes.some((lane) => lane.holders.length > limit)) return;
    this.#world.trace.violate('I8', `${spec.jobName} met a full quota though nobody else runs a job`);
  }
}
