/** Time. `now` is milliseconds since the epoch; the core asks nothing else what time it is. */
export interface Clock {
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with a `CancelledError` when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
