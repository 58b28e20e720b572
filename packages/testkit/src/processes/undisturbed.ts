import { join } from 'node:path';
import { expect } from 'vitest';
import { readTrace } from './program.ts';
import { type Outcome, openPlace, type Place, type WorldOptions } from './world.ts';

/** A place, and how the run comes out there when nothing befalls it. */
export interface KnownPlace extends Place {
  readonly expected: Outcome;
  /** The moments of its ports, each call twice: `before ledger.get …`, `after ledger.get …`. */
  readonly moments: readonly string[];
}

/** Opens a place, and runs the undisturbed run there. `every`: what holds for each world of it. */
export async function openKnownPlace(every?: WorldOptions): Promise<KnownPlace> {
  const place = await openPlace(every);
  return place.world(async ({ folder, finish }) => {
    const trace = join(folder, 'trace');
    const expected = await finish({ moments: { trace } });
    return { ...place, expected, moments: readTrace(trace) };
  });
}

/** Places that tests which run at once take in turn. */
export interface Places {
  /** The moments of the undisturbed run at one of them. */
  readonly moments: readonly string[];
  take<T>(work: (place: KnownPlace) => Promise<T>): Promise<T>;
}

/** Opens as many places as tests run at once, each when it is first wanted. */
export async function openPlaces(count: number, every?: WorldOptions): Promise<Places> {
  const first = await openKnownPlace(every);
  const free = [Promise.resolve(first)];
  let unopened = count - 1;
  const waiting: ((place: Promise<KnownPlace>) => void)[] = [];
  const next = (): Promise<KnownPlace> => {
    const place = free.pop();
    if (place !== undefined) return place;
    if (unopened-- > 0) return openKnownPlace(every);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    moments: first.moments,
    async take(work) {
      const place = await next();
      try {
        return await work(place);
      } finally {
        const wanting = waiting.shift();
        if (wanting === undefined) free.push(Promise.resolve(place));
        else wanting(Promise.resolve(place));
      }
    },
  };
}

/** The same end as if nothing had happened: exit code, results, every object and every job. */
export function expectSameEnd(found: Outcome, expected: Outcome): void {
  expect(found.jobs).toEqual(expected.jobs);
  expect(found.results).toBe(expected.results);
  expect([...found.objects.keys()]).toEqual([...expected.objects.keys()]);
  for (const [key, bytes] of expected.objects) expect(found.objects.get(key), key).toBe(bytes);
  expect(found.code).toBe(expected.code);
}
