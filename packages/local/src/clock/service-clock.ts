/**
 * The clock that everything here lives by: the wall's, and what it was advanced by. What is due fires by itself when its
 * time comes, or at once when the clock is advanced past it.
 */
export interface ServiceClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Does the work at that time (milliseconds since the epoch); the returned function takes it back. Keeps no process alive. */
  at(time: number, work: () => void | Promise<void>): () => void;
  /** Says that something is going on until the returned function is called: `advance` waits for it. */
  busy(): () => void;
  /**
   * Goes on by so many milliseconds, stopping at every time at which something is due until that is done and nothing is
   * going on any more, so that what happens is what would have happened in that time.
   */
  advance(ms: number): Promise<void>;
  /** Resolves when nothing is going on. */
  idle(): Promise<void>;
  /** When the next work is due; undefined when none is. */
  nextDue(): number | undefined;
  /** How far ahead of the wall's it is, in milliseconds. */
  aheadMs(): number;
}

/** setTimeout takes 31 bits of milliseconds; a longer wait is taken in pieces. */
const LONGEST_MS = 2_000_000_000;

interface Due {
  readonly time: number;
  readonly work: () => void | Promise<void>;
  timer: NodeJS.Timeout;
}

/** A clock that is already so many milliseconds ahead of the wall's. */
export function createServiceClock(aheadMs = 0): ServiceClock {
  let ahead = aheadMs;
  let goingOn = 0;
  let last: Promise<void> = Promise.resolve();
  const due = new Set<Due>();
  const waiting: (() => void)[] = [];

  const now = (): number => Date.now() + ahead;
  const busy = (): (() => void) => {
    let isOver = false;
    goingOn += 1;
    return () => {
      if (isOver) return;
      isOver = true;
      goingOn -= 1;
      if (goingOn === 0) for (const tell of waiting.splice(0)) tell();
    };
  };
  const fire = (item: Due): void => {
    clearTimeout(item.timer);
    if (!due.delete(item)) return;
    const done = busy();
    void (async () => item.work())().finally(done);
  };
  const arm = (item: Omit<Due, 'timer'>): NodeJS.Timeout => {
    const timer = setTimeout(() => wake(item as Due), Math.min(LONGEST_MS, Math.max(0, item.time - now())));
    return timer.unref();
  };
  const wake = (item: Due): void => {
    if (item.time <= now()) fire(item);
    else item.timer = arm(item);
  };
  const earliest = (): Due | undefined => {
    let first: Due | undefined;
    for (const item of due) if (first === undefined || item.time < first.time) first = item;
    return first;
  };
  const idle = async (): Promise<void> => {
    // what follows from something may begin a turn after its end; the last look is after the last turn
    for (let quiet = 0; quiet < 2; ) {
      await nextTurn();
      quiet += 1;
      if (goingOn === 0) continue;
      await new Promise<void>((resolve) => waiting.push(resolve));
      quiet = 0;
    }
  };
  const goTo = (time: number): void => {
    ahead += Math.max(0, time - now());
  };

  return {
    now,
    busy,
    idle,
    at(time, work) {
      const item = { time, work } as Due;
      item.timer = arm(item);
      due.add(item);
      return () => {
        clearTimeout(item.timer);
        due.delete(item);
      };
    },
    advance(ms) {
      last = last.then(async () => {
        const target = now() + ms;
        for (;;) {
          await idle();
          const next = earliest();
          if (next === undefined || next.time > target) break;
          goTo(next.time);
          fire(next);
        }
        goTo(target);
      });
      return last;
    },
    nextDue: () => earliest()?.time,
    aheadMs: () => ahead,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
