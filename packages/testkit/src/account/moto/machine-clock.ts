import type { ServiceClock } from '@batchrock/local';

/** Keeps moto's state machines on the account's clock: it goes on only when none of them has anything left to do. */
export interface MachineClock {
  /** The header that tells moto the time: on each request, and on each answer to one of its own. */
  headers(): Readonly<Record<string, string>>;
  /** Does what may wake state machines. The clock stands from now until they have done all that follows of it. */
  wake<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing that moto is asked from now on matters. */
  close(): void;
}

/** What moto says once its state machines wait: for what, at the latest, in milliseconds since the epoch. */
interface Settled {
  readonly due?: number;
}

/** The clock of the state machines behind this URL; `server.py` is the other side of it. */
export function createMachineClock(clock: ServiceClock, motoUrl: string): MachineClock {
  let isSettling = false;
  let isStale = false;
  let isClosed = false;
  let takeBack = (): void => {};

  const headers = (): Record<string, string> => ({ 'x-account-ahead': String(clock.aheadMs()) });
  const ask = async (): Promise<Settled> => {
    const response = await fetch(`${motoUrl}/_account/settle?${clock.now()}`, { headers: headers() });
    if (!response.ok) throw new Error(`moto's clock answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Settled;
  };
  const settleOnce = async (): Promise<void> => {
    isStale = false;
    const { due } = await ask();
    takeBack();
    if (due !== undefined) takeBack = clock.at(due, settle);
  };
  const settle = async (): Promise<void> => {
    isStale = true;
    if (isSettling) return;
    isSettling = true;
    const over = clock.busy();
    try {
      while (isStale && !isClosed) await settleOnce();
    } catch (error) {
      if (!isClosed) throw error;
    } finally {
      isSettling = false;
      over();
    }
  };
  return {
    headers,
    async wake(work) {
      const over = clock.busy();
      try {
        return await work();
      } finally {
        void settle();
        over();
      }
    },
    close() {
      isClosed = true;
      takeBack();
    },
  };
}
