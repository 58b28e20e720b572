import { StateError } from '../errors/index.ts';
import { type CollectPool, createCollectPool } from './collect-pool.ts';
import { type RunCounts, runCounts } from './counts.ts';
import { dispatchLane, ensureLane } from './dispatch.ts';
import type { EventBody, RunBody } from './document.ts';
import { documentOf } from './documents.ts';
import { loadLane, loadParts, loadRun, putRun } from './load.ts';
import { pollParts } from './poll.ts';
import type { RunPorts } from './ports.ts';
import { eventsSince } from './read.ts';
import { settleRun } from './settle.ts';
import type { StepOptions } from './steps.ts';
import { stopJobs } from './stop.ts';
import { pursueIntent } from './submit.ts';
import { growLimit, sweepLane } from './sweep.ts';
import { checkCancelled, tolerate } from './tolerance.ts';
import { transact } from './transact.ts';

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
  /** Between two sweeps of the lane; default 20 polls, at least a minute. */
  readonly sweepMs?: number;
  /** How long every call may fail before the last failure is thrown; default 15 minutes. */
  readonly patienceMs?: number;
  /** Every event of the run after `sinceSeq`, once and in order. */
  readonly onEvent?: (event: EventBody) => void;
  /** Default: the newest event there is at the start. */
  readonly sinceSeq?: number;
  /** At most every 100 ms, and at the end. */
  readonly onProgress?: (snapshot: RunSnapshot) => void;
}

const PROGRESS_MS = 100;
const COLLECTORS = 2;

/**
 * Brings a prepared run to rest from one process: sends its parts, looks after its jobs, collects them, builds its next
 * generations. Returns when it has ended, is stopped, or is blocked and nothing of it is in flight. May be killed at any
 * moment and called again, and may run beside others of the same ledger. Throws a `CancelledError` when the signal is
 * aborted: the run stays as it is and its jobs go on.
 */
export async function driveRun(ports: RunPorts, id: string, o: DriveOptions = {}): Promise<RunBody> {
  const first = (await loadRun(ports.ledger, id, o)).body;
  if (first.state === 'preparing') {
    throw new StateError('BR-E0207', `run ${id} is still being prepared`, { details: { run: id } });
  }
  const drive = await start(ports, first, o);
  try {
    for (;;) {
      checkCancelled(o.signal);
      const isOn = await round(drive);
      const run = await report(drive);
      if (isOver(run, drive.counts)) return run;
      if (!isOn) await rest(drive);
    }
  } finally {
    await drive.pool.idle();
    await claim(drive, 0).catch(() => undefined);
  }
}

interface Drive {
  readonly ports: RunPorts;
  readonly id: string;
  readonly lane: string;
  readonly options: DriveOptions;
  readonly pollMs: number;
  readonly pool: CollectPool;
  readonly note: (error: unknown) => void;
  trouble: unknown;
  /** When a round last went without trouble. */
  wellAt: number;
  sweptAt: number;
  seq: number;
  shownAt: number;
  counts: RunCounts | undefined;
}

async function start(ports: RunPorts, run: RunBody, o: DriveOptions): Promise<Drive> {
  const now = ports.clock.now();
  const { body: lane } = await loadLane(ports.ledger, run.lane, o);
  if (lane.limit === 0) await ensureLane(ports, run.lane, (await documentOf(ports, run.run, o)).model.limits.maxJobs, o);
  const drive: Drive = {
    ports,
    id: run.run,
    lane: run.lane,
    options: o,
    pollMs: o.pollMs ?? 15_000,
    pool: createCollectPool(ports, COLLECTORS, o),
    note: (error) => {
      drive.trouble = error;
    },
    trouble: undefined,
    wellAt: now,
    sweptAt: Number.NEGATIVE_INFINITY,
    seq: o.sinceSeq ?? run.seq,
    shownAt: Number.NEGATIVE_INFINITY,
    counts: undefined,
  };
  return drive;
}

/** One look at everything. True when there is more to do at once. */
async function round(drive: Drive): Promise<boolean> {
  const { ports, id, lane, options: o, note } = drive;
  const step = <T>(what: () => Promise<T>) => tolerate(what, note);
  drive.trouble = undefined;
  const send = { signal: o.signal, run: id, cooldownMs: Math.min(30_000, 4 * drive.pollMs) };
  const dispatch = () => step(() => dispatchLane(ports, lane, send));

  await step(() => claim(drive, 4 * drive.pollMs + 10_000));
  const sweepMs = o.sweepMs ?? Math.max(60_000, 20 * drive.pollMs);
  if (ports.clock.now() - drive.sweptAt >= sweepMs) {
    drive.sweptAt = ports.clock.now();
    // all but collecting, which the pool does beside this loop
    await step(() => sweepLane(ports, lane, { ...send, steps: o.steps, onTrouble: note, collect: false }));
  }
  const parts = await loadMine(drive);
  for (const part of parts.filter((each) => each.state === 'submitting')) {
    await step(() => pursueIntent(ports, part, { ...send, mayCreate: true }));
  }
  await step(() => growLimit(ports, lane, send.cooldownMs, o));
  await dispatch();
  await step(() => stopJobs(ports, id, o));
  const submitted = parts.filter((part) => part.state === 'submitted');
  await pollParts(ports, submitted, { signal: o.signal, onTrouble: note, onSlotFree: async () => void (await dispatch()) });
  await offerEnded(drive);
  const settled = await step(() => settleRun(ports, id, o));
  keepPatience(drive);
  return settled === 'generation';
}

/** The run's parts of the generation in hand, as the index shows them. */
async function loadMine(drive: Drive) {
  const run = await loadRun(drive.ports.ledger, drive.id, drive.options);
  return loadParts(drive.ports.ledger, run.body, drive.options);
}

/** Hands ended parts to the pool; those that it has no place for come again in the next round. */
async function offerEnded(drive: Drive): Promise<void> {
  for (const part of await loadMine(drive)) if (part.state === 'ended') drive.pool.offer(part);
  drive.pool.check(drive.note);
}

/** Says that a process works on the run, so that others of the lane leave it its share. */
async function claim(drive: Drive, forMs: number): Promise<void> {
  const { ports, id, options } = drive;
  const o = forMs === 0 ? {} : options;
  await transact(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const now = ports.clock.now();
      const until = forMs === 0 ? 0 : now + forMs;
      const isFresh = forMs > 0 && (run.body.activeUntil ?? 0) - now > forMs / 2;
      const isOpen = run.body.state === 'running' || run.body.state === 'stopping';
      if (!isOpen || isFresh || run.body.activeUntil === until) return { writes: [], result: undefined };
      return { writes: [putRun(run, { ...run.body, activeUntil: until })], result: undefined };
    },
    o,
  );
}

function keepPatience(drive: Drive): void {
  const now = drive.ports.clock.now();
  if (drive.trouble === undefined) drive.wellAt = now;
  else if (now - drive.wellAt > (drive.options.patienceMs ?? 15 * 60_000)) throw drive.trouble;
}

/** Tells what happened, and how the run stands. */
async function report(drive: Drive): Promise<RunBody> {
  const { ports, id, options: o } = drive;
  const { body: run } = await loadRun(ports.ledger, id, o);
  const parts = await loadParts(ports.ledger, run, o);
  drive.counts = runCounts(run, parts);
  for (const event of await eventsSince(ports, id, drive.seq, o)) {
    drive.seq = event.seq;
    o.onEvent?.(event);
  }
  const now = ports.clock.now();
  if (now - drive.shownAt < PROGRESS_MS && !isOver(run, drive.counts)) return run;
  drive.shownAt = now;
  o.onProgress?.({ run, counts: drive.counts, ...(drive.trouble !== undefined && { trouble: drive.trouble }) });
  return run;
}

/** A blocked run is over for now when nothing is in flight; an intent in doubt keeps its slot, and is no job of ours yet. */
function isOver(run: RunBody, counts: RunCounts | undefined): boolean {
  if (run.state === 'ended' || run.state === 'stopped') return true;
  return run.blocked !== undefined && counts !== undefined && counts.jobs.submitted + counts.jobs.ended === 0;
}

/** Waits for the next look, or for a part to be collected. */
async function rest(drive: Drive): Promise<void> {
  const { ports, options: o, pollMs } = drive;
  const nap = new AbortController();
  const wake = () => nap.abort();
  o.signal?.addEventListener('abort', wake, { once: true });
  try {
    const sleep = ports.clock.sleep(Math.round(pollMs * (0.75 + ports.random.next() / 2)), nap.signal).catch(() => undefined);
    await Promise.race([sleep, drive.pool.next()]);
  } finally {
    wake();
    o.signal?.removeEventListener('abort', wake);
  }
}
