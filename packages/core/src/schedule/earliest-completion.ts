/** A lane as it stands for a part that may go to any of several. */
export interface LaneOutlook {
  /** Slots that can be taken now. */
  readonly free: number;
  /** When each of the others comes free, in milliseconds from now. */
  readonly freeIn: readonly number[];
  /** How long a job of one of these parts takes there, in milliseconds. */
  readonly jobMs: number;
}

/**
 * How many of so many equal parts are to be sent to each lane now: each part goes where it is expected to be done first, and waits for a
 * slot of a quick lane sooner than it takes a free one of a slow lane. Of equal lanes the first one gets it. Pure.
 */
export function earliestCompletion(lanes: readonly LaneOutlook[], parts: number): readonly number[] {
  const slots = lanes.map(({ free, freeIn }) => [...new Array<number>(free).fill(0), ...[...freeIn].sort((a, b) => a - b)]);
  const now = lanes.map(() => 0);
  let open = lanes.reduce((sum, { free }) => sum + free, 0);
  for (let part = 0; part < parts && open > 0; part++) {
    const lane = firstDone(lanes, slots);
    const queue = slots[lane];
    const freeAt = queue?.shift();
    const jobMs = lanes[lane]?.jobMs;
    if (queue === undefined || freeAt === undefined || jobMs === undefined) break;
    if (freeAt === 0) {
      now[lane] = (now[lane] ?? 0) + 1;
      open--;
    }
    insertSorted(queue, freeAt + jobMs);
  }
  return now;
}

function firstDone(lanes: readonly LaneOutlook[], slots: readonly (readonly number[])[]): number {
  let best = -1;
  let bestDone = Number.POSITIVE_INFINITY;
  for (const [i, { jobMs }] of lanes.entries()) {
    const done = (slots[i]?.[0] ?? Number.POSITIVE_INFINITY) + jobMs;
    if (done >= bestDone) continue;
    best = i;
    bestDone = done;
  }
  return best;
}

function insertSorted(queue: number[], value: number): void {
  const at = queue.findIndex((each) => each > value);
  queue.splice(at === -1 ? queue.length : at, 0, value);
}
