import type { ServiceClock } from '../clock/index.ts';

/** Sleeps for one job, and can be woken early. While it does not sleep, the clock counts it as going on. */
export interface Sleeper {
  /** Resolves at that time (milliseconds since the epoch), or when it is woken; look again at what is to do. */
  sleepUntil(at: number): Promise<void>;
  wake(): void;
  /** The job has ended: nothing is going on any more. */
  end(): void;
}

/** A sleeper that wakes nobody else and keeps no process alive. */
export function createSleeper(clock: ServiceClock): Sleeper {
  let wakeUp: (() => void) | undefined;
  let woken = false;
  let rest = clock.busy();
  return {
    sleepUntil(at) {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const takeBack = clock.at(at, done);
        function done(): void {
          takeBack();
          wakeUp = undefined;
          rest = clock.busy();
          resolve();
        }
        wakeUp = done;
        rest();
      });
    },
    wake() {
      if (wakeUp === undefined) woken = true;
      else wakeUp();
    },
    end: () => rest(),
  };
}
