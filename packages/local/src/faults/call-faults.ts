import { seededGenerator } from '../seeded.ts';
import type { Faults, Rate } from './faults.ts';

/** What happens to one call: nothing, or one fault. */
export type CallFate = 'none' | 'throttled' | 'error-before' | 'error-after' | 'lost';

/** The faults of a server: read and set as a whole, drawn from call by call. */
export interface FaultSwitch {
  current(): Faults;
  set(faults: Faults): void;
  /** Draws what happens to the next call of an operation. */
  fateOf(operation: string): { readonly fate: CallFate; readonly latencyMs: number };
}

/** A switch that begins with the given faults. */
export function createFaultSwitch(initial: Faults): FaultSwitch {
  let faults = initial;
  let next = seededGenerator(faults.seed);
  return {
    current: () => faults,
    set(changed) {
      if (changed.seed !== faults.seed) next = seededGenerator(changed.seed);
      faults = changed;
    },
    fateOf: (operation) => ({ fate: drawFate(faults, operation, next), latencyMs: rateOf(faults.latencyMs, operation) }),
  };
}

function drawFate(faults: Faults, operation: string, next: () => number): CallFate {
  if (strikes(faults.throttle, operation, next)) return 'throttled';
  if (strikes(faults.serverError, operation, next)) return next() < 0.5 ? 'error-before' : 'error-after';
  return strikes(faults.lostReply, operation, next) ? 'lost' : 'none';
}

function strikes(rate: Rate, operation: string, next: () => number): boolean {
  const share = rateOf(rate, operation);
  return share > 0 && next() < share;
}

function rateOf(rate: Rate, operation: string): number {
  return typeof rate === 'number' ? rate : (rate[operation] ?? 0);
}
