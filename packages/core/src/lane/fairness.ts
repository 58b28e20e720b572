import type { LaneBody } from './lane.ts';

/** The classes of runs, first come first: a class gets no slot while one before it has a part to send. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A run that has parts to send. */
export interface RunDemand {
  readonly run: string;
  /** Its class; default `normal`. */
  readonly priority?: Priority;
  /** Its share among others of its class, above 0; 1 for equal shares. */
  readonly weight: number;
  /** Its generation in hand. */
  readonly attempt: number;
  /** Parts that could be sent now; a lower bound will do. */
  readonly ready: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Generations beyond the first with no more parts than this go first among equals: they are all that a run waits for. */
const FEW_RETRIES = 5;

/**
 * The run that gets the next slot: of the first class that has anything to send, max-min fair, so the one with the fewest
 * slots for its weight. Among equals a run goes first that has only a few retries left, then the oldest. Undefined when
 * none has anything to send.
 */
export function nextRun(demands: readonly RunDemand[], lane: LaneBody): RunDemand | undefined {
  const held = new Map<string, number>();
  for (const holder of lane.holders) held.set(holder.run, (held.get(holder.run) ?? 0) + 1);
  const share = (demand: RunDemand) => (held.get(demand.run) ?? 0) / demand.weight;
  const waiting = demands.filter((demand) => demand.ready > 0);
  return waiting.sort(
    (a, b) =>
      classOf(a) - classOf(b) ||
      share(a) - share(b) ||
      Number(isFinishing(b)) - Number(isFinishing(a)) ||
      a.createdAt - b.createdAt ||
      (a.run < b.run ? -1 : 1),
  )[0];
}

function classOf({ priority = 'normal' }: RunDemand): number {
  return PRIORITIES.indexOf(priority);
}

function isFinishing(demand: RunDemand): boolean {
  return demand.attempt > 1 && demand.ready <= FEW_RETRIES;
}
