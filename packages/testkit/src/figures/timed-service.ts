import { createHash } from 'node:crypto';
import { type BatchService, type BatchServiceFacts, type Clock, type JobSpec, type JobView, ServiceError } from '@batchrock/core';

/** A job of the service; times are milliseconds since the epoch. */
export interface TimedJob {
  readonly spec: JobSpec;
  readonly jobArn: string;
  readonly createdAt: number;
  readonly endsAt: number;
}

export interface TimedServiceOptions {
  /** Jobs that may live at once. */
  readonly quota: number;
  /** When the job of a part ends that is created now. */
  readonly endOf: (spec: JobSpec, now: number) => number;
}

/** What a call takes, in milliseconds; a second for Create is slow, and so no figure is better than it would be. */
const CREATE_MS = 1_000;
const GET_MS = 200;
const LIST_MS = 500;

/** Bedrock as far as time goes: jobs that live for as long as they are told to, calls that take a while, and a quota. */
export class TimedService implements BatchService {
  readonly facts: BatchServiceFacts = {
    tokenTrustMs: 60_000,
    signatureMs: 300_000,
    listSettleMs: 120_000,
    outputSettleMs: 600_000,
  };
  /** Every job that was ever created. */
  readonly jobs: TimedJob[] = [];
  /** Creates that were refused for the quota. */
  refused = 0;
  readonly #clock: Clock;
  readonly #options: TimedServiceOptions;
  readonly #live = new Set<TimedJob>();
  readonly #byToken = new Map<string, TimedJob>();
  readonly #byArn = new Map<string, TimedJob>();

  constructor(clock: Clock, options: TimedServiceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  async create(spec: JobSpec): Promise<{ readonly jobArn: string }> {
    await this.#clock.sleep(CREATE_MS);
    const known = this.#byToken.get(spec.clientRequestToken);
    if (known !== undefined) return { jobArn: known.jobArn };
    const now = this.#clock.now();
    for (const job of this.#live) if (job.endsAt <= now) this.#live.delete(job);
    if (this.#live.size >= this.#options.quota) {
      this.refused++;
      throw new ServiceError('BR-E0507', 'too many jobs', { reason: 'quota', effect: 'none' });
    }
    const id = createHash('sha256').update(spec.jobName).digest('hex').slice(0, 12);
    const jobArn = `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/${id}`;
    const job = { spec, jobArn, createdAt: now, endsAt: this.#options.endOf(spec, now) };
    this.jobs.push(job);
    this.#live.add(job);
    this.#byToken.set(spec.clientRequestToken, job);
    this.#byArn.set(jobArn, job);
    return { jobArn };
  }

  async get(jobArn: string): Promise<JobView | undefined> {
    await this.#clock.sleep(GET_MS);
    const job = this.#byArn.get(jobArn);
    return job && this.#view(job);
  }

  async *list(query: { submittedAfter?: number; nameContains?: string; status?: string }): AsyncIterable<JobView> {
    await this.#clock.sleep(LIST_MS);
    for (const job of this.jobs.toReversed()) {
      if (job.createdAt <= (query.submittedAfter ?? 0)) return;
      if (query.nameContains !== undefined && !job.spec.jobName.includes(query.nameContains)) continue;
      const view = this.#view(job);
      if (query.status === undefined || view.status === query.status) yield view;
    }
  }

  async stop(): Promise<void> {
    throw new Error('nothing is stopped here');
  }

  #view({ spec, jobArn, createdAt, endsAt }: TimedJob): JobView {
    const now = this.#clock.now();
    return {
      jobArn,
      jobName: spec.jobName,
      status: now >= endsAt ? 'Completed' : now - createdAt < 60_000 ? 'Validating' : 'InProgress',
      modelId: spec.modelId,
      clientRequestToken: spec.clientRequestToken,
      submitTime: createdAt,
      outputUri: spec.outputUri,
      ...(now >= endsAt && { endTime: endsAt }),
    };
  }
}
