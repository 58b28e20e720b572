import { randomUUID } from 'node:crypto';
import type { FaultSwitch } from '../faults/index.ts';
import type { Job } from '../jobs/index.ts';
import { hashUnit } from '../seeded.ts';
import { eventOf, type JobEvent } from './job-event.ts';

/** Sends events to a URL. Best effort, as the service's are: one try each, in no order that is promised. */
export interface EventSender {
  send(job: Job): void;
  /** Drops what has not been sent. */
  close(): void;
}

const TIMEOUT_MS = 5_000;

/** Posts each event to `url` as JSON, with the faults of events. Without a URL nothing is sent. */
export function createEventSender(options: {
  readonly url: string | undefined;
  readonly account: string;
  readonly faults: FaultSwitch;
  /** Milliseconds of the wall for milliseconds of the service's clock. */
  readonly wallMs: (serviceMs: number) => number;
}): EventSender {
  const { url, account, faults, wallMs } = options;
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();
  const postLater = (event: JobEvent, target: string, delayMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void post(event, target, closing.signal);
    }, delayMs);
    timer.unref();
    timers.add(timer);
  };
  return {
    send(job) {
      if (url === undefined) return;
      const { seed, eventLose, eventDouble, eventDelayMs } = faults.current();
      const draw = (fault: string): number => hashUnit(`${seed}/${fault}/${job.jobName}/${job.status}`);
      if (draw('eventLose') < eventLose) return;
      const event = eventOf(job, account, randomUUID());
      postLater(event, url, wallMs(draw('eventDelayMs') * eventDelayMs));
      if (draw('eventDouble') < eventDouble) postLater(event, url, wallMs(draw('eventDelayMs/again') * eventDelayMs));
    },
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
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
