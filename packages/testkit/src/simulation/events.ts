import type { JobStatus } from '@batchrock/core';
import { type Place, placeOfOne } from './fate.ts';
import type { SimJob } from './sim-job.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What an event says. None of it can be trusted. */
export interface Hint {
  readonly jobName: string;
  readonly jobArn: string;
  readonly status: JobStatus;
}

/** Carries state-change events to whoever listens: best effort, as the service promises no more. */
export class EventBus {
  readonly #world: World;
  readonly #listeners = new Map<string, (hint: Hint) => void>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A later listener of the same name takes the place of an earlier one, as a process does after a crash. */
  listen(name: string, listener: (hint: Hint) => void): void {
    this.#listeners.set(name, listener);
  }

  /** Tells of a change, perhaps: lost, twice, late or at once, even before Create has returned. */
  tell(job: SimJob, status: JobStatus): void {
    const { faults, fate } = this.#world;
    const place = placeOfOne(job.spec.jobName, `event ${status} of job ${job.index}`);
    if (!faults.eventsOn || fate.strikes('event lost', faults.eventLossRate, place)) return;
    const hint = { jobName: job.spec.jobName, jobArn: job.jobArn, status };
    this.#send(hint, place);
    if (!fate.strikes('event twice', faults.eventDoubleRate, place)) return;
    this.#send(hint, placeOfOne(job.spec.jobName, `second event ${status} of job ${job.index}`));
  }

  /** Sends what nobody told. */
  forge(hint: Hint): void {
    this.#world.trace.note('events', `a forged event: ${hint.jobName} is ${hint.status}`);
    this.#send(hint, this.#world.places.next('forger', hint.jobName));
  }

  /** An event is there at once, or waits for a minute up to a day in a queue that stands still. */
  #send(hint: Hint, place: Place): void {
    const { faults, fate, scheduler } = this.#world;
    const rng = fate.details('way of event', place);
    const late = fate.strikes('event late', faults.eventLateRate, place) ? rng.logUniform(MINUTE, 24 * HOUR) : 0;
    scheduler.after(rng.int(0, 3000) + Math.round(late), () => {
      const listeners = [...this.#listeners.values()];
      if (listeners.length > 0) rng.pick(listeners)(hint);
    });
  }
}
