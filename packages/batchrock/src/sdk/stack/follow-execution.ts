import type { ExecutionView } from '@batchrock/aws/stack';
import { type BatchrockError, CancelledError, eventsSince, findRun, ServiceError } from '@batchrock/core';
import { nodeClock } from '../../node/index.ts';
import { openHomes } from '../../orchestrator/index.ts';
import type { Session } from '../opened-session.ts';
import type { FollowOptions } from '../progress.ts';
import { type RunStatus, runArguments } from '../run-status.ts';
import { statusOf } from '../status.ts';
import { errorTold } from './error-told.ts';
import { runOfOutput } from './run-of-output.ts';
import type { StackSession } from './stack-session.ts';

/** How an execution is followed. */
export interface FollowExecutionOptions extends FollowOptions {
  /** Its run, where that is known. */
  readonly run?: string | undefined;
  /** Only until it has its run. */
  readonly isLeft?: boolean | undefined;
}

/** Between two looks, which are calls of a service. */
const PAUSE_MS = 2_000;

/**
 * Follows an execution until it has ended: its run at rest, and its results written. Returns how the run stands then, also one that
 * was stopped. Throws why the execution has failed; and after an abort, where the run can be watched and stopped.
 */
export async function followExecution(
  session: Session,
  stack: StackSession,
  executionArn: string,
  o: FollowExecutionOptions,
): Promise<RunStatus> {
  let run = o.run;
  let seq: number | undefined;
  if (run !== undefined) o.onProgress?.({ phase: 'run', run, found: true, state: 'running' });
  for (;;) {
    // before the run is read: what an execution that has ended did to its run is seen then
    const view = await stack.executions.look(executionArn, o.signal ? { signal: o.signal } : {});
    const known = run;
    run ??= runOfOutput(view?.output) ?? (await runOf(session, stack, executionArn));
    const found = run === undefined ? undefined : (await findRun(session.ledger, run))?.body;
    if (run !== undefined && known === undefined) o.onProgress?.({ phase: 'run', run, found: false, state: 'preparing' });
    if (run !== undefined && found !== undefined) {
      for (const event of seq === undefined ? [] : await eventsSince(session, run, seq))
        o.onProgress?.({ phase: 'event', event });
      seq = found.seq;
      const status = await statusOf(session, found, await session.findHome(run), true);
      if (found.state !== 'preparing' && found.retrySelection === undefined) o.onProgress?.({ phase: 'running', status });
      if (hasEnded(view) || o.isLeft) return await endOf(session, view, status);
    } else if (hasEnded(view)) throw failureOf(view, executionArn);
    await pause(session, stack, executionArn, { signal: o.signal, run });
  }
}

async function pause(
  session: Session,
  stack: StackSession,
  executionArn: string,
  { signal, run }: { readonly signal: AbortSignal | undefined; readonly run: string | undefined },
): Promise<void> {
  try {
    await nodeClock.sleep(PAUSE_MS, signal);
  } catch (error) {
    if (error instanceof CancelledError && run === undefined) {
      const named = `${executionArn.split(':').at(-1)} --stack ${stack.name}`;
      session.notice(`the execution goes on; batchrock watch ${named} shows its run, batchrock stop ${named} stops it`);
    }
    throw error;
  }
}

/** The home of a run names its execution while it is open: a hint, seconds old perhaps. */
async function runOf({ ledger }: Session, { stack }: StackSession, executionArn: string): Promise<string | undefined> {
  return (await openHomes({ ledger }, stack.bucket)).find(({ execution }) => execution === executionArn)?.run;
}

/** One that is not kept any more has ended long ago. */
function hasEnded(view: ExecutionView | undefined): boolean {
  return view?.status !== 'RUNNING' && view?.status !== 'PENDING_REDRIVE';
}

async function endOf(session: Session, view: ExecutionView | undefined, status: RunStatus): Promise<RunStatus> {
  if (!hasEnded(view) || view === undefined || view.status === 'SUCCEEDED' || view.error === 'Stopped') return status;
  if (view.status !== 'ABORTED') throw failureOf(view, view.executionArn, status);
  session.notice(
    `the execution was aborted: the jobs of its run are stopped within minutes; batchrock resume ${runArguments(status)} goes on`,
  );
  return status;
}

/** Why an execution has failed, as the error that it was in the account: it decides the exit code. */
function failureOf(view: ExecutionView | undefined, executionArn: string, status?: RunStatus): BatchrockError {
  const { error = view?.status ?? 'GONE', cause = `execution ${executionArn} has ended` } = view ?? {};
  const details = { execution: executionArn, ...(status && { run: status.run }) };
  const goOn = status === undefined ? 'give the same command again' : `batchrock resume ${runArguments(status)}`;
  const message = messageOf(cause);
  const known = errorTold(error, message, { next: goOn, details });
  if (known !== undefined) return known;
  return new ServiceError('BR-E0503', `the execution ended as ${error}: ${message}`, {
    reason: 'unavailable',
    effect: 'unknown',
    hint: `aws stepfunctions get-execution-history --execution-arn ${executionArn} tells more; ${goOn}`,
    details,
  });
}

/** What a function threw stands in the cause as Lambda writes it; what a task was told is the sentence itself. */
function messageOf(cause: string): string {
  try {
    const told: unknown = JSON.parse(cause);
    if (typeof told === 'object' && told !== null && 'errorMessage' in told) return String(told.errorMessage);
  } catch {
    // the sentence itself
  }
  return cause;
}
