import {
  countFailed,
  loadRun,
  pauseRun,
  type RetrySelection,
  type RunBody,
  resumeRun,
  retryRun,
  SCHEMA_MISMATCH,
  StateError,
  type StopMode,
  stopRun,
  unpauseRun,
} from '@batchrock/core';
import { loadHome, requireWhole, saveHome } from '../compose/run-home.ts';
import { isRunBusy, lockRun, lockUnlessBusy } from '../compose/run-lock.ts';
import { tellRest } from '../notify/tell-run.ts';
import { plural } from '../render/figures.ts';
import { standingAt } from '../request/output.ts';
import { inRunSpan } from '../telemetry/index.ts';
import { checkKept } from './check-reach.ts';
import { driveToRest } from './drive-run.ts';
import type { FollowOptions, LeaveOptions } from './progress.ts';
import { requireBegun } from './refusal.ts';
import type { RunReport } from './reports.ts';
import type { RunStatus } from './run-status.ts';
import { type OpenedRun, openRun, type Session } from './session.ts';
import { setCeiling } from './set-ceiling.ts';
import { requirePrepared } from './start-run.ts';
import { statusOf } from './status.ts';

/** What is sent again. */
export interface RetryRequest extends LeaveOptions {
  /** Rows that failed with one of these codes; default: those that another attempt may help. */
  readonly codes?: readonly string[];
  /** All that failed, also what the service has refused for good. */
  readonly all?: boolean;
  /** Rows whose answer is not by the schema of the run. */
  readonly schemaMismatch?: boolean;
  /** Times more that a record is sent, at most; default 1. */
  readonly extraAttempts?: number;
}

/** Sends the failed rows of a run that has ended once more, waits, and writes its results again. */
export async function retryFailed(session: Session, reference: string | undefined, o: RetryRequest = {}): Promise<RunReport> {
  return holding(session, reference, async (opened) => {
    const { all, extraAttempts, signal } = o;
    const codes = retriedCodes(o);
    await checkKept(session, opened.home, undefined, signal);
    await requireSelected(session, opened, { codes, all }, signal);
    await retryRun(opened.connection.ports, opened.id, { codes, all, extraAttempts, signal });
    return goOn(session, opened, o);
  });
}

/** The codes that are sent again; undefined where they are not what chooses. */
export function retriedCodes({ codes, schemaMismatch }: RetryRequest): readonly string[] | undefined {
  return schemaMismatch ? [...(codes ?? []), SCHEMA_MISMATCH] : codes;
}

/** How a run goes on. */
export interface ResumeRequest extends LeaveOptions {
  /** USD: the ceiling from now on. Default: it stays as it is. */
  readonly maxCostUsd?: number;
}

/**
 * Goes on with a run that was stopped, paused, blocked or left alone, waits, and writes its results. One that is paused while another
 * process works on it goes on there.
 */
export async function resume(session: Session, reference: string | undefined, o: ResumeRequest = {}): Promise<RunReport> {
  const left = await unpauseElsewhere(session, reference, o);
  if (left !== undefined) return left;
  return holding(session, reference, async (opened) => {
    const { ports } = opened.connection;
    const { body: run } = await loadRun(ports.ledger, opened.id);
    requireBegun(opened.home);
    requirePrepared(run);
    if (run.state !== 'ended') {
      await checkKept(session, opened.home, undefined, o.signal);
      if (opened.home.refusal !== undefined) await saveHome(session.ledger, { ...opened.home, refusal: undefined });
      await setCeiling(session, opened, o);
      await resumeRun(ports, opened.id, { signal: o.signal });
      tellOfUnseen(session, run, ports.clock.now());
    }
    return goOn(session, opened, o);
  });
}

/** Undefined for a run that is not paused, or that no other process works on. */
async function unpauseElsewhere(
  session: Session,
  reference: string | undefined,
  { maxCostUsd, signal }: ResumeRequest,
): Promise<RunReport | undefined> {
  const opened = await openRun(session, reference);
  const { id, home, connection } = opened;
  const { ports } = connection;
  if ((await loadRun(ports.ledger, id)).body.paused === undefined || !isRunBusy(session.dir, id)) return undefined;
  if (maxCostUsd !== undefined) await setCeiling(session, opened, { maxCostUsd, ...(signal && { signal }) });
  const run = await unpauseRun(ports, id, { signal });
  return { status: await statusOf(session, run, home), output: undefined, maxErrorRate: home.maxErrorRate, isLeft: true };
}

/** An adopted run stands still for some minutes, and nobody should wonder why. */
function tellOfUnseen(session: Session, { run, unseenUntil }: RunBody, now: number): void {
  if (unseenUntil === undefined || unseenUntil <= now) return;
  const minutes = plural(Math.ceil((unseenUntil - now) / 60_000), 'minute');
  session.notice(
    `run ${run} was adopted: it sends nothing for up to ${minutes}, while a job of the lost ledger may still turn up`,
  );
}

/**
 * Pauses a run: nothing new of it is sent; jobs in flight go on, and are collected by whoever works on it. Throws `BR-E0207` for a run
 * that is not on its way.
 */
export async function pause(session: Session, reference: string | undefined, o: FollowOptions = {}): Promise<RunStatus> {
  const { id, home, connection } = await openRun(session, reference);
  return statusOf(session, await pauseRun(connection.ports, id, { signal: o.signal }), home);
}

/** How a run is stopped. */
export interface StopRequest extends LeaveOptions {
  readonly mode: StopMode;
  /** Told where its results are, where this call wrote them. */
  readonly onResults?: (output: NonNullable<RunReport['output']>) => void;
}

/**
 * Stops a run. The process that drives it brings it to rest; where there is none, this call does, and waits for the jobs in
 * flight unless they are abandoned. Throws `BR-E0207` for a run that has ended or is being prepared.
 */
export async function stop(session: Session, reference: string | undefined, o: StopRequest): Promise<RunStatus> {
  const opened = await openRun(session, reference);
  const { ports } = opened.connection;
  const { body: before } = await loadRun(ports.ledger, opened.id);
  requirePrepared(before);
  if (before.state === 'ended') {
    throw new StateError('BR-E0207', `run ${opened.id} has ended already`, {
      details: { run: opened.id },
      hint: 'nothing is in flight',
    });
  }
  const run = await stopRun(ports, opened.id, o.mode, { signal: o.signal });
  const isOurs = run.state === 'stopping' || session.notify.length > 0;
  const lock = isOurs ? await lockUnlessBusy(session.dir, opened.id) : undefined;
  if (lock === undefined) return statusOf(session, run, opened.home);
  try {
    if (run.state !== 'stopping') {
      await tellRest(session, { home: opened.home, signal: o.signal });
      return await statusOf(session, run, opened.home);
    }
    const { status, output } = await goOn(session, opened, o);
    if (output !== undefined) o.onResults?.(output);
    return status;
  } finally {
    lock.release();
  }
}

async function holding<T>(session: Session, reference: string | undefined, work: (opened: OpenedRun) => Promise<T>): Promise<T> {
  const opened = await openRun(session, reference);
  // what is not as it was when the run was begun should show before anything is asked of it
  await opened.connection.ports.families.of(opened.home.document.model);
  const lock = await lockRun(session.dir, opened.id);
  try {
    // again under the lock: its objects may have been removed since it was opened
    const home = await loadHome(session.ledger, opened.id);
    requireWhole(home);
    return await work({ ...opened, home });
  } finally {
    lock.release();
  }
}

/**
 * Says how many failed rows are left out. Throws `BR-E0207` when none would be sent: rejected rows were never sent, and would
 * be rejected again; and `BR-E0204` for a stopped run, which does not end by waiting.
 */
export async function requireSelected(
  session: Session,
  { id, home, connection }: OpenedRun,
  select: RetrySelection,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { body: run } = await loadRun(session.ledger, id);
  if (run.state === 'stopped') {
    throw new StateError('BR-E0204', `run ${id} is stopped; only a run that has ended can be retried`, {
      details: { run: id },
      hint: `batchrock resume ${id} goes on with it, and sends again what may succeed then`,
    });
  }
  if (run.state !== 'ended') return;
  const status = await statusOf(session, run, home);
  if (status.failed === 0) throw nothingToSend(id, `no row of run ${id} failed`, whereElse(status));
  const { selected, leftOut } = await countFailed(connection.ports, id, select, { signal });
  const rows = [...leftOut.values()].reduce((sum, each) => sum + each, 0);
  if (rows === 0) return;
  const codes = [...leftOut].map(([code, count]) => `${code}: ${count}`).join(', ');
  const others = select.codes === undefined ? 'were refused for good' : 'failed with other codes';
  const text = `${plural(rows, 'failed row')} of run ${id} ${others} (${codes})`.replace(/^(1 .*)were/, '$1was');
  const all = `batchrock retry ${id} --all sends every failed row, --codes those with its codes`;
  if (selected === 0) throw nothingToSend(id, text, all);
  session.notice(`${text}: left out; ${all}`);
}

function nothingToSend(run: string, why: string, hint: string): StateError {
  return new StateError('BR-E0207', `${why}, so there is nothing to send again`, { details: { run }, hint });
}

function whereElse(status: RunStatus): string {
  return (status.rejected ?? 0) > 0
    ? 'rejected rows are never sent: mend them in the dataset'
    : 'batchrock results gives its rows';
}

/** Drives a run that this process has the lock of, and writes its results when it has come to rest. */
export async function goOn(session: Session, opened: OpenedRun, o: LeaveOptions): Promise<RunReport> {
  const { connection, id } = opened;
  // read again under the lock: the process that held it until now may have written results in between, or removed its objects
  const home = await loadHome(session.ledger, id);
  requireWhole(home);
  const standing = home.output === undefined ? undefined : await standingAt(home.output, home.exports);
  const isForeign = standing?.what === 'foreign';
  if (isForeign) session.notice(`${standing.path} is no longer what this run wrote, and is left alone: batchrock results ${id}`);
  const { modelId: model } = home.document.model;
  return inRunSpan(o.isLeft ? 'advance' : 'run', { run: id, model }, () =>
    driveToRest(session, connection, id, {
      ...o,
      home: isForeign ? { ...home, output: undefined } : home,
      mayReplace: standing?.what === 'ours',
    }),
  );
}
