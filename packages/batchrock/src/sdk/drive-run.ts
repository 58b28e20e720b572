import {
  type BatchrockError,
  driveRun,
  ERROR_CATALOGUE,
  type ErrorCode,
  type RunBody,
  ServiceError,
  StateError,
} from '@batchrock/core';
import type { Connection } from '../compose/connection.ts';
import { loadHome, noteExports, type RunHome } from '../compose/run-home.ts';
import { logEvent, logFailure, logStatus } from '../log/run-log.ts';
import { tellFailure, tellRest } from '../notify/tell-run.ts';
import { inSpan, openPartSpans } from '../telemetry/index.ts';
import type { LeaveOptions } from './progress.ts';
import type { RunReport } from './reports.ts';
import type { Session } from './session.ts';
import { refusalKind } from './stack/error-told.ts';
import { statusOf } from './status.ts';
import { writeResults } from './write-results.ts';

/** How a prepared run is brought to rest. */
export interface DriveToRestOptions extends LeaveOptions {
  readonly home: RunHome;
  /** What stands at the output's place may be replaced. */
  readonly mayReplace: boolean;
}

/** Between two looks at the jobs of an AWS account, and of a local Bedrock, whose clock runs a thousand times as fast. */
const POLL_MS = 15_000;
const LOCAL_POLL_MS = 200;

/** Between two reads of the ledger for the live line. */
const SHOW_MS = 500;

/**
 * Drives a run until nothing is left to do for this process, then writes its results; or as far as it can be now. Whoever is to be
 * notified is told how it came to rest, or what keeps it from going on.
 */
export async function driveToRest(
  session: Session,
  connection: Connection,
  id: string,
  o: DriveToRestOptions,
): Promise<RunReport> {
  try {
    const report = await drive(session, connection, id, o);
    if (!report.isLeft) logStatus(session.log, report.status);
    await tellRest(session, o);
    return report;
  } catch (error) {
    logFailure(session.log, id, error);
    // for one that is left, what failed may pass until the next look
    if (!o.isLeft) await tellFailure(session, o, error);
    throw error;
  }
}

async function drive(session: Session, connection: Connection, id: string, o: DriveToRestOptions): Promise<RunReport> {
  let shownAt = 0;
  const show = async (run: RunBody, trouble: unknown): Promise<void> => {
    // what is sent again still counts as failed: its counts begin with the generation that it makes
    if (run.retrySelection !== undefined) return;
    o.onProgress?.({ phase: 'running', status: await statusOf(session, run, o.home, true), trouble });
  };
  const spans = await openPartSpans(connection.ports, { run: id, model: o.home.document.model.modelId });
  const run = await driveRun(connection.ports, id, {
    signal: o.signal,
    untilQuiet: o.isLeft ?? false,
    pollMs: connection.synthetic ? LOCAL_POLL_MS : POLL_MS,
    onEvent: (event) => {
      logEvent(session.log, event);
      spans?.see(event);
      o.onProgress?.({ phase: 'event', event });
    },
    onProgress: ({ run: body, trouble }) => {
      if (connection.ports.clock.now() - shownAt < SHOW_MS) return;
      shownAt = connection.ports.clock.now();
      void show(body, trouble).catch(() => undefined);
    },
  }).finally(() => spans?.done());
  await show(run, undefined);
  const isAtRest = run.state === 'ended' || run.state === 'stopped';
  if (o.isLeft && !isAtRest) return left(session, run, o);
  if (run.blocked !== undefined && run.state === 'running') throw blockedError({ ...run, blocked: run.blocked });
  return await finish(session, connection, run, o);
}

async function left(session: Session, run: RunBody, { home }: DriveToRestOptions): Promise<RunReport> {
  const status = await statusOf(session, run, home, false);
  return { status, output: undefined, maxErrorRate: home.maxErrorRate, isLeft: true };
}

async function finish(session: Session, connection: Connection, run: RunBody, o: DriveToRestOptions): Promise<RunReport> {
  const status = await statusOf(session, run, o.home, true);
  const { output, maxErrorRate } = o.home;
  if (output === undefined) return { status, output: undefined, maxErrorRate };
  const { format } = output;
  const written = await inSpan('export', { run: run.run, format }, async (note) => {
    const done = await writeResults(connection.ports, {
      run: run.run,
      place: output,
      store: connection.store,
      replace: o.mayReplace,
      known: (await loadHome(session.ledger, run.run)).exports,
      beforeCommit: (files) => noteExports(connection.ports, run.run, files),
      signal: o.signal,
      onProgress: (rows) => o.onProgress?.({ phase: 'exporting', run: run.run, rows, totalRows: run.rows }),
    });
    note({ rows: done.rows, bytes: done.bytes });
    return done;
  });
  return { status, output: { ...written, format }, maxErrorRate };
}

/** A run that nothing can be sent of, and why. */
export interface BlockedRun {
  readonly run: string;
  readonly blocked: { readonly code: string; readonly message: string };
}

/** What keeps a run from going on, as the error that it was: it decides the exit code. */
export function blockedError({ run, blocked }: BlockedRun): BatchrockError {
  const { code, message } = blocked;
  const known = code in ERROR_CATALOGUE ? (code as ErrorCode) : 'BR-E0504';
  if (known === 'BR-E0213') {
    const hint = `go on there; here, batchrock adopt with another --state-dir takes it back`;
    return new StateError(known, message, { hint, details: { run } });
  }
  const raise = `nothing is lost, and nothing is in flight; batchrock resume ${run} --max-cost USD goes on with a higher ceiling`;
  return new ServiceError(known, `run ${run} cannot go on: ${message}`, {
    reason: refusalKind(known),
    effect: 'none',
    hint: known === 'BR-E0601' ? raise : `${ERROR_CATALOGUE[known].hint}; then batchrock resume ${run}`,
    details: { run },
  });
}
