import { isTerminalStatus, type JobStatus } from '@batchrock/core';
import type { Answerer } from '../answers/index.ts';
import type { ServiceClock } from '../clock/index.ts';
import { fateOfJob } from '../faults/index.ts';
import { isDiskFull, type ObjectStorage } from '../storage/index.ts';
import type { Job, RecordCounts } from './job.ts';
import type { JobTable } from './job-table.ts';
import { manifestOf } from './manifest.ts';
import { endByFate, failMessage, nextStep, runsAtLeastUntil } from './next-step.ts';
import { type FinishedRun, type RunControl, runRecords } from './run-records.ts';
import { createSleeper, type Sleeper } from './sleeper.ts';
import { runsOutAt, type Timing, wallMs } from './timing.ts';
import { validateInput } from './validate-input.ts';

/** Takes every job from Submitted to its end, many at once in one thread. */
export interface JobEngine {
  /** Takes a job up that was added to the table. */
  start(jobId: string): void;
  /** Stops a job that has not ended; it becomes Stopping at once. */
  stop(jobId: string): void;
  /** The counters of a job as they are now. */
  countsOf(job: Job): RecordCounts;
  /**
   * Why a job cannot go on at the moment: the disk has no room for it, or its folder is gone or may not be written. It goes on
   * by itself when that is over.
   */
  heldUp(): Error | undefined;
  /** Leaves every job as it stands on disk. Another engine on the same table goes on with them. */
  close(): Promise<void>;
}

/** What an engine needs. */
export interface EnginePorts {
  readonly table: JobTable;
  readonly timing: Timing;
  readonly clock: ServiceClock;
  readonly answerer: Answerer;
  /** The storage as a job sees it, with the role of the job. */
  readonly storageFor: (job: Job) => ObjectStorage;
  /** Called after each change of a job's status, when it is on disk. */
  readonly onStatus: (job: Job) => void;
}

/** Starts an engine; it goes on with every job of the table that has not ended. */
export function startEngine(ports: EnginePorts): JobEngine {
  const live = new Map<string, RecordCounts>();
  const sleepers = new Map<string, Sleeper>();
  const held = new Map<string, Error>();
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  const begin = (jobId: string): void => {
    const sleeper = createSleeper(ports.clock);
    sleepers.set(jobId, sleeper);
    const work = driveJob(jobId, { ...ports, live, held, sleeper, closing: closing.signal }).finally(() => {
      running.delete(work);
      sleeper.end();
      sleepers.delete(jobId);
      live.delete(jobId);
      held.delete(jobId);
    });
    running.add(work);
  };
  for (const job of ports.table.all()) {
    if (!isTerminalStatus(job.status) || job.outputDueAt !== undefined) begin(job.jobId);
  }

  return {
    start: begin,
    stop(jobId) {
      const job = ports.table.get(jobId);
      if (job === undefined || isTerminalStatus(job.status) || job.status === 'Stopping') return;
      const cut = job.startedAt === undefined ? {} : { cut: live.get(jobId)?.processed ?? 0 };
      changeStatus(ports, job, 'Stopping', cut);
      sleepers.get(jobId)?.wake();
    },
    countsOf(job) {
      if (job.status === 'Submitted' || job.status === 'Validating') return { total: 0, processed: 0, succeeded: 0, failed: 0 };
      return isTerminalStatus(job.status) ? job.counts : (live.get(job.jobId) ?? job.counts);
    },
    heldUp: () => held.values().next().value,
    async close() {
      closing.abort(new Error('the server closes'));
      for (const sleeper of sleepers.values()) sleeper.wake();
      await Promise.all(running);
    },
  };
}

function changeStatus(ports: EnginePorts, job: Job, status: JobStatus, change: Partial<Job> = {}): void {
  const now = ports.clock.now();
  const ended = isTerminalStatus(status) ? { endedAt: now } : {};
  ports.onStatus(ports.table.update(job.jobId, { ...change, ...ended, status, modifiedAt: now }));
}

/** What a job needs of its engine while it lives. */
interface JobRun extends EnginePorts {
  readonly live: Map<string, RecordCounts>;
  /** Jobs that wait for space on the disk, or for their folder. */
  readonly held: Map<string, Error>;
  readonly sleeper: Sleeper;
  readonly closing: AbortSignal;
}

/** Between two tries of a job that the disk holds up. */
const HELD_UP_MS = 1_000;

async function driveJob(jobId: string, run: JobRun): Promise<void> {
  while (!run.closing.aborted) {
    try {
      if ((await takeStep(jobId, run)) === 'ended') return;
      run.held.delete(jobId);
    } catch (error) {
      // the service would not lose a job for want of space or of a folder, nor do we: it stands where it stood
      run.held.set(jobId, error instanceof Error ? error : new Error(String(error)));
      await run.sleeper.sleepUntil(run.clock.now() + HELD_UP_MS);
    }
  }
}

async function takeStep(jobId: string, run: JobRun): Promise<'ended' | 'open'> {
  const { table, timing, sleeper, closing } = run;
  const job = table.get(jobId);
  if (job === undefined) return 'ended';
  const step = nextStep(job, timing, run.clock.now());
  if (step.kind === 'none') return 'ended';
  if (step.kind === 'wait') await sleeper.sleepUntil(step.until);
  else if (step.kind === 'validate') await validateJob(job, run, closing);
  else if (step.kind === 'run') await runJob(job, run);
  else {
    const begun = step.status === 'InProgress' ? { startedAt: run.clock.now() } : {};
    changeStatus(run, job, step.status, { ...begun, ...(step.message === undefined ? {} : { message: step.message }) });
  }
  return 'open';
}

async function validateJob(job: Job, ports: EnginePorts, closing: AbortSignal): Promise<void> {
  let result: Awaited<ReturnType<typeof validateInput>>;
  try {
    result = await validateInput(job, ports.storageFor(job), closing);
  } catch (error) {
    result = { problem: `The input could not be read: ${messageOf(error)}` };
  }
  if (closing.aborted) return;
  const now = ports.table.get(job.jobId);
  // Stopped while it was being validated.
  if (now?.status !== 'Validating') return;
  if (typeof result !== 'number') return changeStatus(ports, now, 'Failed', { message: result.problem });
  if (fateOfJob(job.faults, job.jobName) === 'refused') return changeStatus(ports, now, 'Failed', failMessage(job));
  changeStatus(ports, now, 'Scheduled', { counts: { ...now.counts, total: result } });
}

async function runJob(job: Job, ports: JobRun): Promise<void> {
  const { closing } = ports;
  const storage = ports.storageFor(job);
  let run: FinishedRun | undefined;
  try {
    run = await runRecords(job, storage, ports.answerer, controlOf(job, ports));
    await untilEnded(job, ports);
    const ended = endOf(ports.table.get(job.jobId) ?? job, run);
    const delay = wallMs(ports.timing, job.faults.outputDelayMs);
    const late = job.faults.outputDelayMs > 0 || job.faults.manifestDelayMs > 0;
    if (late && !isTerminalStatus(job.status)) {
      changeStatus(ports, job, ended.status, { ...ended.change, outputDueAt: ports.clock.now() + delay });
    }
    const dueAt = ports.table.get(job.jobId)?.outputDueAt;
    if (dueAt !== undefined) await untilDue(dueAt, ports);
    closing.throwIfAborted();
    await run.commit();
    if (job.faults.manifestDelayMs > 0) {
      await untilDue(ports.clock.now() + wallMs(ports.timing, job.faults.manifestDelayMs), ports);
      closing.throwIfAborted();
    }
    if (!job.faults.manifestMissing) await writeManifest(job, storage, run);
    if (late) ports.table.update(job.jobId, { outputDueAt: undefined });
    else changeStatus(ports, job, ended.status, ended.change);
  } catch (error) {
    await run?.abort();
    if (closing.aborted) return;
    if (isDiskFull(error)) throw error;
    if (isTerminalStatus(ports.table.get(job.jobId)?.status ?? 'Failed'))
      ports.table.update(job.jobId, { outputDueAt: undefined });
    else changeStatus(ports, job, 'Failed', { message: messageOf(error) });
  }
}

/** Waits until a job that is kept InProgress may end, or is stopped. */
async function untilEnded(job: Job, run: JobRun): Promise<void> {
  const due = runsAtLeastUntil(job, run.timing);
  while (!run.closing.aborted && run.clock.now() < due) {
    if (run.table.get(job.jobId)?.status !== 'InProgress') return;
    await run.sleeper.sleepUntil(due);
  }
  run.closing.throwIfAborted();
}

async function untilDue(at: number, { clock, sleeper, closing }: JobRun): Promise<void> {
  while (!closing.aborted && clock.now() < at) await sleeper.sleepUntil(at);
}

/** How a job ends whose records were processed: what is on disk now says whether it was stopped meanwhile. */
function endOf(job: Job, run: FinishedRun): { readonly status: JobStatus; readonly change: Partial<Job> } {
  const change = { counts: run.counts };
  if (isTerminalStatus(job.status)) return { status: job.status, change };
  if (job.status === 'Stopping') return { status: 'Stopped', change };
  const fated = endByFate(job);
  if (fated !== undefined) {
    const { status, message } = fated;
    return { status, change: { ...change, ...(message === undefined ? {} : { message }) } };
  }
  return { status: run.partial ? 'PartiallyCompleted' : 'Completed', change };
}

/** Shortest wait of a paced job, in milliseconds: several records are then due at once. */
const PACE_MS = 5;

/** Limits a run by the job's pace, its timeout, and by the cut that Stop has set. */
function controlOf(job: Job, { timing, table, clock, sleeper, live, closing }: JobRun): RunControl {
  const startedAt = job.startedAt ?? job.modifiedAt;
  const perMs = timing.recordsPerMinute === undefined ? undefined : (timing.recordsPerMinute * timing.speed) / 60_000;
  const runsOut = runsOutAt(timing, { ...job, startedAt });
  let cut = job.cut ?? Number.POSITIVE_INFINITY;
  let processed = 0;
  return {
    signal: closing,
    pace(record) {
      if (perMs === undefined || job.cut !== undefined) return undefined;
      const now = clock.now();
      const at = startedAt + record / perMs;
      return now >= at ? undefined : sleeper.sleepUntil(Math.min(runsOut, Math.max(at, now + PACE_MS)));
    },
    cut() {
      if (cut !== Number.POSITIVE_INFINITY) return cut;
      const stopped = table.get(job.jobId)?.cut;
      if (stopped !== undefined) cut = stopped;
      else if (clock.now() >= runsOut && !isTerminalStatus(job.status)) {
        cut = processed;
        table.update(job.jobId, { cut });
      }
      return cut;
    },
    onProgress(counts) {
      processed = counts.processed;
      live.set(job.jobId, counts);
    },
  };
}

async function writeManifest(job: Job, storage: ObjectStorage, run: FinishedRun): Promise<void> {
  const folder = job.output.key === '' ? '' : `${job.output.key}/`;
  const object = storage.create(job.output.bucket, `${folder}${job.jobId}/manifest.json.out`);
  await object.write(Buffer.from(manifestOf(run)));
  await object.commit();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
