import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isChange } from './changes.ts';
import { readTrace } from './program.ts';
import { ALL } from './size.ts';
import { expectSameEnd, openPlaces } from './undisturbed.ts';

/** Of the moments around a change, every so many are tried where not all are: it is odd, so half are before a call and half after. */
const STRIDE = 9;

const places = await openPlaces(3);
const moments = ALL ? places.moments : places.moments.filter(isChange);
const tried = moments.flatMap((name, i) => (ALL || i % STRIDE === 0 ? [{ at: i + 1, name }] : []));

test('the undisturbed run makes jobs of two generations, and each of its ports is counted', () => {
  const of = (call: string) => moments.filter((name) => name.startsWith(`after ${call} `)).length;
  expect(of('service.create')).toBe(3);
  expect(of('ledger.commit')).toBeGreaterThan(20);
  expect(of('objects.create')).toBeGreaterThan(10);
});

describe.concurrent('kill -9 at one moment of the ports, then the same command, ends in the same bytes and with no other job', () => {
  // names hang upon the port: only the number and the call are said
  test.each(tried.map(({ at, name }) => [at, name.split(' ').slice(0, 2).join(' ')] as const))('%i: %s', (at) =>
    places.take(({ world, expected }) =>
      world(async ({ folder, start, finish }) => {
        const trace = join(folder, 'trace');
        const first = await start({ moments: { at, changes: !ALL, trace } }).ended;
        // how often a job is looked at is not the same each time, so the last moments may not come
        if (readTrace(trace).length < at) expect(first.code).toBe(expected.code);
        else expect(first.signal).toBe('SIGKILL');
        expectSameEnd(await finish(), expected);
      }),
    ),
  );
});
