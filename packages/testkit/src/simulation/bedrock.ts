import { isTerminalStatus, type JobQuery, type JobSpec, type JobStatus, type JobView, ServiceError } from '@batchrock/core';
import { placeOfOne } from './fate.ts';
import { ACCESS_DENIED, drawJobLife, endOf, isLiveAt, statusAt, stopped } from './job-life.ts';
import { drawWork, readInput } from './job-output.ts';
import { followJob } from './job-run.ts';
import type { ObjectState } from './object-state.ts';
import type { Permissions } from './permissions.ts';
import { refuseSpec } from './refuse-spec.ts';
import { HOME } from './region-world.ts';
import { isSentinel, jobCounts, type SimJob } from './sim-job.ts';
import type { World } from './world.ts';

/** A job of somebody else in the same lane. */
interface ForeignJob {
  readonly jobArn: string;
  readonly jobName: string;
  readonly submitTime: number;
  readonly endTime: number;
}

/** Where a service is, and what is of its Region alone. */
interface BedrockOptions {
  readonly quota: number;
  readonly outputSettleMs: number;
  /** Default: that of a run. */
  readonly region?: string;
  /** Default: as the world has it. */
  readonly listLagMs?: number;
  /** Default: none is missing. */
  readonly permissions?: Permissions | undefined;
  /** Of all Regions of a world; default: none yet. */
  readonly jobs?: SimJob[];
}

/** The service side in one Region: what exists, whoever heard of it. */
export class Bedrock {
  /** Of all Regions. */
  readonly jobs: SimJob[];
  readonly region: string;
  /** How far List lags here; undefined: as the world has it. */
  readonly listLagMs: number | undefined;
  /** Until then it answers nobody. */
  awayUntil = 0;
  readonly foreign: ForeignJob[] = [];
  quota: number;
  /** Called when a job has been created. */
  onCreated: ((job: SimJob) => void) | undefined;
  /** Called when a Create was refused because the quota is full. */
  onQuotaRefusal: ((spec: JobSpec) => void) | undefined;
  /** Called when somebody stops a job that lives. */
  onStop: ((job: SimJob, who: string) => void) | undefined;
  /** Called at each change of status. */
  onStatus: ((job: SimJob, status: JobStatus) => void) | undefined;
  readonly #world: World;
  readonly #objects: ObjectState;
  readonly #outputSettleMs: number;
  readonly #permissions: Permissions | undefined;
  readonly #tokens = new Map<string, { readonly job: SimJob; readonly until: number }>();

  constructor(world: World, objects: ObjectState, options: BedrockOptions) {
    this.#world = world;
    this.jobs = options.jobs ?? [];
    this.region = options.region ?? HOME;
    this.listLagMs = options.listLagMs;
    this.#objects = objects;
    this.quota = options.quota;
    this.#outputSettleMs = options.outputSettleMs;
    this.#permissions = options.permissions;
  }

  create(spec: JobSpec): SimJob {
    const { scheduler, trace, faults, rng, fate, places } = this.#world;
    const { now } = scheduler;
    refuseSpec(spec);
    const denied = this.#permissions?.denialOf(spec.jobName, this.region);
    if (denied === 'create') throw this.#denied(spec.jobName);
    const known = this.#tokens.get(spec.clientRequestToken);
    if (known !== undefined && now < known.until) {
      if (JSON.stringify(known.job.spec) !== JSON.stringify(spec)) {
        trace.violate('I16', `token of ${spec.jobName} was sent again with other parameters`);
      }
      if (fate.strikes('conflict', faults.conflictRate, places.next('bedrock', 'create', spec.jobName)))
        throw this.#conflict(spec.jobName);
      trace.mark('token-known');
      trace.note('bedrock', `create ${spec.jobName}: token known, job ${known.job.index}`);
      return known.job;
    }
    if (faults.namesUnique && this.jobs.some((job) => job.spec.jobName === spec.jobName && this.#isHere(job))) {
      throw this.#conflict(spec.jobName);
    }
    if (this.#liveHere() + this.liveForeign() >= this.quota) {
      trace.mark('quota-full');
      trace.note('bedrock', `create ${spec.jobName}: quota of ${this.quota} is full`);
      this.onQuotaRefusal?.(spec);
      throw new ServiceError('BR-E0507', 'too many jobs', { reason: 'quota', effect: 'none' });
    }
    const index = this.jobs.length;
    const jobRng = rng.fork(`job ${spec.jobName}`);
    const place = places.next('job', spec.jobName);
    const strikes = (kind: string, rate: number): boolean => fate.strikes(kind, rate, place);
    const records = readInput(this.#inputFiles(spec));
    const breakers = records
      .map((record) => record.recordId)
      .filter((id) => !isSentinel(id) && fate.strikes('breaks its job', faults.breakingRecordRate, placeOfOne('record', id)));
    const isRefused = breakers.length > 0;
    if (isRefused) trace.mark('job-refused');
    if (denied !== undefined) trace.mark('job-denied');
    const job: SimJob = {
      index,
      jobArn: `arn:aws:bedrock:${this.region}:123456789012:model-invocation-job/${jobId(index)}`,
      region: this.region,
      spec,
      place,
      submitTime: now,
      records,
      breakers,
      work: drawWork(this.#world, jobRng, records, place),
      saysCounts: !strikes('no counts', faults.countsAbsentRate),
      countsJump: strikes('counts jump', faults.countsJumpRate),
      life: drawJobLife(jobRng, faults, { now, timeoutHours: spec.timeoutHours, strikes, isRefused, denied }),
    };
    this.jobs.push(job);
    this.#tokens.set(spec.clientRequestToken, { job, until: now + faults.tokenMemoryMs });
    trace.note('bedrock', `create ${spec.jobName}: job ${index}, ${job.records.length} records from ${spec.inputUri}`);
    this.onCreated?.(job);
    followJob(this.#world, this.#objects, job, { rng: jobRng, outputSettleMs: this.#outputSettleMs, onStatus: this.onStatus });
    return job;
  }

  #conflict(jobName: string): ServiceError {
    this.#world.trace.mark('conflict');
    this.#world.trace.note('bedrock', `create ${jobName}: conflict`);
    return new ServiceError('BR-E0505', `a job named ${jobName} exists`, { reason: 'conflict', effect: 'none' });
  }

  #denied(jobName: string): ServiceError {
    this.#world.trace.mark('create-denied');
    this.#world.trace.note('bedrock', `create ${jobName}: denied`);
    return new ServiceError('BR-E0501', ACCESS_DENIED, { reason: 'denied', effect: 'none' });
  }

  get(jobArn: string, asOf: number): JobView | undefined {
    const job = this.jobs.find((one) => one.jobArn === jobArn && this.#isHere(one));
    return job && this.#view(job, asOf);
  }

  /** Newest first, as it stood at `asOf`; jobs of others among ours. */
  list(query: JobQuery, asOf: number): JobView[] {
    const { submittedAfter = Number.NEGATIVE_INFINITY, nameContains = '', status } = query;
    const views: JobView[] = [];
    for (const job of this.jobs) {
      if (job.submitTime <= submittedAfter || !this.#isHere(job) || !job.spec.jobName.includes(nameContains)) continue;
      const known = statusAt(job.life, asOf);
      if (known === undefined || (status !== undefined && status !== known)) continue;
      views.push(this.#view(job, asOf)!);
    }
    for (const job of this.foreign) {
      if (job.submitTime <= submittedAfter || !job.jobName.includes(nameContains)) continue;
      const view = foreignView(job, asOf);
      if (view !== undefined && (status === undefined || status === view.status)) views.push(view);
    }
    return views.length < 2 ? views : views.sort((a, b) => b.submitTime - a.submitTime || (a.jobArn < b.jobArn ? 1 : -1));
  }

  stop(jobArn: string, who: string): void {
    const { scheduler, trace, rng } = this.#world;
    const job = this.jobs.find((one) => one.jobArn === jobArn && this.#isHere(one));
    if (job === undefined) throw new ServiceError('BR-E0504', 'no such job', { reason: 'invalid', effect: 'none' });
    const status = statusAt(job.life, scheduler.now);
    if (status === 'Stopping') return;
    if (status === undefined || isTerminalStatus(status)) {
      throw new ServiceError('BR-E0505', `job is ${status}`, { reason: 'conflict', effect: 'none' });
    }
    trace.note('bedrock', `job ${job.index} is stopped by ${who}`);
    this.onStop?.(job, who);
    const jobRng = rng.fork(`stop ${job.spec.jobName}`);
    job.life = stopped(job.life, scheduler.now, jobRng);
    followJob(this.#world, this.#objects, job, { rng: jobRng, outputSettleMs: this.#outputSettleMs, onStatus: this.onStatus });
  }

  /** Of all Regions. */
  liveJobs(): SimJob[] {
    return this.jobs.filter((job) => isLiveAt(job.life, this.#world.scheduler.now));
  }

  #isHere(job: SimJob): boolean {
    return job.region === this.region;
  }

  #liveHere(): number {
    return this.liveJobs().filter((job) => this.#isHere(job)).length;
  }

  /** True while it answers nobody. */
  get isAway(): boolean {
    return !this.#world.isCalm && this.#world.scheduler.now < this.awayUntil;
  }

  liveForeign(): number {
    return this.foreign.filter((job) => job.endTime > this.#world.scheduler.now).length;
  }

  addForeign(durationMs: number): void {
    const { scheduler, trace } = this.#world;
    if (this.#liveHere() + this.liveForeign() >= this.quota) return;
    const index = this.foreign.length;
    trace.note('bedrock', `somebody else starts a job for ${Math.round(durationMs / 60_000)} min`);
    const jobArn = `arn:aws:bedrock:${this.region}:123456789012:model-invocation-job/${jobId(900_000 + index)}`;
    const endTime = scheduler.now + durationMs;
    this.foreign.push({ jobArn, jobName: `foreign-${index}`, submitTime: scheduler.now, endTime });
  }

  endForeign(): void {
    const { now } = this.#world.scheduler;
    this.foreign.forEach((job, i) => {
      if (job.endTime > now) this.foreign[i] = { ...job, endTime: now };
    });
  }

  #inputFiles(spec: JobSpec): { name: string; text: string }[] {
    const folder = this.#objects.keyOf(spec.inputUri) ?? 'elsewhere/';
    return this.#objects
      .keys(folder)
      .filter((key) => key.endsWith('.jsonl'))
      .map((key) => ({ name: key.slice(folder.length), text: this.#objects.text(key)! }));
  }

  #view(job: SimJob, asOf: number): JobView | undefined {
    const status = statusAt(job.life, asOf);
    if (status === undefined) return undefined;
    const ended = isTerminalStatus(status);
    const { spec } = job;
    return {
      jobArn: job.jobArn,
      jobName: spec.jobName,
      status,
      modelId: `arn:aws:bedrock:us-east-1::foundation-model/${spec.modelId}`,
      clientRequestToken: spec.clientRequestToken,
      submitTime: job.submitTime,
      outputUri: spec.outputUri,
      ...(ended ? { endTime: endOf(job.life) } : {}),
      ...(ended && job.life.message !== undefined ? { message: job.life.message } : {}),
      ...this.#counts(job, asOf, ended),
    };
  }

  #counts(job: SimJob, asOf: number, ended: boolean): Pick<JobView, 'counts'> {
    if (!job.saysCounts) return {};
    const total = job.records.length;
    if (ended) return { counts: jobCounts(job) };
    const begun = job.life.phases.find((phase) => phase.status === 'InProgress')?.at;
    if (begun === undefined || asOf < begun) return { counts: { total: 0, processed: 0, succeeded: 0, failed: 0 } };
    const progress = Math.min(1, (asOf - begun) / Math.max(1, endOf(job.life) - begun));
    const processed = Math.floor(total * (job.countsJump ? this.#world.rng.next() : 1) * progress);
    return { counts: { total, processed, succeeded: processed, failed: 0 } };
  }
}

function foreignView(job: ForeignJob, asOf: number): JobView | undefined {
  if (job.submitTime > asOf) return undefined;
  const { jobArn, jobName, submitTime, endTime } = job;
  const view = {
    jobArn,
    jobName,
    submitTime,
    modelId: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
  };
  return endTime <= asOf ? { ...view, status: 'Completed', endTime } : { ...view, status: 'InProgress' };
}

function jobId(index: number): string {
  return `j${index.toString(36).padStart(11, '0')}`;
}
