/** Lets so many through at once; the others wait in line. */
export interface Semaphore {
  /** Resolves with the function that gives the place back; call it once. */
  take(): Promise<() => void>;
}

/** A semaphore with that many places. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}
