import { randomUUID } from 'node:crypto';
import { loadRun, pauseRun, type RunBody, readOwner, retryRun, StateError, stopRun } from '@batchrock/core';
import { changeHome, findHome, type Home } from '../../orchestrator/index.ts';
import { standingAt } from '../../request/output.ts';
import { type ResumeRequest, type RetryRequest, requireSelected, retriedCodes, type StopRequest } from '../act.ts';
import type { Session } from '../opened-session.ts';
import type { FollowOptions } from '../progress.ts';
import type { RunReport } from '../reports.ts';
import type { RunStatus } from '../run-status.ts';
import { type OpenedRun, openRun } from '../session.ts';
import { setCeiling } from '../set-ceiling.ts';
import { requirePrepared } from '../start-run.ts';
import { statusOf } from '../status.ts';
import { fetchResults } from './fetch-results.ts';
import { followExecution } from './follow-execution.ts';
import { plainName, stemOf } from './names.ts';
import type { StackSession } from './stack-session.ts';

/** Sends the failed rows of a run that has ended once more, by an execution that goes on with it; follows that. */
export async function retryOnStack(
  session: Session,
  stack: StackSession,
  reference: string | undefined,
  o: RetryRequest,
): Promise<RunReport> {
  const opened = await openOwned(session, reference);
  const { all, extraAttempts, signal } = o;
  const codes = retriedCodes(o);
  const { ports } = opened.connection;
  await requireSelected(session, opened, { codes, all }, signal);
  await retryRun(ports, opened.id, { codes, all, extraAttempts, signal });
  return follow(session, stack, opened, await goOn(stack, opened, o), o);
}

/** Goes on with a run that was stopped, paused, blocked or left alone, by an execution of its own; follows it. */
export async function resumeOnStack(
  session: Session,
  stack: StackSession,
  reference: string | undefined,
  o: ResumeRequest,
): Promise<RunReport> {
  const opened = await openOwned(session, reference);
  const { ports } = opened.connection;
  const { body: run } = await loadRun(ports.ledger, opened.id);
  requirePrepared(run);
  if (run.state !== 'ended' && o.maxCostUsd !== undefined) {
    await setCeiling(session, opened, o);
  }
  const home = await findHome(ports, opened.id);
  const isUnderWay =
    run.state === 'running' && run.blocked === undefined && run.paused === undefined && (home?.waiting.length ?? 0) > 0;
  const execution = isUnderWay ? home?.execution : undefined;
  return follow(session, stack, opened, execution ?? (await goOn(stack, opened, o)), o);
}

/**
 * Stops a run that an account drives: what is in flight comes to its end there, as asked. One that is still being prepared has sent
 * nothing, and ends with its execution. Throws `BR-E0207` for a run that has ended.
 */
export async function stopOnStack(
  session: Session,
  stack: StackSession,
  reference: string | undefined,
  { mode, signal }: StopRequest,
): Promise<RunStatus> {
  const opened = await openOwned(session, reference);
  const { ports } = opened.connection;
  const { body: before } = await loadRun(ports.ledger, opened.id);
  if (before.state === 'ended') {
    const details = { run: opened.id };
    throw new StateError('BR-E0207', `run ${opened.id} has ended already`, { details, hint: 'nothing is in flight' });
  }
  const home = await findHome(ports, opened.id);
  if (before.state === 'preparing') {
    if (home !== undefined) await stack.executions.stop(home.execution, `run ${opened.id} was stopped before it was sent`);
    session.notice(`run ${opened.id} was being prepared: its execution is stopped, and nothing of it was sent`);
    return statusOf(session, before, opened.home);
  }
  const run = await stopRun(ports, opened.id, mode, { signal });
  // the sweep of the account sees to it, whoever has looked after the run until now
  await changeHome(ports, opened.id, (there) => (there === undefined || there.isOpen ? undefined : { ...there, isOpen: true }));
  return statusOf(session, run, opened.home);
}

/** Pauses a run that an account drives: its functions send nothing new of it, and collect what is in flight. */
export async function pauseOnStack(
  session: Session,
  reference: string | undefined,
  { signal }: FollowOptions,
): Promise<RunStatus> {
  const { id, home, connection } = await openOwned(session, reference);
  return statusOf(session, await pauseRun(connection.ports, id, { signal }), home);
}

/** Opens a run. Throws `BR-E0213` for one that another ledger has taken over: what is asked of it here would cost jobs there. */
async function openOwned(session: Session, reference: string | undefined): Promise<OpenedRun> {
  const opened = await openRun(session, reference);
  const { body: run } = await loadRun(session.ledger, opened.id);
  const owner = run.owner === undefined ? undefined : await readOwner(opened.connection.ports, opened.id);
  if (owner === undefined || owner.id === run.owner) return opened;
  throw new StateError('BR-E0213', `run ${opened.id} was taken over by ${owner.name}`, {
    hint: 'go on with it there',
    details: { run: opened.id },
  });
}

async function follow(
  session: Session,
  stack: StackSession,
  { id }: OpenedRun,
  executionArn: string,
  o: FollowOptions,
): Promise<RunReport> {
  const status = await followExecution(session, stack, executionArn, { ...o, run: id });
  const home = await session.findHome(id);
  const output = home?.output;
  const isForeign = output !== undefined && home !== undefined && (await standingAt(output, home.exports)).what === 'foreign';
  if (isForeign) session.notice(`${output.path} is no longer what this run wrote, and is left alone`);
  return fetchResults(session, status, { ...o, output: isForeign ? undefined : output, replace: false });
}

/**
 * Starts an execution that goes on with a run: a redrive would need the execution that has failed, which may be gone, have succeeded,
 * or be of another account. The ARN of the new one.
 */
export async function goOn(
  stack: StackSession,
  { id, home, connection }: Pick<OpenedRun, 'id' | 'home' | 'connection'>,
  { signal, jobPrefix }: FollowOptions & { readonly jobPrefix?: string | undefined },
): Promise<string> {
  const { body: run } = await loadRun(connection.ports.ledger, id);
  const there = await findHome(connection.ports, id);
  const input = { run: id, ...folderOf(there, jobPrefix ?? `${plainName(stemOf([home.dataset.name]), 60)}-${id}`, jobPrefix) };
  for (let name = nameOf(run); ; name = `${nameOf(run)}-${randomUUID().slice(0, 8)}`) {
    const request = { name, input: JSON.stringify(input) };
    const started = await stack.executions.start(stack.stack.machineArn, request, signal ? { signal } : {});
    if (started.kind === 'started') return started.executionArn;
  }
}

/** The same for a call that is repeated: nothing has happened to the run meanwhile. */
function nameOf({ run, seq }: RunBody): string {
  return `${run}-${seq}`;
}

/** Results go where they went before, unless another folder is asked for. */
function folderOf(home: Home | undefined, folder: string, asked: string | undefined): object {
  return home !== undefined && asked === undefined ? {} : { job_name_prefix: folder };
}
