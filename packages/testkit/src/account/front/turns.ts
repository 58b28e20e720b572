/** Lets one piece of work in after another, in the order in which they came. */
export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
}

/** Nothing is at work yet. What fails does not stop the next. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const now = last.then(work);
      last = now.catch(() => {});
      return now;
    },
  };
}
