import type { PartBody, RegionLane } from '../job/index.ts';
import { freeSlots } from '../lane/index.ts';
import { earliestCompletion, type LaneOutlook } from '../schedule/index.ts';
import { isShut } from './denied-jobs.ts';
import { type DispatchOptions, type DispatchReport, dispatchLane } from './dispatch.ts';
import { loadLane, loadParts, loadRun } from './load.ts';
import type { RunPorts } from './ports.ts';

/** How slots are given out where a run may have those of other Regions too. */
export interface DispatchRegionsOptions extends DispatchOptions {
  /** The other Regions of the one run that is sent. */
  readonly regions?: readonly RegionLane[] | undefined;
}

/** Weight of the newest job in what a Region is expected to take. */
const NEWEST = 0.3;
/** What a job is expected to take where nothing is known; only how lanes compare matters. */
const UNKNOWN_MS = 3_600_000;
/** What a Region is taken for whose newest job has failed before processing: others first. */
const SLOWEST_MS = 24 * 3_600_000;

/**
 * The same as `dispatchLane`, for a run that may send its parts to several Regions: each goes where it is expected to be done first, by
 * how long jobs of the run have taken there. A Region that has not shown it yet is taken to be as quick as the quickest, so that it is
 * tried.
 */
export async function dispatchRegions(
  ports: RunPorts,
  lane: string,
  { regions = [], ...o }: DispatchRegionsOptions = {},
): Promise<DispatchReport> {
  if (o.run === undefined || regions.length === 0) return dispatchLane(ports, lane, o);
  const { body: run } = await loadRun(ports.ledger, o.run, o);
  const parts = await loadParts(ports.ledger, run, o);
  const ready = parts.filter((part) => part.attempt === run.attempt && part.state === 'ready').length;
  const places = [undefined, ...regions].filter((place) => !isShut(run, parts, place?.region));
  const known = places.map((place) => jobMsOf(parts, place, ports.clock.now()));
  const quickest = Math.min(...known.map((each) => each ?? Number.POSITIVE_INFINITY));
  const unknown = Number.isFinite(quickest) ? quickest : UNKNOWN_MS;
  const outlooks: LaneOutlook[] = [];
  for (const [i, place] of places.entries()) {
    outlooks.push(await outlookOf(ports, place?.lane ?? lane, parts, known[i] ?? unknown, o));
  }
  const counts = earliestCompletion(outlooks, ready);
  let report: DispatchReport = { submitted: 0, blocked: 0, ended: ready === 0 ? 'nothing-ready' : 'no-slot' };
  for (const [i, elsewhere] of places.entries()) {
    const most = counts[i] ?? 0;
    if (most === 0) continue;
    const here = await dispatchLane(ports, lane, { ...o, most, elsewhere });
    report = { submitted: report.submitted + here.submitted, blocked: report.blocked + here.blocked, ended: here.ended };
    if (here.blocked > 0) break;
  }
  return report;
}

/** What jobs of the run have taken there, the newer the more; those that live take at least as long as they live already. */
function jobMsOf(parts: readonly PartBody[], place: RegionLane | undefined, now: number): number | undefined {
  const here = parts.filter(
    (part) =>
      part.jobArn !== undefined && part.since !== undefined && part.onDemand !== true && part.elsewhere?.region === place?.region,
  );
  const ended = here.filter((part) => part.endedAt !== undefined).sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  const newest = ended.at(-1);
  // to refuse its jobs is quickly done, and no reason to send it more of them
  if (newest !== undefined && !hasWorked(newest)) return SLOWEST_MS;
  const taken = ended.filter(hasWorked).map((part) => (part.endedAt ?? now) - (part.since ?? now));
  const mean = taken.reduce<number | undefined>((sum, ms) => (sum === undefined ? ms : sum + NEWEST * (ms - sum)), undefined);
  const oldest = Math.max(0, ...here.filter((part) => part.endedAt === undefined).map((part) => now - (part.since ?? now)));
  if (mean !== undefined) return Math.max(1, mean, oldest);
  return oldest > 0 ? oldest : undefined;
}

function hasWorked({ jobStatus, jobCounts }: PartBody): boolean {
  return jobStatus !== 'Failed' || (jobCounts?.processed ?? 0) > 0;
}

/** Of slots that others hold, and of those that rest, it is not known when they come free: half a job from now. */
async function outlookOf(
  ports: RunPorts,
  key: string,
  parts: readonly PartBody[],
  jobMs: number,
  o: DispatchOptions,
): Promise<LaneOutlook> {
  const { body: lane } = await loadLane(ports.ledger, key, o);
  const now = ports.clock.now();
  const free = freeSlots(lane, now);
  const since = new Map(parts.map((part) => [part.jobName, part.since]));
  const held = lane.holders.map(({ jobName }) => {
    const begun = since.get(jobName);
    // one that is overdue is not about to end at each look anew
    return begun === undefined ? jobMs / 2 : Math.max(jobMs / 4, begun + jobMs - now);
  });
  const resting = Math.max(0, lane.limit - lane.holders.length - free);
  return { free, jobMs, freeIn: [...held, ...new Array<number>(resting).fill(jobMs / 2)] };
}
