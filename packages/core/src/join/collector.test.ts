import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collector } from './collector.ts';

interface Arrival {
  readonly slot: number;
  readonly text: string;
  readonly success: boolean;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The lines that are held, by slot. */
function held(collector: Collector): Map<number, string> {
  const lines = new Map<number, string>();
  for (let slot = 0; slot < collector.slots; slot++) {
    const length = collector.line(slot);
    if (length > 0) lines.set(slot, new TextDecoder().decode(collector.block.subarray(collector.at, collector.at + length)));
  }
  return lines;
}

/** Puts the lines in; the runs that were dropped on the way, and the last one. */
function collect(slots: number, arrivals: readonly Arrival[], budgetBytes: number) {
  const collector = new Collector({ slots, budgetBytes });
  const runs: Map<number, string>[] = [];
  for (const { slot, text, success } of arrivals) {
    if (!collector.wants(slot, success)) continue;
    const line = bytesOf(text);
    if (!collector.hasRoom(line.length)) {
      runs.push(held(collector));
      collector.drop();
    }
    collector.place(slot, line.length, success);
    collector.block.set(line, collector.at);
  }
  runs.push(held(collector));
  const has = Array.from({ length: slots }, (_, slot) => collector.has(slot));
  collector.close();
  return { runs, has };
}

/** First success of a slot, else its first failure. */
function expected(slots: number, arrivals: readonly Arrival[]): (string | undefined)[] {
  return Array.from({ length: slots }, (_, slot) => {
    const own = arrivals.filter((arrival) => arrival.slot === slot);
    return (own.find((arrival) => arrival.success) ?? own[0])?.text;
  });
}

const arrivals = fc.integer({ min: 1, max: 40 }).chain((slots) =>
  fc.record({
    slots: fc.constant(slots),
    arrivals: fc.array(
      fc.record({ slot: fc.nat(slots - 1), text: fc.string({ minLength: 1, maxLength: 60 }), success: fc.boolean() }),
      { maxLength: 100 },
    ),
  }),
);

test('what fits is held: the first success of a slot, else its first failure', () => {
  fc.assert(
    fc.property(arrivals, (o) => {
      const { runs, has } = collect(o.slots, o.arrivals, 1 << 20);
      expect(runs).toHaveLength(1);
      const wanted = expected(o.slots, o.arrivals);
      expect(Array.from({ length: o.slots }, (_, slot) => runs[0]?.get(slot))).toEqual(wanted);
      expect(has).toEqual(wanted.map((line) => line !== undefined));
    }),
  );
});

test('of what was dropped for want of room the last line of a slot counts, and no slot is forgotten', () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 300 }), (o, budget) => {
      const { runs, has } = collect(o.slots, o.arrivals, budget);
      const wanted = expected(o.slots, o.arrivals);
      const last = (slot: number) => runs.findLast((run) => run.has(slot))?.get(slot);
      expect(Array.from({ length: o.slots }, (_, slot) => last(slot))).toEqual(wanted);
      expect(has).toEqual(wanted.map((line) => line !== undefined));
    }),
    { numRuns: 300 },
  );
});

test('a run holds no more than the budget, but for a line that is larger', () => {
  const slots = 3_000;
  const order = Array.from({ length: slots }, (_, i) => (i * 1_787) % slots);
  const all = order.map((slot) => ({ slot, text: `${slot}:${'x'.repeat(slot % 500 === 0 ? 300_000 : 40)}`, success: true }));
  const { runs } = collect(slots, all, 64_000);
  expect(runs.length).toBeGreaterThan(5);
  const sizes = runs.map((run) => [...run.values()].reduce((sum, line) => sum + line.length, 0));
  for (const [i, size] of sizes.entries()) expect(size <= 64_000 || runs[i]?.size === 1).toBe(true);
  for (let slot = 0; slot < slots; slot++) expect(runs.filter((run) => run.get(slot)?.startsWith(`${slot}:`))).toHaveLength(1);
});
