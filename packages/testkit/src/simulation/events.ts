import type { JobStatus } from '@batchrock/core';
import type { SimJob } from './sim-job.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

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
    const { faults, rng } = this.#world;
    if (!faults.eventsOn || rng.chance(faults.eventLossRate)) return;
    const hint = { jobName: job.spec.jobName, jobArn: job.jobArn, status };
    this.#send(hint);
    if (rng.chance(faults.eventDoubleRate)) this.#send(hint);
  }

  /** Sends what nobody told. */
  forge(hint: Hint): void {
    this.#world.trace.note('events', `a forged event: ${hint.jobName} is ${hint.status}`);
    this.#send(hint);
  }

  #send(hint: Hint): void {
    const { faults, rng, scheduler } = this.#world;
    const late = rng.chance(faults.eventLateRate) ? rng.logUniform(MINUTE, 20 * MINUTE) : 0;
    scheduler.after(rng.int(0, 3000) + late, () => {
      const listeners = [...this.#listeners.values()];
      if (listeners.length > 0) rng.pick(listeners)(hint);
    });
  }
}
