import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 8;

/** Lets others have the thread now and then: jobs share it with each other and with every request. */
export interface TurnTaker {
  /** True when the slice of time is used up: then wait for `rest`. Cheap enough to ask for every record. */
  isDue(): boolean;
  rest(): Promise<void>;
}

/** A turn taker for one piece of work. */
export function createTurnTaker(): TurnTaker {
  let since = performance.now();
  let asked = 0;
  return {
    isDue() {
      asked += 1;
      return asked % 16 === 0 && performance.now() - since > SLICE_MS;
    },
    async rest() {
      await nextTurn();
      since = performance.now();
    },
  };
}
