import { CancelledError, type Clock, type Random } from '@batchrock/core';

/** The machine's clock. Its timers keep the process alive only while somebody waits for them. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      const stop = () => {
        clearTimeout(timer);
        reject(new CancelledError());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** The machine's randomness, for jitter. */
export const nodeRandom: Random = { next: () => Math.random() };
