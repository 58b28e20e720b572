import { isServiceError, ServiceError } from '../errors/index.ts';
import { decide, evolve, type JobReport, laneOfJob, type PartBody } from '../job/index.ts';
import { releaseSlot } from '../lane/index.ts';
import { type CallOptions, isTerminalStatus, type JobView } from '../ports/index.ts';
import { adoptJob, findJob, isJobOf, stopJob } from './adopt.ts';
import { findName, loadLane, loadPart, loadRun, type PartRef, putLane, putPart } from './load.ts';
import type { RunPorts } from './ports.ts';
import { recordStep, transact } from './transact.ts';
import { isWeighty, weighEnd } from './weigh-denied.ts';

/** What makes one look at a job: an event, a line of List, or just its name. Nothing else that it says is believed. */
export interface JobHint {
  readonly jobName: string;
  readonly jobArn?: string;
}

/**
 * `ignored`: not a job of this ledger. `unchanged`: nothing new. `progressed`: live status or counters. `ended`: the job
 * ended and its slot is free. `duplicate`: a second job of a part that has one; it is stopped.
 */
export type KickResult = 'ignored' | 'unchanged' | 'progressed' | 'ended' | 'duplicate';

/**
 * Looks at a job and writes down what Get says. An event may come before our own write of the ARN, twice, late, out of
 * order or forged: the name leads to the part, Get tells the truth, and a state that is reached stays.
 */
export async function kickJob(ports: RunPorts, hint: JobHint, o?: CallOptions): Promise<KickResult> {
  const name = await findName(ports.ledger, hint.jobName, o);
  if (name === undefined) return 'ignored';
  const { body: part } = await loadPart(ports.ledger, name.body, o);
  const jobArn = hint.jobArn ?? part.jobArn ?? (await findJob(ports, part, o))?.jobArn;
  if (jobArn === undefined) return 'unchanged';
  if (jobArn === part.jobArn && (part.state === 'ended' || part.state === 'collected')) return 'unchanged';
  const view = await getJob(ports, part, jobArn, o);
  if (view === undefined) return notFound(ports, part, jobArn);
  // Get may leave the name out (API reference, 2026-11); a job that was adopted is known by its ARN
  return view.jobArn === part.jobArn || isJobOf(part, view) ? applyView(ports, part, view, o) : 'ignored';
}

/** A hint may carry an ARN that the service does not even take for one. */
async function getJob(ports: RunPorts, part: PartBody, jobArn: string, o?: CallOptions): Promise<JobView | undefined> {
  try {
    return await ports.service.get(jobArn, o);
  } catch (error) {
    if (jobArn !== part.jobArn && isServiceError(error, 'invalid')) return undefined;
    throw error;
  }
}

/**
 * The service forgets no job, so one of ours that it does not know was made elsewhere: another account, Region or
 * endpoint. To take it for lost would pay for it twice; to say nothing would wait for ever.
 */
function notFound(ports: RunPorts, part: PartBody, jobArn: string): KickResult {
  const isYoung = ports.clock.now() - (part.since ?? 0) < ports.service.facts.listSettleMs;
  if (jobArn !== part.jobArn || isYoung) return 'ignored';
  throw new ServiceError('BR-E0503', `the service does not know job ${jobArn} of part ${part.part}`, {
    reason: 'unavailable',
    effect: 'none',
    details: { run: part.run, attempt: part.attempt, part: part.part, jobArn },
    hint: 'check that account, Region and --endpoint-url are those that the run was started with',
  });
}

/** Where writes are paid for, counters are written when so much more of a job is done. */
const METERED_STEP = 0.25;

/**
 * What List says of a submitted part's job: live counters are taken from it, an end is confirmed by Get. `unchanged` also where what is
 * new is not worth a write that is paid for.
 */
export async function noteListed(ports: RunPorts, part: PartBody, view: JobView, o?: CallOptions): Promise<KickResult> {
  const isLive = part.jobArn === view.jobArn && !isTerminalStatus(view.status);
  if (isLive && ports.ledger.isMetered === true && isSmallStep(part, view)) return 'unchanged';
  return isLive ? applyView(ports, part, view, o) : kickJob(ports, view, o);
}

function isSmallStep({ jobStatus, jobCounts }: PartBody, { status, counts }: JobView): boolean {
  const done = (counts?.processed ?? 0) - (jobCounts?.processed ?? 0);
  return status === jobStatus && done < METERED_STEP * (counts?.total ?? 0);
}

/** Writes down what is new to a part that was just read. Most looks find nothing new, and then nothing is read again. */
async function applyView(ports: RunPorts, known: PartBody, view: JobView, o?: CallOptions): Promise<KickResult> {
  if (known.jobArn !== view.jobArn && (await adoptJob(ports, known, view.jobArn, o)) === 'duplicate') {
    if (!isTerminalStatus(view.status)) await stopJob(ports, view.jobArn, o);
    return 'duplicate';
  }
  const report = reportOf(view);
  const isOld = known.state === 'submitted' && decide(known, { do: 'observe', report }, ports.clock.now()).length === 0;
  return known.jobArn === view.jobArn && isOld ? 'unchanged' : observe(ports, known, view, report, o);
}

function observe(ports: RunPorts, ref: PartRef, view: JobView, report: JobReport, o?: CallOptions): Promise<KickResult> {
  return transact<KickResult>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      const [event] = decide(part.body, { do: 'observe', report }, ports.clock.now());
      if (event === undefined) return { writes: [], result: 'unchanged' };
      const next = evolve(part.body, event);
      if (event.event !== 'ended') return { writes: [putPart(part, next)], result: 'progressed' };
      const run = await loadRun(ports.ledger, ref.run, o);
      const lane = await loadLane(ports.ledger, laneOfJob(next), o);
      const happening = {
        kind: 'ended',
        attempt: next.attempt,
        part: next.part,
        jobArn: view.jobArn,
        message: endMessage(view),
      } as const;
      if (isWeighty(run.body, next)) {
        const weighed = await weighEnd(ports, { run, part: next, counts: report.counts, happening }, o);
        const freed = putLane(lane, releaseSlot(lane.body, next.jobName));
        return { writes: [putPart(part, weighed.part), freed, ...weighed.writes], result: 'ended' };
      }
      return {
        writes: [putPart(part, next), putLane(lane, releaseSlot(lane.body, next.jobName)), ...recordStep(ports, run, happening)],
        result: 'ended',
      };
    },
    o,
  );
}

function endMessage(view: JobView): string {
  return view.message ? `${view.status}: ${view.message}` : view.status;
}

/** What a part keeps of what the service says. */
export function reportOf(view: JobView): JobReport {
  return {
    jobArn: view.jobArn,
    status: view.status,
    terminal: isTerminalStatus(view.status),
    ...(view.message && { message: view.message }),
    ...(view.counts && { counts: view.counts }),
  };
}
