import { createHash } from 'node:crypto';
import {
  type BatchService,
  type BatchServiceFacts,
  type Clock,
  isTerminalStatus,
  type JobCounts,
  type JobSpec,
  type JobStatus,
  type JobView,
  ServiceError,
  type ServiceErrorKind,
} from '@batchrock/core';
import type { MemoryObjectStore } from './memory-object-store.ts';

/** What becomes of a record. `modelOutput`: it succeeds with this answer, JSON that is written as it stands. */
export type RecordFate = 'succeeded' | 'missing' | { readonly errorCode: number } | { readonly modelOutput: string };

/** How one job goes. */
export interface JobScript {
  /** From Create to the end; default 60,000. */
  readonly durationMs?: number;
  /** Default `Completed`. */
  readonly end?: Extract<JobStatus, 'Completed' | 'PartiallyCompleted' | 'Failed' | 'Expired'>;
  readonly message?: string;
  /** The output appears this long after the end; default 0. */
  readonly outputDelayMs?: number;
  /** What becomes of a record; default `succeeded`. A stopped job leaves the rest of its records `missing`. */
  readonly record?: (recordId: string) => RecordFate;
}

/** A job of the service. */
export interface ScriptedJob {
  readonly spec: JobSpec;
  readonly jobArn: string;
  readonly createdAt: number;
  readonly script: JobScript;
  stoppedAt: number | undefined;
  delivered: boolean;
}

export interface ScriptedBatchServiceOptions {
  readonly clock: Clock;
  readonly objects: MemoryObjectStore;
  /** Jobs that may live at once; default without limit. */
  readonly maxJobs?: number;
  /** How long a token is remembered; default for ever. */
  readonly tokenMs?: number;
  /** How long a job is missing from List; default 0. */
  readonly listLagMs?: number;
  readonly facts?: Partial<BatchServiceFacts>;
  /** How the n-th job that is created goes, from 0. */
  readonly script?: (spec: JobSpec, index: number) => JobScript;
}

/** Bedrock as far as the protocol sees it: a list of jobs that live by the clock and follow a script. */
export class ScriptedBatchService implements BatchService {
  readonly facts: BatchServiceFacts;
  /** Every job that was ever created; for checkers. */
  readonly jobs: ScriptedJob[] = [];
  /** Foreign jobs that take a share of the quota. */
  foreignJobs = 0;
  /** The next Creates are refused so, before anything else is looked at. */
  readonly refusals: { readonly reason: ServiceErrorKind; readonly effect?: 'none' | 'unknown' }[] = [];
  readonly #options: ScriptedBatchServiceOptions;
  readonly #stores: MemoryObjectStore[];

  constructor(options: ScriptedBatchServiceOptions) {
    this.#options = options;
    this.#stores = [options.objects];
    this.facts = { tokenTrustMs: 60_000, signatureMs: 300_000, listSettleMs: 120_000, outputSettleMs: 60_000, ...options.facts };
    options.objects.onRead = () => this.deliver();
  }

  /** Jobs may lie in this store too. */
  serve(objects: MemoryObjectStore): void {
    this.#stores.push(objects);
    objects.onRead = () => this.deliver();
  }

  async create(spec: JobSpec, { notAfter }: { readonly notAfter: number }): Promise<{ readonly jobArn: string }> {
    const now = this.#options.clock.now();
    const refusal = this.refusals.shift();
    if (refusal) throw failure(refusal.reason, `scripted: ${refusal.reason}`, refusal.effect);
    if (now > notAfter) throw failure('unavailable', 'not sent: its time had passed', 'none');
    const known = this.jobs.find((job) => job.spec.clientRequestToken === spec.clientRequestToken && this.#remembers(job, now));
    if (known) return { jobArn: known.jobArn };
    if (this.liveJobs().length + this.foreignJobs >= (this.#options.maxJobs ?? Number.POSITIVE_INFINITY)) {
      throw failure('quota', 'too many jobs', 'none');
    }
    const script = this.#options.script?.(spec, this.jobs.length) ?? {};
    const jobArn = `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/${this.#jobId(spec)}`;
    this.jobs.push({ spec, jobArn, createdAt: now, script, stoppedAt: undefined, delivered: false });
    return { jobArn };
  }

  async get(jobArn: string): Promise<JobView | undefined> {
    this.deliver();
    const job = this.jobs.find((candidate) => candidate.jobArn === jobArn);
    return job && this.#view(job);
  }

  async *list(query: { submittedAfter?: number; nameContains?: string; status?: JobStatus }): AsyncIterable<JobView> {
    this.deliver();
    const { listLagMs = 0, clock } = this.#options;
    const shown = this.jobs.filter((job) => clock.now() - job.createdAt >= listLagMs).map((job) => this.#view(job));
    yield* shown
      .reverse()
      .filter((view) => query.submittedAfter === undefined || view.submitTime > query.submittedAfter)
      .filter((view) => query.nameContains === undefined || view.jobName.includes(query.nameContains))
      .filter((view) => query.status === undefined || view.status === query.status);
  }

  async stop(jobArn: string): Promise<void> {
    const job = this.jobs.find((candidate) => candidate.jobArn === jobArn);
    if (job === undefined) throw failure('invalid', `no job ${jobArn}`, 'none');
    if (isTerminalStatus(this.#status(job))) throw failure('conflict', 'the job has ended', 'none');
    job.stoppedAt ??= this.#options.clock.now();
  }

  /** Jobs that have not ended. */
  liveJobs(): readonly ScriptedJob[] {
    return this.jobs.filter((job) => !isTerminalStatus(this.#status(job)));
  }

  /** Writes the output of every job whose time has come, as the service does whether or not anybody looks. */
  deliver(): void {
    for (const job of this.jobs) {
      const due = this.#endOf(job) + (job.script.outputDelayMs ?? 0);
      if (job.delivered || this.#options.clock.now() < due || job.script.end === 'Expired') continue;
      job.delivered = true;
      if (job.script.end !== 'Failed') this.#writeOutput(job);
    }
  }

  #remembers(job: ScriptedJob, now: number): boolean {
    return now - job.createdAt < (this.#options.tokenMs ?? Number.POSITIVE_INFINITY);
  }

  /** The same for the same job, so that two tellings of one story can be compared. */
  #jobId(spec: JobSpec): string {
    const copies = this.jobs.filter((job) => job.spec.jobName === spec.jobName).length;
    return createHash('sha256').update(`${spec.jobName} ${copies}`).digest('hex').slice(0, 12);
  }

  #endOf(job: ScriptedJob): number {
    const end = job.createdAt + (job.script.durationMs ?? 60_000);
    return job.stoppedAt === undefined ? end : Math.min(end, job.stoppedAt + 5_000);
  }

  #status(job: ScriptedJob): JobStatus {
    const now = this.#options.clock.now();
    if (now >= this.#endOf(job)) return job.stoppedAt === undefined ? (job.script.end ?? 'Completed') : 'Stopped';
    if (job.stoppedAt !== undefined) return 'Stopping';
    return now - job.createdAt < 10_000 ? 'Validating' : 'InProgress';
  }

  #view(job: ScriptedJob): JobView {
    const status = this.#status(job);
    return {
      jobArn: job.jobArn,
      jobName: job.spec.jobName,
      status,
      modelId: job.spec.modelId,
      clientRequestToken: job.spec.clientRequestToken,
      submitTime: job.createdAt,
      outputUri: job.spec.outputUri,
      ...(isTerminalStatus(status) && { endTime: this.#endOf(job), counts: this.#counts(job) }),
      ...(job.script.message !== undefined && { message: job.script.message }),
    };
  }

  #storeOf({ spec }: ScriptedJob): MemoryObjectStore {
    return this.#stores.find(({ uri }) => spec.inputUri.startsWith(`${uri}/`)) ?? this.#options.objects;
  }

  #records(job: ScriptedJob): { readonly file: string; readonly recordId: string; readonly modelInput: unknown }[] {
    const objects = this.#storeOf(job);
    const folder = job.spec.inputUri.slice(objects.uri.length + 1);
    return objects.keys(folder).flatMap((key) =>
      (objects.text(key) ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ file: key.slice(folder.length), ...(JSON.parse(line) as { recordId: string; modelInput: unknown }) })),
    );
  }

  /** A job that was stopped, or ran out of time, has done the first half of its records. */
  #done(job: ScriptedJob) {
    const records = this.#records(job);
    const isCut = job.stoppedAt !== undefined || job.script.end === 'PartiallyCompleted';
    if (job.script.end === 'Failed' || job.script.end === 'Expired') return [];
    return (isCut ? records.slice(0, Math.floor(records.length / 2)) : records)
      .map((record) => ({ ...record, result: job.script.record?.(record.recordId) ?? 'succeeded' }))
      .flatMap(({ result, ...record }) => (result === 'missing' ? [] : [{ ...record, result }]));
  }

  #counts(job: ScriptedJob): JobCounts {
    const done = this.#done(job);
    const succeeded = done.filter(({ result }) => result === 'succeeded' || 'modelOutput' in result).length;
    return { total: this.#records(job).length, processed: done.length, succeeded, failed: done.length - succeeded };
  }

  #writeOutput(job: ScriptedJob): void {
    const objects = this.#storeOf(job);
    const jobId = job.jobArn.slice(job.jobArn.lastIndexOf('/') + 1);
    const folder = `${job.spec.outputUri.slice(objects.uri.length + 1)}${jobId}/`;
    const done = this.#done(job);
    for (const file of new Set(this.#records(job).map((record) => record.file))) {
      const lines = done.filter((record) => record.file === file).map(outputLine);
      objects.put(
        `${folder}${file}.out`,
        lines
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      );
    }
    const { total, processed, succeeded, failed } = this.#counts(job);
    const counts = {
      totalRecordCount: total,
      processedRecordCount: processed,
      successRecordCount: succeeded,
      errorRecordCount: failed,
    };
    objects.put(
      `${folder}manifest.json.out`,
      JSON.stringify({ ...counts, inputTokenCount: 3 * done.length, outputTokenCount: 2 * succeeded }),
    );
  }
}

interface AnsweredRecord {
  readonly recordId: string;
  readonly modelInput: unknown;
  readonly result: Exclude<RecordFate, 'missing'>;
}

function outputLine({ recordId, modelInput, result }: AnsweredRecord): string {
  const line = { recordId, modelInput };
  if (result === 'succeeded') return JSON.stringify({ ...line, modelOutput: plainAnswer(recordId) });
  if ('modelOutput' in result) return `${JSON.stringify(line).slice(0, -1)},"modelOutput":${result.modelOutput}}`;
  return JSON.stringify({ ...line, error: { ...result, errorMessage: 'scripted' } });
}

function plainAnswer(recordId: string): object {
  const content = [{ type: 'text', text: `answer to ${recordId}` }];
  const usage = { input_tokens: 3, output_tokens: 2 };
  return { type: 'message', role: 'assistant', content, stop_reason: 'end_turn', usage };
}

const CODES: Readonly<Record<ServiceErrorKind, 'BR-E0501' | 'BR-E0502' | 'BR-E0503' | 'BR-E0504' | 'BR-E0505' | 'BR-E0507'>> = {
  denied: 'BR-E0501',
  throttled: 'BR-E0502',
  unavailable: 'BR-E0503',
  invalid: 'BR-E0504',
  conflict: 'BR-E0505',
  quota: 'BR-E0507',
};

function failure(reason: ServiceErrorKind, message: string, effect?: 'none' | 'unknown'): ServiceError {
  return new ServiceError(CODES[reason], message, { reason, effect: effect ?? (reason === 'unavailable' ? 'unknown' : 'none') });
}
