/** Sleeps for one job, and can be woken early. */
export interface Sleeper {
  /** Resolves at that time (milliseconds since the epoch), or when it is woken; look again at what is to do. */
  sleepUntil(at: number): Promise<void>;
  wake(): void;
}

/** setTimeout takes 31 bits of milliseconds; a longer sleep is taken in pieces. */
const LONGEST_MS = 2_000_000_000;

/** A sleeper that wakes nobody else and keeps no process alive. */
export function createSleeper(): Sleeper {
  let wakeUp: (() => void) | undefined;
  let woken = false;
  return {
    sleepUntil(at) {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, Math.min(LONGEST_MS, Math.max(0, at - Date.now())));
        timer.unref();
        function done(): void {
          clearTimeout(timer);
          wakeUp = undefined;
          resolve();
        }
        wakeUp = done;
      });
    },
    wake() {
      if (wakeUp === undefined) woken = true;
      else wakeUp();
    },
  };
}
