/**
 * When the process of a function ends without a trace: before the handler has the event; after it has returned, so that its
 * answer is lost; or when so many of its calls have been answered, before it sees the last answer. `during` is the first call.
 */
export type CrashMoment = 'before' | 'during' | 'after' | { readonly afterCalls: number };

/** A planned crash. */
export interface CrashPlan {
  /** False while no invocation has come to that moment: a handler that makes fewer calls goes on untouched. */
  readonly hasStruck: boolean;
}

/** A crash, taken by the invocation that it is meant for. */
export interface PlannedCrash {
  readonly moment: 'before' | 'during' | 'after';
  readonly afterCalls?: number;
  readonly strike: () => void;
}

/** The crashes that are planned, function by function, in order. */
export interface Crashes {
  plan(name: string, moment: CrashMoment): CrashPlan;
  /** The crash of the invocation that begins now, if there is one. */
  take(name: string): PlannedCrash | undefined;
}

/** No crashes yet. */
export function createCrashes(): Crashes {
  const planned = new Map<string, PlannedCrash[]>();
  return {
    plan(name, moment) {
      const plan = { hasStruck: false };
      const strike = (): void => {
        plan.hasStruck = true;
      };
      const list = planned.get(name) ?? [];
      planned.set(name, list);
      if (typeof moment === 'object') list.push({ moment: 'during', afterCalls: moment.afterCalls, strike });
      else list.push({ moment, ...(moment === 'during' ? { afterCalls: 1 } : {}), strike });
      return plan;
    },
    take: (name) => planned.get(name)?.shift(),
  };
}
