import { ERROR_CATALOGUE, type ErrorCode } from '@batchrock/core';
import { usd, usdNumber } from '../render/figures.ts';
import { countsText } from '../render/run-text.ts';
import { type RunStatus, runArguments } from '../sdk/run-status.ts';

/** What happened to a run that somebody is told of. */
export type RunNews =
  /** It has come to its end. */
  | 'succeeded'
  | 'failures'
  | 'failed'
  | 'stopped'
  | 'abandoned'
  /** It needs somebody. */
  | 'ceiling'
  | 'blocked'
  | 'refused'
  | 'trouble';

/** Something that happened to a run, and that is told once. */
export interface RunEvent {
  readonly news: RunNews;
  /** Tells it from whatever else happened to the run. */
  readonly id: string;
  /** Of the error that keeps it from going on. */
  readonly code?: string;
}

/**
 * What a notification holds: figures and names of ours. Nothing of a dataset, a prompt or an answer, no path, which is often named after the
 * dataset, and no message of a service.
 */
export interface Notification {
  readonly schema: 'batchrock.notification/1';
  /** The same for each delivery of the same event. */
  readonly id: string;
  readonly event: 'run.ended' | 'run.attention' | 'test';
  readonly status: RunNews | 'test';
  /** One sentence; chats show it. */
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string | null;
  readonly model?: string;
  readonly target?: string;
  readonly synthetic?: boolean;
  readonly rows?: Readonly<Record<'total' | 'succeeded' | 'failed' | 'rejected' | 'pending', number | null>>;
  readonly cost?: {
    readonly currency: 'USD';
    readonly batch: number | null;
    readonly ceiling: number | null;
    readonly priceDate: string | null;
  };
  readonly error?: { readonly code: string; readonly title: string } | null;
  /** The command that goes on with it. */
  readonly next?: string | null;
}

const ENDED: ReadonlySet<RunNews> = new Set(['succeeded', 'failures', 'failed', 'stopped', 'abandoned']);

const WORDS: Readonly<Record<RunNews, string>> = {
  succeeded: 'has ended',
  failures: 'has ended, with failures',
  failed: 'has failed: no row has an answer',
  stopped: 'was stopped',
  abandoned: 'was abandoned: its jobs go on at Bedrock',
  ceiling: 'waits: its cost ceiling is reached',
  blocked: 'waits: it cannot send its jobs',
  refused: 'was refused, and nothing was sent',
  trouble: 'was left as it is: something keeps it from going on',
};

/** How a run that has ended came out. */
export function newsOfEnd({ rows, succeeded, failed, rejected }: RunStatus): RunNews {
  if (failed + (rejected ?? 0) === 0) return 'succeeded';
  return succeeded === 0 && (rows ?? 0) > 0 ? 'failed' : 'failures';
}

/** The document of an event. `at`: milliseconds since the epoch. */
export function notificationOf(
  event: RunEvent,
  { status, at }: { readonly status: RunStatus; readonly at: number },
): Notification {
  const { run, rows, succeeded, failed, rejected, pending, cost } = status;
  const spent = status.synthetic || cost.batchUsd === undefined ? '' : `; ${usd(cost.batchUsd)}`;
  const known = event.code !== undefined && event.code in ERROR_CATALOGUE ? (event.code as ErrorCode) : undefined;
  const why = known === undefined ? '' : ` (${known} ${ERROR_CATALOGUE[known].title})`;
  return {
    schema: 'batchrock.notification/1',
    id: `${run}/${event.id}`,
    event: ENDED.has(event.news) ? 'run.ended' : 'run.attention',
    status: event.news,
    text: `Batchrock run ${run} ${WORDS[event.news]}${why}: ${countsText(status)}${spent}`,
    at: new Date(at).toISOString(),
    run,
    model: status.modelId,
    target: status.target,
    synthetic: status.synthetic,
    rows: { total: rows ?? null, succeeded, failed, rejected: rejected ?? null, pending: pending ?? null },
    cost: {
      currency: 'USD',
      batch: usdNumber(cost.batchUsd),
      ceiling: usdNumber(cost.ceilingUsd),
      priceDate: cost.priceDate ?? null,
    },
    error: known === undefined ? null : { code: known, title: ERROR_CATALOGUE[known].title },
    next: nextOf(event.news, status),
  };
}

/** A notification that tells nothing but that notifications arrive. */
export function testNotification(id: string, at: number): Notification {
  return {
    schema: 'batchrock.notification/1',
    id: `test/${id}`,
    event: 'test',
    status: 'test',
    text: 'Batchrock: notifications of runs arrive here',
    at: new Date(at).toISOString(),
    run: null,
  };
}

/** What kind it is, in the words of an event of AWS. */
export function detailType({ event }: Notification): string {
  if (event === 'test') return 'Batchrock Test';
  return event === 'run.ended' ? 'Batchrock Run Ended' : 'Batchrock Run Needs Attention';
}

function nextOf(news: RunNews, status: RunStatus): string | null {
  const run = runArguments(status);
  if (news === 'succeeded') return null;
  if (news === 'failures' || news === 'failed') return `batchrock errors ${run}`;
  if (news === 'refused') return null;
  return news === 'ceiling' ? `batchrock resume ${run} --max-cost USD` : `batchrock resume ${run}`;
}
