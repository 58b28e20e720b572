import type { CallOptions, ModelAnswer, ModelCall } from '../ports/index.ts';
import type { RunPorts } from './ports.ts';

/** Asks a model, never more at once than there are places, and slower where it is too much. */
export interface OnDemandCalls {
  /**
   * Resolves when a place is free and the work is begun. The place is held until the work is done, which is more than the call: what was paid for is not in
   * hand before it is kept.
   */
  place<T>(work: () => Promise<T>, options?: CallOptions): Promise<{ readonly done: Promise<T> }>;
  /** Asks until there is an answer, or an error that another try would not mend. */
  ask(call: ModelCall, options?: CallOptions): Promise<ModelAnswer>;
}

/** Calls at once where a run says nothing else. */
export const DEFAULT_CONCURRENCY = 8;

/** Tries of a call that was throttled: 2 minutes of waiting, about. Then the record fails, and may have another attempt. */
const THROTTLED_TRIES = 10;
/** Tries of a call that the service failed at. */
const FAILED_TRIES = 4;
const SHORTEST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;

/** Calls on demand of one drive, whichever parts they are of. */
export function createOnDemandCalls(ports: Pick<RunPorts, 'clock' | 'random' | 'runtime'>, places: number): OnDemandCalls {
  const { clock, random, runtime } = ports;
  const waiting: (() => void)[] = [];
  let taken = 0;
  /** A throttle halves it, and answers let it grow again. */
  let allowed = places;

  const release = (): void => {
    taken--;
    while (taken < Math.floor(allowed) && waiting.length > 0) {
      taken++;
      waiting.shift()?.();
    }
  };

  return {
    async place(work, o) {
      if (taken < Math.floor(allowed)) taken++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      if (o?.signal?.aborted) {
        release();
        throw o.signal.reason;
      }
      return { done: work().finally(release) };
    },
    async ask(call, o) {
      for (let tries = 1; ; tries++) {
        const answer = await runtime!.ask(call, o);
        if ('output' in answer) {
          allowed = Math.min(places, allowed + 1 / allowed);
          return answer;
        }
        const { errorCode } = answer;
        // 503 is what a model says that has no room
        const isBusy = errorCode === 429 || errorCode === 503;
        if (isBusy) allowed = Math.max(1, allowed / 2);
        if (tries >= (isBusy ? THROTTLED_TRIES : errorCode >= 500 ? FAILED_TRIES : 1)) return answer;
        const waitMs = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** (tries - 1));
        await clock.sleep(Math.round(waitMs * (0.5 + random.next() / 2)), o?.signal);
      }
    },
  };
}
