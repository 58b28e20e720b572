import type { EventBody, StopMode } from '@batchrock/core';
import type { RunStatus } from '../sdk/run-status.ts';
import { count, isoTime, percent, plural, short, usd } from './figures.ts';

/** One line about something that happened, for a log: `2026-11-21T04:47:51Z r-… job of part 3 ended`. */
export function renderEventLine(event: EventBody): string {
  return `${isoTime(event.at)} ${event.run} ${eventText(event)}`;
}

function eventText(event: EventBody): string {
  const attempt = event.attempt !== undefined && event.attempt > 1 ? `, attempt ${event.attempt}` : '';
  const part = `part ${event.part}${attempt}`;
  const why = event.message === undefined || event.message === '' ? '' : `: ${event.message}`;
  switch (event.kind) {
    case 'prepared':
      return `prepared${why}`;
    case 'submitting':
      return `${part}: job wanted`;
    case 'submitted':
      return `${part}: job ${jobIdOf(event)} created`;
    case 'ended':
      return `${part}: job ${jobIdOf(event)} ended${why}`;
    case 'collected':
      return `${part}: collected`;
    case 'generation':
      return `attempt ${event.attempt} begins${why}`;
    case 'stopping':
    case 'stopped':
      return `${event.kind}${stopText(event.message)}`;
    case 'blocked':
      return `blocked${why}`;
    default:
      return `${event.kind}${why}`;
  }
}

/** What becomes of the jobs in flight; the message of a stop is its mode. */
const AT_A_STOP: Readonly<Record<StopMode, string>> = {
  drain: 'nothing more is sent, jobs in flight end by themselves',
  stop: 'nothing more is sent, jobs in flight are stopped too',
  abandon: 'jobs in flight are left alone',
};

function stopText(message: string | undefined): string {
  if (message === undefined || message === '') return '';
  return `: ${message in AT_A_STOP ? AT_A_STOP[message as StopMode] : message}`;
}

function jobIdOf(event: EventBody): string {
  return event.jobArn?.split('/').at(-1) ?? '?';
}

/** How a run stands, on one line of a log, its time left out. */
export function countsLine(status: RunStatus, share: number | undefined): string {
  const live = status.processing;
  const ok = status.succeeded + live.succeeded;
  const errors = status.failed + live.failed + (status.rejected ?? 0);
  const { jobs } = status;
  const others = jobs.others === undefined ? '' : `, ${count(jobs.others)} by others`;
  const waiting = jobs.waiting > 0 ? `, ${count(jobs.waiting)} queued` : '';
  const cost = status.cost.batchUsd === undefined ? '' : `, ${status.synthetic ? 'would be ' : ''}${usd(status.cost.batchUsd)}`;
  return [
    `${status.run} ${percent(share)} of ${plural(status.rows, 'row')}`,
    `: ok ${count(ok)}, err ${count(errors)}, jobs ${count(jobs.running)}/${count(jobs.slots)}${others}${waiting}, ${count(jobs.done)} of ${count(jobs.total)} done`,
    `, ${short(status.tokens.input)} in ${short(status.tokens.output)} out tok${cost}`,
  ].join('');
}
