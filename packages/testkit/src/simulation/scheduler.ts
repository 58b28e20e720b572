/** The first moment of every simulated world: 2026-11-21T00:00:00Z. */
export const WORLD_START = 1_795_219_200_000;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const { nextTick } = process;

/**
 * Virtual time: a heap of timers. After each timer all microtasks are drained (Node's next tick waits for that), so
 * asynchronous code runs to its next port call before the next timer fires. Timers of the same moment keep their order.
 */
export class Scheduler {
  now = WORLD_START;
  steps = 0;
  #order = 0;
  readonly #heap: Timer[] = [];

  /** Runs `run` at a moment; one that lies in the past is now. */
  at(moment: number, run: () => void): void {
    const timer = { at: Math.max(moment, this.now), order: this.#order++, run };
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1);
  }

  /** Runs `run` after `ms` milliseconds. */
  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** True when nothing is planned. */
  get isIdle(): boolean {
    return this.#heap.length === 0;
  }

  /** Runs timers until `until` says so, nothing is left, or the next one lies after `deadline`; false for the latter two. */
  run(deadline: number, until: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      drained(() => {
        try {
          while (!until()) {
            if (!this.#next(deadline)) {
              resolve(false);
              return;
            }
            drain();
          }
          resolve(true);
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Runs one timer; false when none is left before the deadline. */
  #next(deadline: number): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.at > deadline) {
      this.now = Math.max(this.now, deadline);
      return false;
    }
    this.#pop();
    this.now = next.at;
    this.steps++;
    next.run();
    return true;
  }

  #up(index: number): void {
    const heap = this.#heap;
    const timer = heap[index]!;
    let i = index;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Runs every microtask that can run, from a place that is none itself. Node documents no other way that needs no tick for each timer
 * (DEP0134, of the documentation alone).
 */
const drain = (process as unknown as { readonly _tickCallback: () => void })._tickCallback;
const settled = Promise.resolve();

/**
 * Runs `act` when every microtask that can run has run: Node begins its next tick only then, and no turn of the loop is needed.
 * A tick that another tick asks for would be sooner, so a microtask asks for it.
 */
function drained(act: () => void): void {
  void settled.then(() => nextTick(act));
}
