import { type Clock, isServiceError, type Random } from '@batchrock/core';

/** Tries of one call. Their pauses take 1.6 s on average in all: whoever calls has patience of his own. */
const MAX_TRIES = 8;
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 1_000;

/** Waits before a call is made again: at random up to a bound that doubles, so that many writers do not march in step. */
export class Patience {
  readonly #clock: Clock;
  readonly #random: Random;
  #tries = 1;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** False, at once, when the call has been made often enough. */
  async wait(signal?: AbortSignal): Promise<boolean> {
    if (this.#tries >= MAX_TRIES) return false;
    const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#tries - 1));
    this.#tries++;
    await this.#clock.sleep(this.#random.next() * bound, signal);
    return true;
  }
}

/** True for an error that goes by: too much was asked, or nothing was heard. */
export function isPassing(error: unknown): boolean {
  return isServiceError(error, 'throttled') || isServiceError(error, 'unavailable');
}
