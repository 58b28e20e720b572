import { isRecord, type JsonRecord, matchesPattern } from './pattern.ts';

/** What goes wrong with events between their source and the rules. A pattern says which; without one, each that a rule wants. */
export interface EventFaults {
  /** The next so many events are lost; `Infinity` for all of them, until `clear`. */
  drop(count: number, pattern?: JsonRecord): void;
  /** The next so many events come twice; `Infinity` as above. */
  double(count: number, pattern?: JsonRecord): void;
  /** Takes back what is still planned of lost and doubled events. */
  clear(): void;
  /** Events are kept until they are released. */
  hold(pattern?: JsonRecord): void;
  /** Delivers what was held, in the order in which it came or in the opposite one, and holds nothing more. */
  release(order?: 'as-they-came' | 'reversed'): Promise<void>;
  /** Events that are held at the moment. */
  held(): readonly JsonRecord[];
}

/** The faults of a bus, as the bus sees them. */
export interface FaultDesk {
  readonly faults: EventFaults;
  /** How often an event is delivered now: 0 when it is lost or held. */
  copiesOf(event: JsonRecord): number;
}

interface Planned {
  readonly kind: 'drop' | 'double';
  readonly pattern: JsonRecord | undefined;
  left: number;
}

/** A desk without faults; held events are delivered by `deliver`. */
export function createFaultDesk(deliver: (event: JsonRecord) => Promise<void>): FaultDesk {
  const planned: Planned[] = [];
  let held: JsonRecord[] = [];
  let holding: { readonly pattern: JsonRecord | undefined } | undefined;
  const isMeant = (pattern: JsonRecord | undefined, event: JsonRecord): boolean =>
    pattern === undefined || (isRecord(pattern) && matchesPattern(pattern, event));
  const take = (kind: Planned['kind'], event: JsonRecord): boolean => {
    const found = planned.find((fault) => fault.kind === kind && fault.left > 0 && isMeant(fault.pattern, event));
    if (found === undefined) return false;
    found.left -= 1;
    return true;
  };
  return {
    faults: {
      drop: (left, pattern) => void planned.push({ kind: 'drop', pattern, left }),
      double: (left, pattern) => void planned.push({ kind: 'double', pattern, left }),
      clear: () => void planned.splice(0),
      hold(pattern) {
        holding = { pattern };
      },
      async release(order = 'as-they-came') {
        const events = order === 'reversed' ? held.toReversed() : held;
        held = [];
        holding = undefined;
        for (const event of events) await deliver(event);
      },
      held: () => held,
    },
    copiesOf(event) {
      if (take('drop', event)) return 0;
      if (holding !== undefined && isMeant(holding.pattern, event)) {
        held.push(event);
        return 0;
      }
      return take('double', event) ? 2 : 1;
    },
  };
}
