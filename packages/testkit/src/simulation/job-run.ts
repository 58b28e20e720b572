import { isTerminalStatus, type JobStatus } from '@batchrock/core';
import { endOf } from './job-life.ts';
import { doneCount, outputLines, type RecordResult, tally } from './job-output.ts';
import type { ObjectState } from './object-state.ts';
import type { Rng } from './random.ts';
import { jobResults, type SimJob } from './sim-job.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const encoder = new TextEncoder();

interface FollowOptions {
  readonly rng: Rng;
  /** All output is there this long after the end, at the latest. */
  readonly outputSettleMs: number;
  readonly onStatus: ((job: SimJob, status: JobStatus) => void) | undefined;
}

/** Plans what is still to come of a job: its states and its output. A plan that a stop has replaced does nothing. */
export function followJob(world: World, objects: ObjectState, job: SimJob, options: FollowOptions): void {
  const { scheduler, trace } = world;
  const { life } = job;
  for (const phase of life.phases) {
    if (phase.at < scheduler.now) continue;
    scheduler.at(phase.at, () => {
      if (job.life !== life) return;
      trace.note('bedrock', `job ${job.index} (${job.spec.jobName}) is ${phase.status}`);
      if (isTerminalStatus(phase.status)) trace.mark(`job-${phase.status}`);
      options.onStatus?.(job, phase.status);
    });
  }
  if (life.doneShare > 0) planOutput(world, objects, job, options);
}

function planOutput(world: World, objects: ObjectState, job: SimJob, { rng, outputSettleMs }: FollowOptions): void {
  const { scheduler, faults, fate } = world;
  const { life, place } = job;
  const end = endOf(life);
  const begun = life.phases.find((phase) => phase.status === 'InProgress')?.at;
  const lagging = fate.strikes('output lags', faults.outputLagRate, place);
  const growing = fate.strikes('output grows', faults.growingOutputRate, place);
  const silent = fate.strikes('no manifest', faults.manifestAbsentRate, place);
  const lag = (): number => (lagging ? rng.int(0, outputSettleMs - 2 * world.plan.clockSkewMs - 5 * SECOND) : 0);
  const put = (name: string, lines: readonly string[]): void => {
    if (job.life === life) putOutput(world, objects, job, name, lines);
  };

  const results = jobResults(job);
  for (const name of new Set(job.records.map((record) => record.file))) {
    const ofFile = job.records.filter((record) => record.file === name);
    if (growing && begun !== undefined && begun >= scheduler.now) {
      const at = rng.int(begun, end);
      const share = (life.doneShare * (at - begun) * rng.next()) / Math.max(1, end - begun);
      const early = job.work.order.slice(0, doneCount(job.work, share)).filter((record) => record.file === name);
      const lines = outputLines(world, rng, { job: place, records: early, results: job.work.ifDone });
      scheduler.at(at, () => put(`${name}.out`, lines));
    }
    const lines = outputLines(world, rng, { job: place, records: ofFile, results });
    scheduler.at(end + lag(), () => put(`${name}.out`, lines));
  }
  if (silent) return;
  const isWrong = fate.strikes('manifest counts too many', faults.manifestWrongRate, place);
  scheduler.at(end + lag(), () => put('manifest.json.out', [manifest(results, isWrong ? 1 : 0)]));
}

function putOutput(world: World, objects: ObjectState, job: SimJob, name: string, lines: readonly string[]): void {
  const folder = objects.keyOf(job.spec.outputUri) ?? 'elsewhere/';
  world.trace.note('bedrock', `job ${job.index} writes ${name}, ${lines.length} lines`);
  objects.put(`${folder}${job.jobArn.slice(-12)}/${name}`, encoder.encode(lines.map((line) => `${line}\n`).join('')));
}

/** `tooMany`: it counts so many records that have no line. */
function manifest(results: ReadonlyMap<string, RecordResult>, tooMany: number): string {
  const counts = tally(results);
  return JSON.stringify({
    totalRecordCount: counts.total,
    processedRecordCount: counts.processed + tooMany,
    successRecordCount: counts.succeeded,
    errorRecordCount: counts.failed + tooMany,
    inputTokenCount: 11 * counts.succeeded,
    outputTokenCount: 7 * counts.succeeded,
  });
}
