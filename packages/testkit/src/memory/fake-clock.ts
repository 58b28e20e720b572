import { CancelledError, type Clock } from '@batchrock/core';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  /** Milliseconds since the epoch; default 2026-01-01T00:00:00Z. */
  readonly start?: number;
  /** True: whenever everything waits, jump to the next timer. Default false: time stands until `advance`. */
  readonly auto?: boolean;
}

/** A clock whose time is moved by the test. */
export class FakeClock implements Clock {
  readonly #auto: boolean;
  #now: number;
  #timers: Timer[] = [];
  #pumping = false;

  constructor(options: FakeClockOptions = {}) {
    this.#now = options.start ?? 1_767_225_600_000;
    this.#auto = options.auto ?? false;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      const timer: Timer = {
        at: this.#now + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(new CancelledError());
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#timers.push(timer);
      if (this.#auto) this.#pump();
    });
  }

  /** Moves time on and wakes each sleeper at its moment, letting what it does run first. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    while (this.#wakeNext(end)) await turn();
    this.#now = end;
    await turn();
  }

  /** Moves time by a jump, as a laptop does that wakes up: sleepers wake late. Negative steps are allowed. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #wakeNext(until: number): boolean {
    const next = this.#timers.reduce<Timer | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined);
    if (next === undefined || next.at > until) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    return true;
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      if (this.#wakeNext(Number.POSITIVE_INFINITY) && this.#timers.length > 0) this.#pump();
    });
  }
}

/** One turn of the event loop: every promise that can settle without I/O has settled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
