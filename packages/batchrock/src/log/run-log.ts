import { type EventBody, isBatchrockError } from '@batchrock/core';
import type { RunStatus } from '../sdk/run-status.ts';
import type { LogFields } from './fields.ts';
import type { Log } from './log.ts';

/** Happenings of single jobs. A run may have thousands: a log sums them up in its counts unless each is asked for. */
export const OF_ONE_JOB: ReadonlySet<EventBody['kind']> = new Set(['submitting', 'submitted', 'ended', 'collected']);

/** What happened to a run, by the name of the event. Its message, which may be a service's, is left to `reason`. */
export function logEvent(log: Log, { kind, run, part, attempt, jobArn, message }: EventBody): void {
  const level = kind === 'blocked' ? 'WARN' : OF_ONE_JOB.has(kind) ? 'DEBUG' : 'INFO';
  log(level, kind, {
    run,
    ...(part !== undefined && { part }),
    ...(attempt !== undefined && { attempt }),
    ...(jobArn !== undefined && { jobArn }),
    ...(message !== undefined && { reason: message }),
  });
}

/** How a run stands. */
export function logStatus(log: Log, status: RunStatus): void {
  log('INFO', status.state, statusFields(status));
}

/** How a run stands, as fields. */
export function statusFields({ run, state, rows, succeeded, failed, rejected, pending, tokens }: RunStatus): LogFields {
  return {
    run,
    status: state,
    succeeded,
    failed,
    ...(rows !== undefined && { rows }),
    ...(rejected !== undefined && { rejected }),
    ...(pending !== undefined && { pending }),
    ...(tokens.input !== undefined && { inputTokens: tokens.input }),
    ...(tokens.output !== undefined && { outputTokens: tokens.output }),
  };
}

/** What ended a call for a run. */
export function logFailure(log: Log, run: string, error: unknown): void {
  if (!isBatchrockError(error)) log('ERROR', 'failed', { run, code: 'BR-E0901' });
  else log(error.kind === 'cancelled' ? 'INFO' : 'ERROR', 'failed', { run, code: error.code, reason: error.message });
}
