import { randomUUID } from 'node:crypto';
import type { ServiceClock } from '../clock/index.ts';
import type { FaultSwitch } from '../faults/index.ts';
import type { Job } from '../jobs/index.ts';
import { hashUnit } from '../seeded.ts';
import { eventOf, type JobEvent } from './job-event.ts';

/** Sends events to where they are wanted. Best effort, as the service's are: one try each, in no order that is promised. */
export interface EventSender {
  send(job: Job): void;
  /** Drops what has not been sent. */
  close(): void;
}

const TIMEOUT_MS = 5_000;

/**
 * Posts each event to `url` as JSON and gives it to `take`, with the faults of events; both may be absent. The clock waits
 * for an event that is on its way.
 */
export function createEventSender(options: {
  readonly url: string | undefined;
  readonly take: ((event: JobEvent) => Promise<void> | void) | undefined;
  readonly account: string;
  readonly faults: FaultSwitch;
  readonly clock: ServiceClock;
  /** Milliseconds of the wall for milliseconds of the service's clock. */
  readonly wallMs: (serviceMs: number) => number;
}): EventSender {
  const { url, take, account, faults, clock, wallMs } = options;
  const planned = new Set<() => void>();
  const closing = new AbortController();
  const sendLater = (event: JobEvent, delayMs: number): void => {
    const takeBack = clock.at(clock.now() + delayMs, async () => {
      planned.delete(takeBack);
      await Promise.all([url === undefined ? undefined : post(event, url, closing.signal), take?.(event)]);
    });
    planned.add(takeBack);
  };
  return {
    send(job) {
      if (url === undefined && take === undefined) return;
      const { seed, eventLose, eventDouble, eventDelayMs } = faults.current();
      const draw = (fault: string): number => hashUnit(`${seed}/${fault}/${job.jobName}/${job.status}`);
      if (draw('eventLose') < eventLose) return;
      const event = eventOf(job, account, randomUUID());
      sendLater(event, wallMs(draw('eventDelayMs') * eventDelayMs));
      if (draw('eventDouble') < eventDouble) sendLater(event, wallMs(draw('eventDelayMs/again') * eventDelayMs));
    },
    close() {
      closing.abort();
      for (const takeBack of planned) takeBack();
    },
  };
}

async function post(event: JobEvent, url: string, closing: AbortSignal): Promise<void> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
  } catch {
    // An event that is lost is lost: whoever needs the state of a job asks for it.
  }
}
