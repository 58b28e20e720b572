import { StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { createCollectPool } from './collect-pool.ts';
import { type RunCounts, runCounts } from './counts.ts';
import { isDenied, isRefuted, leavesNothing } from './denied-jobs.ts';
import { ensureLane } from './dispatch.ts';
import type { EventBody, RunBody } from './document.ts';
import { documentOf } from './documents.ts';
import { type DriveRound, driveRound, type RoundView } from './drive-round.ts';
import { loadLane, loadParts, loadRun } from './load.ts';
import { createNewRole } from './new-role.ts';
import { createOnDemandPool } from './on-demand-pool.ts';
import type { RunPorts } from './ports.ts';
import { eventsSince } from './read.ts';
import { keepActive, lanesOf, quotaOf } from './sharing.ts';
import type { StepOptions } from './steps.ts';
import { checkCancelled, tolerate } from './tolerance.ts';
import { isToBeWeighed } from './weigh-denied.ts';

/** A run as it stands, for whoever shows it. */
export interface RunSnapshot {
  readonly run: RunBody;
  readonly counts: RunCounts;
  /** The last failure that may pass, until a round goes well. */
  readonly trouble?: unknown;
}

/** How a run is driven. */
export interface DriveOptions extends StepOptions {
  /** Between two looks at the jobs, about; default 15,000. */
  readonly pollMs?: number;
  /** Between two sweeps of the lane; default 20 polls. */
  readonly sweepMs?: number;
  /** How long calls may fail before the last failure is thrown; default 15 minutes. */
  readonly patienceMs?: number;
  /** Every event of the run after `sinceSeq`, once and in order. */
  readonly onEvent?: (event: EventBody) => void;
  /** Default: the newest event there is at the start. */
  readonly sinceSeq?: number;
  /** At most every 100 ms, and at the end. */
  readonly onProgress?: (snapshot: RunSnapshot) => void;
  /**
   * Return once nothing more can be done without waiting for the service, in place of waiting: the run is as far as it can be
   * now. A failure that would pass is thrown then. Default false.
   */
  readonly untilQuiet?: boolean;
}

const POLL_MS = 15_000;
const PATIENCE_MS = 15 * 60_000;
const PROGRESS_MS = 100;
const COLLECTORS = 2;
/** A nap takes so much of a poll, so that those who drive at once do not stay in step. */
const SHORTEST_NAP = 0.75;
const LONGEST_NAP = 1.25;

/**
 * Brings a prepared run to rest from one process: sends its parts, looks after its jobs, collects them, builds its next
 * generations. Returns when it has ended, is stopped, or is blocked and nothing of it is in flight. May be killed at any
 * moment and called again, and may run beside others of the same ledger. Throws a `CancelledError` when the signal is
 * aborted: the run stays as it is and its jobs go on.
 */
export async function driveRun(ports: RunPorts, id: string, o: DriveOptions = {}): Promise<RunBody> {
  const { body: first } = await loadRun(ports.ledger, id, o);
  if (first.state === 'preparing') {
    throw new StateError('BR-E0207', `run ${id} is still being prepared`, { details: { run: id } });
  }
  const drive = await start(ports, first, o);
  try {
    for (;;) {
      checkCancelled(o.signal);
      const view = await look(drive);
      if (view !== undefined && isAtRest(drive, view)) return view.run;
      const isOn = view !== undefined && (await driveRound(drive, view));
      keepPatience(drive);
      if (isOn) continue;
      if (o.untilQuiet !== true) await rest(drive);
      else if (view === undefined || !(await hasCollected(drive, view))) return quietly(drive, view);
    }
  } finally {
    await drive.onDemand.close();
    await drive.pool.idle();
    await claim(drive, 0).catch(() => undefined);
  }
}

/** A drive from its start to its end. */
interface Drive extends DriveRound {
  readonly options: DriveOptions;
  /** When a round last went without trouble. */
  wellAt: number;
  seq: number;
  shownAt: number;
}

async function start(ports: RunPorts, run: RunBody, o: DriveOptions): Promise<Drive> {
  for (const key of lanesOf(run)) {
    const { body: lane } = await loadLane(ports.ledger, key, o);
    if (lane.limit === 0) await ensureLane(ports, key, quotaOf(await documentOf(ports, run.run, o), key), o);
  }
  const pollMs = o.pollMs ?? POLL_MS;
  const pool = createCollectPool(ports, COLLECTORS, o);
  return {
    ports,
    id: run.run,
    lane: run.lane,
    options: o,
    pollMs,
    sweepMs: o.sweepMs ?? 20 * pollMs,
    newRole: o.untilQuiet ? undefined : createNewRole(ports, LONGEST_NAP * pollMs),
    pool,
    onDemand: createOnDemandPool(ports, pool, o),
    trouble: undefined,
    sweptAt: Number.NEGATIVE_INFINITY,
    isCrowded: false,
    wellAt: ports.clock.now(),
    seq: o.sinceSeq ?? run.seq,
    shownAt: Number.NEGATIVE_INFINITY,
  };
}

/** Reads the run, claims it and tells how it stands; undefined when the ledger cannot be read just now. */
async function look(drive: Drive): Promise<RoundView | undefined> {
  const { ports, id, options: o } = drive;
  const before = drive.trouble;
  drive.trouble = undefined;
  const note = (error: unknown) => {
    drive.trouble = error;
  };
  return tolerate(async () => {
    await claim(drive, 4 * drive.pollMs + 10_000);
    const { body: run } = await loadRun(ports.ledger, id, o);
    const parts = await loadParts(ports.ledger, run, o);
    const events = run.seq > drive.seq ? await eventsSince(ports, id, drive.seq, o) : [];
    for (const event of events) {
      drive.seq = event.seq;
      o.onEvent?.(event);
    }
    const view = { run, parts };
    show(drive, view, before);
    return view;
  }, note);
}

function show(drive: Drive, view: RoundView, trouble: unknown): void {
  const { ports, options: o } = drive;
  const now = ports.clock.now();
  if (o.onProgress === undefined || (now - drive.shownAt < PROGRESS_MS && !isAtRest(drive, view))) return;
  drive.shownAt = now;
  const counts = runCounts(view.run, view.parts);
  o.onProgress({ run: view.run, counts, ...(trouble !== undefined && { trouble }) });
}

/**
 * Whether nothing more becomes of a run by driving it. A blocked one is over for now when nothing is in flight; an intent in doubt
 * keeps its slot, and is no job of ours yet.
 */
export function isOver({ run, parts }: RoundView): boolean {
  if (run.state === 'ended' || run.state === 'stopped') return true;
  if (run.blocked === undefined || isRefuted(run, parts)) return false;
  return !parts.some((part) => part.state === 'submitted' || (part.state === 'ended' && isCollectedSoon(part)));
}

/** `isOver`, unless its round lets the run go on. */
function isAtRest({ ports }: Drive, view: RoundView): boolean {
  return isOver(view) && (view.run.blocked === undefined || !isToBeWeighed(ports, view));
}

/** What a job leaves that was denied, and does not say that it is nothing, is waited for by whoever goes on with the run. */
function isCollectedSoon(part: PartBody): boolean {
  return !isDenied(part) || leavesNothing(part);
}

/** Says that a process works on the run, so that others of the lane leave it its share. */
async function claim({ ports, id, options }: Drive, forMs: number): Promise<void> {
  // when the drive ends its signal may be aborted, and the claim is given back all the same
  await keepActive(ports, id, forMs, forMs === 0 ? {} : options);
}

function keepPatience(drive: Drive): void {
  const now = drive.ports.clock.now();
  if (drive.trouble === undefined) drive.wellAt = now;
  else if (now - drive.wellAt > (drive.options.patienceMs ?? PATIENCE_MS)) throw drive.trouble;
}

/** Waits for what is being collected; true when that may let more be done. */
async function hasCollected(drive: Drive, { run, parts }: RoundView): Promise<boolean> {
  const isInHand = (part: PartBody) => part.state === 'ended' || (part.onDemand === true && part.state === 'submitted');
  if (!parts.some(isInHand)) return false;
  // nobody else goes on with it
  await drive.onDemand.idle();
  await drive.pool.idle();
  drive.pool.check((error) => {
    drive.trouble = error;
  });
  const after = await loadParts(drive.ports.ledger, run);
  return after.some((part, i) => part.state !== parts[i]?.state);
}

/** The run as it is left where it is; throws what kept the last round from more. */
async function quietly({ ports, id, trouble, options }: Drive, view: RoundView | undefined): Promise<RunBody> {
  if (trouble !== undefined || view === undefined) throw trouble;
  return (await loadRun(ports.ledger, id, options)).body;
}

/** Why a nap ends before its time; nobody is told. */
const WOKEN = 'woken';

/** Waits for the next look, for a part to be collected, or for a refusal of the models. */
async function rest(drive: Drive): Promise<void> {
  const { ports, options: o, pollMs } = drive;
  const nap = new AbortController();
  let isAsleep = true;
  // a reason of its own: the one that is made where none is given costs more than the rest of a nap
  const wake = () => nap.abort(WOKEN);
  // a signal that was given before this line is not told again
  if (o.signal?.aborted) return;
  o.signal?.addEventListener('abort', wake, { once: true });
  try {
    const sleepMs = Math.round(pollMs * (SHORTEST_NAP + ports.random.next() * (LONGEST_NAP - SHORTEST_NAP)));
    await Promise.race([
      ports.clock.sleep(sleepMs, nap.signal).then(
        () => {
          isAsleep = false;
        },
        () => undefined,
      ),
      drive.pool.next(),
      drive.onDemand.failed(),
    ]);
  } finally {
    if (isAsleep) wake();
    o.signal?.removeEventListener('abort', wake);
  }
}
