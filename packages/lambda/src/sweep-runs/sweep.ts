import {
  carryRun,
  eachBody,
  findRun,
  openPartsAt,
  openSort,
  type PartBody,
  type PartRef,
  type RunBody,
  sweepSlots,
} from '@batchrock/core';
import type { CollectQueue } from '../collect-queue/index.ts';
import type { Deadline } from '../engine/index.ts';
import { reasonOf } from '../failure/index.ts';
import { INTAKE_PREFIX, openRunFiles, type RunFiles } from '../files/index.ts';
import { changeHome, type Home, openHomes, readSweepMark, writeSweepMark } from '../home/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { IntakeQueue } from '../intake-queue/index.ts';
import { claimShare, dispatch, type TellingEngine, tellWaiting } from '../waiting/index.ts';
import { fileSteps, isQueue } from './sweep-files.ts';
import { sweepInbox } from './sweep-inbox.ts';
import { beatHeart } from './waiters.ts';

/** A run that is swept: what an execution asked for, or what files of a queue are of. */
type OpenRun = Home | RunFiles;

/** What sweeping works with. */
export interface SweepEngine extends TellingEngine {
  readonly queue: CollectQueue;
  /** Where the runs are of files of a queue: where they are put, and who is told of them. */
  readonly intake?: IntakeQueue;
  readonly inbox?: Inbox;
}

/** What a sweep did. */
export interface SweepReport {
  /** Open runs of the bucket. */
  readonly runs: number;
  /** Runs that were looked after; those that are left come first next time. */
  readonly swept: number;
  /** Runs that could not be looked after. */
  readonly failed: number;
}

/**
 * Looks after every open run of the bucket without being told of anything: whatever events and messages are lost and whichever
 * function was killed, a sweep every few minutes brings each run to its end. What is wrong with one run keeps no sweep from the
 * others. Where the time is too short for all, the next sweep goes on behind the last.
 */
export async function sweep(engine: SweepEngine, deadline: Deadline): Promise<SweepReport> {
  const { ports, settings, log } = engine;
  const begun = ports.clock.now();
  const failed = new Set<string>();
  const careful = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (deadline.signal.aborted) return;
      failed.add(what);
      log('ERROR', 'a run could not be swept', { run: what, ...reasonOf(error) });
    }
  };
  const homes = await openRuns(engine, (key) => {
    failed.add(key);
    log('ERROR', 'the home of a run cannot be read, so the run is not swept', { run: key });
  });
  const runs = new Map<string, RunBody>();
  // first, since a task whose heart has not beaten for an hour is given up
  for (const home of homes) {
    if (deadline.leftMs() <= 0) break;
    await careful(home.run, async () => {
      const run = await readRun(engine, home.run);
      if (run === undefined) return;
      runs.set(home.run, run);
      if (!isOfFiles(home)) await beatHeart(engine, home, run);
    });
  }
  await sweepFiles(engine, homes, { runs, careful, deadline });
  const turn = inTurn(homes, await readSweepMark(ports, settings.bucket));
  const lanes = new Set(turn.flatMap(({ run }) => laneOf(runs.get(run))));
  for (const lane of lanes) await careful(lane, () => sweepSlotsOf(engine, lane, deadline.signal));
  let swept = 0;
  for (const home of turn) {
    if (deadline.leftMs() <= 0) break;
    await careful(home.run, () => sweepRun(engine, home, runs.get(home.run), { begun, signal: deadline.signal }));
    swept++;
  }
  // what the runs have to send since they were carried on
  for (const lane of lanes) if (!deadline.signal.aborted) await careful(lane, () => dispatch(engine, lane));
  await writeSweepMark(ports, settings.bucket, swept < turn.length ? turn[swept - 1]?.run : undefined);
  if (isQueue(engine) && deadline.leftMs() > 0) await careful(INTAKE_PREFIX, () => sweepInbox(engine, deadline));
  log('INFO', 'swept', { count: swept, failed: failed.size });
  return { runs: homes.length, swept, failed: failed.size };
}

/** A bucket has runs of executions, or of files. */
async function openRuns(engine: SweepEngine, onUnreadable: (key: string) => void): Promise<readonly OpenRun[]> {
  const { ports, settings } = engine;
  if (!isQueue(engine)) return openHomes(ports, settings.bucket, onUnreadable);
  const runs: RunFiles[] = [];
  for await (const run of openRunFiles(ports, settings.bucket)) runs.push(run);
  return runs;
}

function isOfFiles(open: OpenRun): open is RunFiles {
  return 'files' in open;
}

/** What no run brings on, where there are files. */
async function sweepFiles(
  engine: SweepEngine,
  open: readonly OpenRun[],
  o: {
    readonly runs: ReadonlyMap<string, RunBody>;
    readonly careful: (what: string, work: () => Promise<void>) => Promise<void>;
    readonly deadline: Deadline;
  },
): Promise<void> {
  if (!isQueue(engine)) return;
  const files = new Map(open.filter(isOfFiles).map((each) => [each.run, each]));
  for await (const { file, work } of fileSteps(engine, { files, runs: o.runs })) {
    if (o.deadline.leftMs() <= 0) break;
    await o.careful(file, work);
  }
}

/** The run as it stands, once; undefined before it is in the ledger. */
async function readRun(engine: SweepEngine, id: string): Promise<RunBody | undefined> {
  const run = (await findRun(engine.ports.ledger, id))?.body;
  return run !== undefined && isOnItsWay(run) ? claimShare(engine, id) : run;
}

function isOnItsWay({ state }: RunBody): boolean {
  return state === 'running' || state === 'stopping';
}

function laneOf(run: RunBody | undefined): readonly string[] {
  return run !== undefined && isOnItsWay(run) ? [run.lane] : [];
}

/** The runs behind the one that the last sweep ended with come first. */
function inTurn(homes: readonly OpenRun[], after: string | undefined): readonly OpenRun[] {
  if (after === undefined) return homes;
  return [...homes.filter(({ run }) => run > after), ...homes.filter(({ run }) => run <= after)];
}

/** Free slots go to all runs of a lane by turns, then what holds the others is looked at, whosever it is. */
async function sweepSlotsOf(engine: SweepEngine, lane: string, signal: AbortSignal): Promise<void> {
  const { ports, log } = engine;
  await dispatch(engine, lane);
  const onTrouble = (error: unknown) => log('WARN', 'a step of the sweep is left to the next one', { lane, ...reasonOf(error) });
  await sweepSlots(ports, lane, { store: ports.objects.uri, onTrouble, signal });
}

async function sweepRun(
  engine: SweepEngine,
  home: OpenRun,
  run: RunBody | undefined,
  { begun, signal }: { readonly begun: number; readonly signal: AbortSignal },
): Promise<void> {
  if (run === undefined || run.state === 'preparing') return isOfFiles(home) ? undefined : forsake(engine, home);
  if (isOnItsWay(run)) {
    const { ports, log } = engine;
    const onTrouble = (error: unknown) =>
      log('WARN', 'a step of the sweep is left to the next one', { run: run.run, ...reasonOf(error) });
    await carryRun(ports, run, { onTrouble, signal });
    await engine.queue.send(await partsToCollect(engine, run, begun));
  }
  await tellWaiting(engine, run.run);
}

/** The message of a part that has just ended is on its way; one that is not collected after so long has been lost. */
const LOST_AFTER_MS = 10 * 60_000;

/** The parts of a run whose jobs have ended and whose message is lost, or was never sent because this sweep saw the end. */
async function partsToCollect({ ports }: SweepEngine, { run, lane }: RunBody, begun: number): Promise<PartRef[]> {
  const query = { index: 'open', at: openPartsAt(lane, 'ended'), after: openSort(run), limit: 500 } as const;
  const parts: PartRef[] = [];
  for await (const part of eachBody<PartBody>(ports.ledger, query)) {
    if (part.run !== run) break;
    const endedAt = part.endedAt ?? 0;
    if (endedAt >= begun || ports.clock.now() - endedAt > LOST_AFTER_MS) {
      parts.push({ run, attempt: part.attempt, part: part.part });
    }
  }
  return parts;
}

/** A run that nobody has prepared to its end by then is left to whoever asks again. */
const FORSAKEN_AFTER_MS = 24 * 60 * 60_000;

/** A run that never came to be prepared, and that nobody waits for, is swept no more. */
async function forsake({ ports }: SweepEngine, home: Home): Promise<void> {
  const isForsaken = ({ isOpen, waiting, askedAt }: Home) =>
    isOpen && waiting.length === 0 && ports.clock.now() - askedAt > FORSAKEN_AFTER_MS;
  if (!isForsaken(home)) return;
  await changeHome(ports, home.run, (there) =>
    there !== undefined && isForsaken(there) ? { ...there, isOpen: false } : undefined,
  );
}
