import { collectPart } from './collect.ts';
import { ledgerKeys } from './keys.ts';
import type { PartRef } from './load.ts';
import type { RunPorts } from './ports.ts';
import type { StepOptions } from './steps.ts';
import { isPassing } from './tolerance.ts';

/** Collects parts beside a loop that goes on looking after jobs. */
export interface CollectPool {
  /** Takes a part up, if a place is free and it is not taken up yet. */
  offer(part: PartRef): void;
  /** Throws the first error that will not pass; hands the others to `note`. */
  check(note: (error: unknown) => void): void;
  /** Resolves when a part was collected since it was last asked; never when none is in hand. */
  next(): Promise<void>;
  /** Resolves when nothing is in hand. */
  idle(): Promise<void>;
}

/** A pool that collects up to `places` parts at once: each streams through fixed memory of its own. */
export function createCollectPool(ports: RunPorts, places: number, o: StepOptions): CollectPool {
  const inHand = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  let collected = 0;
  let wake = () => {};

  const collect = async (key: string, part: PartRef): Promise<void> => {
    try {
      if ((await collectPart(ports, part, o)) !== 'collected') return;
      collected++;
      wake();
    } catch (error) {
      failures.push(error);
    } finally {
      inHand.delete(key);
    }
  };

  return {
    offer(part) {
      const key = ledgerKeys.part(part.run, part.attempt, part.part);
      if (inHand.has(key) || inHand.size >= places) return;
      inHand.set(key, collect(key, part));
    },
    check(note) {
      for (const error of failures.splice(0)) {
        if (!isPassing(error)) throw error;
        note(error);
      }
    },
    next: () =>
      new Promise((resolve) => {
        wake = () => {
          if (collected === 0) return;
          collected = 0;
          wake = () => {};
          resolve();
        };
        wake();
      }),
    async idle() {
      await Promise.all(inHand.values());
    },
  };
}
