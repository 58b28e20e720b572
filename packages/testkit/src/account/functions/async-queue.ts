import { randomUUID } from 'node:crypto';
import type { ServiceClock } from '@batchrock/local';
import type { CallEnd } from './sandbox.ts';
import type { FunctionSettings } from './settings.ts';

/** The events of one function that were invoked asynchronously. */
export interface AsyncQueue {
  add(event: string): void;
  /** True while an event is being tried; one that waits for the clock is not. */
  isWorking(): boolean;
  /** Drops what waits. */
  close(): void;
}

/** What a queue needs. */
export interface AsyncQueueOptions {
  readonly settings: FunctionSettings;
  readonly clock: ServiceClock;
  readonly attempt: (event: string, requestId: string) => Promise<CallEnd | 'throttled'>;
  readonly sendToQueue: (queueArn: string, body: string, callerRoleArn: string) => Promise<void>;
}

/** An event on its way. */
interface QueuedEvent {
  readonly event: string;
  readonly requestId: string;
  readonly since: number;
  /** Attempts that reached the function. */
  failures: number;
  throttles: number;
  last?: CallEnd;
}

/** Waits after the first and the second failure, in seconds (Lambda Developer Guide, "Asynchronous invocation", 2026-11). */
const AFTER_FAILURE_SECONDS = [60, 120];
/** The longest wait after a throttled attempt; the first is a second, and each is twice the one before (the same page). */
const MOST_THROTTLED_SECONDS = 300;
const DEFAULT_RETRIES = 2;
const DEFAULT_AGE_SECONDS = 6 * 3600;

/**
 * Tries an event at once, after a minute and after two more; while the function has no room for it, again and again. What
 * fails all the same, or grows too old, goes to the failure destination with the record that Lambda documents.
 */
export function createAsyncQueue({ settings, clock, attempt, sendToQueue }: AsyncQueueOptions): AsyncQueue {
  const waits = new Set<() => void>();
  const retries = settings.maxRetryAttempts ?? DEFAULT_RETRIES;
  const mostAgeMs = (settings.maxEventAgeSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
  let working = 0;
  let isClosed = false;

  const give = async (item: QueuedEvent, condition: string): Promise<void> => {
    if (settings.onFailureQueueArn === undefined) return;
    const record = recordOf(item, condition, settings, clock.now());
    await sendToQueue(settings.onFailureQueueArn, JSON.stringify(record), settings.roleArn);
  };
  const later = (item: QueuedEvent, seconds: number): void => {
    const takeBack = clock.at(clock.now() + seconds * 1000, () => {
      waits.delete(takeBack);
      return work(item);
    });
    waits.add(takeBack);
  };
  const step = async (item: QueuedEvent): Promise<void> => {
    if (clock.now() - item.since > mostAgeMs) return give(item, 'EventAgeExceeded');
    if (settings.reservedConcurrency === 0) return give(item, 'ZeroReservedConcurrency');
    const ended = await attempt(item.event, item.requestId);
    if (isClosed) return;
    if (ended === 'throttled') {
      item.throttles += 1;
      return later(item, Math.min(MOST_THROTTLED_SECONDS, 2 ** (item.throttles - 1)));
    }
    item.last = ended;
    if (ended.kind === 'returned') return;
    item.failures += 1;
    if (item.failures > retries) return give(item, 'RetriesExhausted');
    later(item, AFTER_FAILURE_SECONDS[item.failures - 1] ?? 120);
  };
  const work = async (item: QueuedEvent): Promise<void> => {
    const over = clock.busy();
    working += 1;
    try {
      await step(item);
    } finally {
      working -= 1;
      over();
    }
  };

  return {
    add: (event) => void work({ event, requestId: randomUUID(), since: clock.now(), failures: 0, throttles: 0 }),
    isWorking: () => working > 0,
    close() {
      isClosed = true;
      for (const takeBack of waits) takeBack();
    },
  };
}

/** The record of Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations" (2026-11). */
function recordOf(item: QueuedEvent, condition: string, settings: FunctionSettings, now: number): object {
  const failure = item.last?.kind === 'failed' ? item.last.failure : undefined;
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: item.requestId,
      functionArn: `${settings.arn}:$LATEST`,
      condition,
      approximateInvokeCount: item.failures,
    },
    requestPayload: JSON.parse(item.event) as unknown,
    ...(failure === undefined
      ? {}
      : {
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: failure,
        }),
  };
}
