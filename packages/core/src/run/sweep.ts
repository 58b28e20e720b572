import { laneOfJob, type PartBody, type PartState } from '../job/index.ts';
import { holdsSlot, QUOTA_COOLDOWN_MS, raiseLimit, releaseSlot, type SlotHolder } from '../lane/index.ts';
import type { Write } from '../ports/index.ts';
import { collectPart } from './collect.ts';
import { type DispatchRegionsOptions, dispatchRegions } from './dispatch-regions.ts';
import type { RunBody } from './document.ts';
import { intentPhase } from './intent.ts';
import { openPartsAt, openRunsAt } from './items.ts';
import { ledgerKeys } from './keys.ts';
import { eachBody, findPart, findRun, loadLane, putLane } from './load.ts';
import { countOthers } from './others.ts';
import { adoptOrphans, pollParts } from './poll.ts';
import type { RunPorts } from './ports.ts';
import { settleRun } from './settle.ts';
import { isOwn, type OwnRuns } from './sharing.ts';
import type { StepOptions } from './steps.ts';
import { stopJobs } from './stop.ts';
import { pursueIntent } from './submit.ts';
import { isOfOneRun, isPassing, tolerate } from './tolerance.ts';
import { transact } from './transact.ts';
import { lookForUnseen } from './unseen.ts';

/**
 * How a lane is swept. Only one's own runs are carried on (default: every run of the lane); of the others, only what holds the
 * lane's slots is looked after (ended jobs, leaked slots, intents that came to nothing), and nothing is sent.
 */
export interface SweepOptions extends StepOptions, DispatchRegionsOptions {
  /** False: ended parts are collected by somebody else in this process. Default true. */
  readonly collect?: boolean;
  /** Told of each failure that may pass; the sweep goes on behind it. */
  readonly onTrouble?: (error: unknown) => void;
}

/** What a sweep found and did. */
export interface SweepReport {
  /** Jobs found for intents without an ARN. */
  readonly adopted: number;
  /** Jobs that ended. */
  readonly ended: number;
  readonly collected: number;
  /** Slots that nobody had any more. */
  readonly repaired: number;
  /** Second jobs of a part. */
  readonly stopped: number;
  /** Jobs created. */
  readonly submitted: number;
}

/**
 * Looks after a lane without being told of anything: whatever events are lost and whoever crashed, a sweep every few
 * minutes brings every run to its end. Safe beside other sweeps and at any time.
 */
export async function sweepLane(ports: RunPorts, lane: string, o: SweepOptions = {}): Promise<SweepReport> {
  const step = stepOf(o);
  const slots = await sweepSlots(ports, lane, o);
  const isMine = ownerOf(ports, o);
  let collected = 0;
  for (const part of o.collect === false ? [] : await openParts(ports, lane, 'ended', o)) {
    if ((await step(async () => (await isMine(part.run)) && collectPart(ports, part, o))) === 'collected') collected++;
  }
  for (const run of await openRuns(ports, lane, o)) if (isOwn(run, o)) await carryOn(ports, run, o, step);
  const dispatched = await step(() => dispatchRegions(ports, lane, o));
  return { ...slots, collected, submitted: dispatched?.submitted ?? 0 };
}

/** What a look at the slots of a lane found and did. */
export type SlotsReport = Omit<SweepReport, 'collected' | 'submitted'>;

/**
 * Looks after what holds the slots of a lane, whose runs they may be of: leaked slots, intents that were left behind, jobs that
 * have ended. A slot that comes free is given out at once, to one's own runs.
 */
export async function sweepSlots(ports: RunPorts, lane: string, o: SweepOptions = {}): Promise<SlotsReport> {
  const step = stepOf(o);
  const onSlotFree = async () => void (await step(() => dispatchRegions(ports, lane, o)));
  const watch = { ...o, onSlotFree, mayPass: passingFor(o) };
  const isMine = ownerOf(ports, o);

  let repaired = 0;
  for (const holder of (await step(() => loadLane(ports.ledger, lane, o)))?.body.holders ?? []) {
    if (await step(() => repairSlot(ports, lane, holder, o))) repaired++;
  }
  await step(() => growLimit(ports, lane, o.cooldownMs ?? QUOTA_COOLDOWN_MS, o));
  let adopted = 0;
  // in a Region that is not one's own a job seems not to exist: its part is left to those who reach it
  const inReach = async ({ run, elsewhere }: PartBody) =>
    elsewhere === undefined || (o.regions ?? []).some(({ region }) => region === elsewhere.region) || (await isMine(run));
  for (const part of await openParts(ports, lane, 'submitting', o)) {
    if (!(await inReach(part))) continue;
    // a young intent is in good hands: the process that wrote it is just sending its Create
    if (intentPhase(ports.service.facts, part.since ?? 0, ports.clock.now()) === 'trusted') continue;
    const pursue = async () => pursueIntent(ports, part, { ...o, mayCreate: await isMine(part.run) });
    if ((await step(pursue)) === 'adopted') adopted++;
  }
  const submitted = await openParts(ports, lane, 'submitted', o);
  const known = new Set(submitted.flatMap(({ jobArn }) => jobArn ?? []));
  const reached: PartBody[] = [];
  for (const part of submitted) if (await inReach(part)) reached.push(part);
  const ended = await pollParts(ports, reached, watch);
  const orphans = await step(() => adoptOrphans(ports, { ...watch, known }));
  const { run, signal } = o;
  if (orphans !== undefined && run !== undefined) await step(() => countOthers(ports, lane, orphans.others, { run, signal }));
  return { adopted: adopted + (orphans?.adopted ?? 0), ended, repaired, stopped: orphans?.stopped ?? 0 };
}

/**
 * Carries one run on: looks for jobs of it that nobody has seen yet, stops those of one that is stopping, settles it. What may pass
 * is told (`onTrouble`), any other failure thrown.
 */
export function carryRun(ports: RunPorts, run: RunBody, o: SweepOptions = {}): Promise<void> {
  return carryOn(ports, run, o, stepOf({ ...o, run: run.run }));
}

async function carryOn(ports: RunPorts, run: RunBody, o: SweepOptions, step: Step): Promise<void> {
  if (run.unseenUntil !== undefined) await step(() => lookForUnseen(ports, run.run, o));
  await step(() => stopJobs(ports, run, o));
  await step(() => settleRun(ports, run.run, o));
}

type Step = <T>(what: () => Promise<T>) => Promise<T | undefined>;

function stepOf(o: SweepOptions): Step {
  return (what) => tolerate(what, o.onTrouble ?? ignore, passingFor(o));
}

function ignore(): void {}

/** What is wrong with one run must not keep a sweep of all of them from the others. */
function passingFor(o: OwnRuns): (error: unknown) => boolean {
  return (error) => isPassing(error) || (o.run === undefined && isOfOneRun(error));
}

/** Tells whether a run is one's own; each is read once, where its id does not tell. */
function ownerOf(ports: RunPorts, o: SweepOptions): (run: string) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async (run) => {
    if (o.store === undefined) return isOwn({ run }, o);
    const before = known.get(run);
    if (before !== undefined) return before;
    const found = await findRun(ports.ledger, run, o);
    const isMine = found !== undefined && isOwn(found.body, o);
    known.set(run, isMine);
    return isMine;
  };
}

/** The parts of a lane in one state, as the index shows them; every step reads its part again. */
async function openParts(ports: RunPorts, lane: string, state: PartState, o: StepOptions): Promise<PartBody[]> {
  const parts: PartBody[] = [];
  for await (const part of eachBody<PartBody>(ports.ledger, { index: 'open', at: openPartsAt(lane, state), limit: 500 }, o)) {
    parts.push(part);
  }
  return parts;
}

async function openRuns(ports: RunPorts, lane: string, o: StepOptions): Promise<RunBody[]> {
  const runs: RunBody[] = [];
  for await (const run of eachBody<RunBody>(ports.ledger, { index: 'open', at: openRunsAt(lane) }, o)) runs.push(run);
  return runs;
}

/**
 * Frees a slot whose part needs none. With slots kept in the commit of every step there is none; this is here for what an older
 * version, a person or a bug may leave behind. Part and lane are read apart, so the part is checked in the commit that frees its
 * slot.
 */
function repairSlot(ports: RunPorts, key: string, holder: SlotHolder, o: StepOptions): Promise<boolean> {
  return transact<boolean>(
    ports,
    async () => {
      const part = await findPart(ports.ledger, holder, o);
      if (part !== undefined && needsSlot(part.body, key) && part.body.jobName === holder.jobName)
        return { writes: [], result: false };
      const lane = await loadLane(ports.ledger, key, o);
      if (!holdsSlot(lane.body, holder.jobName)) return { writes: [], result: false };
      const check: Write = {
        check: ledgerKeys.part(holder.run, holder.attempt, holder.part),
        expect: part?.version ?? 'absent',
      };
      return { writes: [putLane(lane, releaseSlot(lane.body, holder.jobName)), check], result: true };
    },
    o,
  );
}

/** A job holds a slot where it is; what goes on demand is none. */
function needsSlot(part: PartBody, lane: string): boolean {
  const isJob = part.state === 'submitting' || part.state === 'submitted';
  return isJob && part.onDemand !== true && laneOfJob(part) === lane;
}

/** A limit that fell after a refused job grows again, one with each clean rest. */
async function growLimit(ports: RunPorts, key: string, restMs: number, o: StepOptions = {}): Promise<void> {
  await transact(
    ports,
    async () => {
      const lane = await loadLane(ports.ledger, key, o);
      const raised = raiseLimit(lane.body, ports.clock.now(), restMs);
      return { writes: raised === undefined ? [] : [putLane(lane, raised)], result: undefined };
    },
    o,
  );
}
