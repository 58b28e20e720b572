import type { PartBody, PartState } from '../job/index.ts';
import { type CallOptions, UNREADABLE } from '../ports/index.ts';
import { JOBS_DENIED } from './denied-jobs.ts';
import type { RunBody, RunState } from './document.ts';
import { documentOf } from './documents.ts';
import { buildGeneration } from './generation.ts';
import { openPartsAt, openSort } from './items.ts';
import { ledgerKeys } from './keys.ts';
import { findPart, loadLane, loadPart, loadParts, loadRun, type PartRef, partsOf } from './load.ts';
import { lotsOf } from './lots.ts';
import type { RunPorts } from './ports.ts';
import { lanesOf } from './sharing.ts';
import type { StepOptions } from './steps.ts';
import { writeSummary } from './summary.ts';
import { recordEvent, transact } from './transact.ts';
import { isToBeWeighed, weighDenied } from './weigh-denied.ts';

/** `open`: jobs or parts are left. `generation`: failed and missing records go out again. */
export type SettleResult = 'open' | 'generation' | 'ended' | 'stopped' | 'resting';

/**
 * Brings a run on when its generation is collected: to the next generation while something is worth another attempt and
 * one is left, else to its end. A stopping run stops when no job of it is left. Repeatable at any time.
 */
export async function settleRun(ports: RunPorts, id: string, o: StepOptions = {}): Promise<SettleResult> {
  const loaded = await loadRun(ports.ledger, id, o);
  const { body: run } = loaded;
  if (run.state !== 'running' && run.state !== 'stopping') return 'resting';
  // a part that is ready may have a job that nobody has seen: nothing is over yet
  if (run.unseenUntil !== undefined) return 'open';
  if (run.blocked?.code === JOBS_DENIED && (await isLifted(ports, run, o))) return settleRun(ports, id, o);
  if (countParts(run) > MANY_PARTS && (await hasOpenPart(ports, run, o))) return 'open';
  const parts = await loadParts(ports.ledger, run, o);
  const generation = parts.filter((part) => part.attempt === run.attempt);
  // `collected` absorbs, so a page that shows it is right however old it is; only a part that it lacks counts as open
  const isCollected = parts.length === countParts(run) && parts.every((part) => part.state === 'collected');
  if (!isCollected) return run.state === 'stopping' ? stopWhenIdle(ports, run, parts, o) : 'open';
  const isDue = wantsAnother(run, generation);
  if (run.state === 'stopping') return isDue || wasCutShort(generation) ? stop(ports, run, o) : end(ports, run, parts, o);
  if (!isDue) return end(ports, run, parts, o);
  // asked for while the run was sending: nothing new is built for a run that may not send
  if (run.blocked || (isToBeWeighed(ports, { run, parts }) && (await weighDenied(ports, { run, parts }, o)))) return 'open';
  const built = await buildGeneration(ports, loaded, parts, o);
  if (built === 'empty') return end(ports, run, parts, o);
  return built === 'built' ? 'generation' : 'open';
}

/** A run whose jobs are denied goes on when one of those in flight comes through. */
async function isLifted(ports: RunPorts, run: RunBody, o: StepOptions): Promise<boolean> {
  return (await weighDenied(ports, { run, parts: await loadParts(ports.ledger, run, o) }, o)) === 'lifted';
}

/** This is asked after each part: of a run of more, reading them all each time would cost with the square of their number. */
const MANY_PARTS = 100;

/** States of a part that a run waits for, those first that most parts of a long run are in. One that stops sends nothing more. */
const OPEN_STATES: Readonly<Record<'running' | 'stopping', readonly PartState[]>> = {
  running: ['submitted', 'ready', 'ended', 'submitting'],
  stopping: ['submitted', 'ended', 'submitting'],
};

/**
 * True when a part of the generation in hand is waited for, which one look tells mostly. The index may show what was, so the
 * part itself is asked; false where that was so, or where the index shows none: then all are to be looked at.
 */
async function hasOpenPart({ ledger }: RunPorts, run: RunBody, o: StepOptions): Promise<boolean> {
  const states = OPEN_STATES[run.state === 'stopping' ? 'stopping' : 'running'];
  for (const state of states) {
    const query = { index: 'open', at: openPartsAt(run.lane, state), after: openSort(run.run), limit: 1 } as const;
    const [item] = (await ledger.page(query, o)).items;
    if (item === undefined || item.schema === UNREADABLE) continue;
    const hint = item.body as PartBody;
    if (hint.run !== run.run || hint.attempt !== run.attempt) continue;
    const part = (await findPart(ledger, hint, o))?.body;
    if (part !== undefined && states.includes(part.state)) return true;
  }
  return false;
}

/** True when something of the run is to be sent again. */
export function wantsAnother(run: RunBody, generation: readonly PartBody[]): boolean {
  if (run.retrySelection !== undefined) return run.attempt < run.maxAttempts;
  return lotsOf(generation, run.maxAttempts).length > 0;
}

/** True when a job of the generation was stopped: the records that it left have not had their attempt. */
export function wasCutShort(generation: readonly PartBody[]): boolean {
  return generation.some((part) => part.jobStatus === 'Stopped' && (part.collected?.missing ?? 1) > 0);
}

function countParts({ parts }: RunBody): number {
  return parts.reduce((sum, count) => sum + count, 0);
}

/**
 * No intent is written once a run is stopping, and every intent and job has a slot: when no lane of it, read strongly, has a
 * holder of the run, nothing of it lives. What is left is to collect the parts whose jobs have ended; a page may be too old to
 * show them, or may lack them.
 */
async function stopWhenIdle(ports: RunPorts, run: RunBody, page: readonly PartBody[], o: StepOptions): Promise<SettleResult> {
  for (const key of lanesOf(run)) {
    const { body: lane } = await loadLane(ports.ledger, key, o);
    if (lane.holders.some((holder) => holder.run === run.run)) return 'open';
  }
  const collected = new Set(page.filter((part) => part.state === 'collected').map(keyOf));
  for (const ref of partsOf(run)) {
    if (collected.has(keyOf(ref))) continue;
    const { body } = await loadPart(ports.ledger, ref, o);
    if (body.state !== 'ready' && body.state !== 'collected') return 'open';
  }
  return stop(ports, run, o);
}

function keyOf({ run, attempt, part }: PartRef): string {
  return ledgerKeys.part(run, attempt, part);
}

async function stop(ports: RunPorts, run: RunBody, o: StepOptions): Promise<SettleResult> {
  const now = await rest(ports, run, 'stopped', o);
  return now.state === 'stopped' ? 'stopped' : settleRun(ports, run.run, o);
}

async function end(ports: RunPorts, run: RunBody, parts: readonly PartBody[], o: StepOptions): Promise<SettleResult> {
  await writeSummary(ports, { document: await documentOf(ports, run.run, o), run, parts, signal: o.signal });
  const now = await rest(ports, run, 'ended', o);
  if (now.state !== 'ended') return settleRun(ports, run.run, o);
  // written by a process that had stood still, it has taken the place of that of a later end
  return now.attempt === run.attempt ? 'ended' : end(ports, now, await readParts(ports, now, o), o);
}

/** Every part of a run that has ended, each strongly consistent: a page may be older than the end. */
async function readParts(ports: RunPorts, run: RunBody, o: CallOptions): Promise<readonly PartBody[]> {
  const parts: PartBody[] = [];
  for (const ref of partsOf(run)) parts.push((await loadPart(ports.ledger, ref, o)).body);
  return parts;
}

/**
 * Takes the run out of its open state, once, and returns it as it stands. `seen` is the run that was decided upon, and it must
 * still be so, which its events tell: every order is one, and whatever begins or ends a job. While a process stood still behind
 * its look, the run may have ended and been retried, or gone on and been stopped anew, with jobs that live and hold slots.
 */
function rest(ports: RunPorts, seen: RunBody, state: Extract<RunState, 'ended' | 'stopped'>, o: CallOptions): Promise<RunBody> {
  return transact<RunBody>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, seen.run, o);
      if (run.body.seq !== seen.seq) return { writes: [], result: run.body };
      const change: Partial<RunBody> =
        state === 'stopped'
          ? { state, blocked: undefined, paused: undefined }
          : {
              state,
              endedAt: ports.clock.now(),
              blocked: undefined,
              paused: undefined,
              stopMode: undefined,
              retrySelection: undefined,
            };
      const kind = state === 'stopped' ? 'stopped' : 'finished';
      const writes = recordEvent(ports, run, { kind, attempt: run.body.attempt }, change);
      return { writes, result: { ...run.body, ...change, seq: run.body.seq + 1 } };
    },
    o,
  );
}
