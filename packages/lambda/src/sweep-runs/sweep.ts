import { eachBody, findRun, openPartsAt, openSort, type PartBody, type PartRef, type RunBody, sweepLane } from '@batchrock/core';
import type { CollectQueue } from '../collect-queue/index.ts';
import type { Deadline } from '../engine/index.ts';
import { reasonOf } from '../failure/index.ts';
import { changeHome, findHome, type Home, openHomes, readSweepMark, writeSweepMark } from '../home/index.ts';
import { dispatch, type TellingEngine, tellWaiting } from '../waiting/index.ts';
import { beatHeart } from './waiters.ts';

/** What sweeping works with. */
export interface SweepEngine extends TellingEngine {
  readonly queue: CollectQueue;
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
  const homes = await openHomes(ports, settings.bucket);
  const failed = new Set<string>();
  const careful = async (run: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (deadline.signal.aborted) return;
      failed.add(run);
      log('ERROR', 'a run could not be swept', { run, ...reasonOf(error) });
    }
  };
  // first, since a task whose heart has not beaten for an hour is given up
  for (const home of homes) if (deadline.leftMs() > 0) await careful(home.run, () => beatHeart(engine, home));
  const turn = inTurn(homes, await readSweepMark(ports, settings.bucket));
  await dispatchLanes(engine, turn, careful);
  let swept = 0;
  for (const { run } of turn) {
    if (deadline.leftMs() <= 0) break;
    await careful(run, () => sweepRun(engine, run, deadline.signal));
    swept++;
  }
  await writeSweepMark(ports, settings.bucket, swept < turn.length ? turn[swept - 1]?.run : undefined);
  log('INFO', 'swept', { count: swept, failed: failed.size });
  return { runs: homes.length, swept, failed: failed.size };
}

/** The runs behind the one that the last sweep ended with come first. */
function inTurn(homes: readonly Home[], after: string | undefined): readonly Home[] {
  if (after === undefined) return homes;
  return [...homes.filter(({ run }) => run > after), ...homes.filter(({ run }) => run <= after)];
}

/** Free slots go to all runs of a lane by turns, before the sweep of each sends what is its own. */
async function dispatchLanes(
  engine: SweepEngine,
  homes: readonly Home[],
  careful: (run: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  for (const { run } of homes) {
    await careful(run, async () => {
      const lane = (await findRun(engine.ports.ledger, run))?.body.lane;
      if (lane === undefined || seen.has(lane)) return;
      seen.add(lane);
      await dispatch(engine, lane);
    });
  }
}

async function sweepRun(engine: SweepEngine, run: string, signal: AbortSignal): Promise<void> {
  const { ports, log } = engine;
  const found = (await findRun(ports.ledger, run))?.body;
  if (found?.state === 'running' || found?.state === 'stopping') {
    const begun = ports.clock.now();
    const onTrouble = (error: unknown) => log('WARN', 'a step of the sweep is left to the next one', { run, ...reasonOf(error) });
    await sweepLane(ports, found.lane, { run, collect: false, onTrouble, signal });
    await engine.queue.send(await partsToCollect(engine, found, begun));
  }
  if (found !== undefined) await tellWaiting(engine, run);
  await close(engine, run);
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

/** A run at rest that nobody waits for is swept no more, and neither is one that never came to be prepared. */
async function close({ ports }: SweepEngine, run: string): Promise<void> {
  const state = (await findRun(ports.ledger, run))?.body.state ?? 'preparing';
  if (state === 'running' || state === 'stopping') return;
  const home = await findHome(ports, run);
  if (home === undefined || !mayClose(home)) return;
  await changeHome(ports, run, (there) => (there !== undefined && mayClose(there) ? { ...there, isOpen: false } : undefined));

  function mayClose({ isOpen, waiting, askedAt }: Home): boolean {
    const isDue = state !== 'preparing' || ports.clock.now() - askedAt > FORSAKEN_AFTER_MS;
    return isOpen && waiting.length === 0 && isDue;
  }
}
