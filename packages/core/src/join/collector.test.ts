import { MemoryScratch } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collector } from './collector.ts';

interface Arrival {
  readonly slot: number;
  readonly text: string;
  readonly success: boolean;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Puts the lines in and reads them back; undefined for a slot that has none. */
async function collect(slots: number, arrivals: readonly Arrival[], budgetBytes: number) {
  const spill = new MemoryScratch();
  const collector = new Collector({ slots, budgetBytes, spill });
  let spills = 0;
  for (const { slot, text, success } of arrivals) {
    if (!collector.wants(slot, success)) continue;
    const line = bytesOf(text);
    if (!collector.hasRoom(line.length)) {
      spills += 1;
      await collector.spill();
    }
    collector.place(slot, line.length, success);
    collector.block.set(line, collector.at);
  }
  await collector.finish();
  const lines: (string | undefined)[] = [];
  for (let slot = 0; slot < slots; slot++) {
    if (!collector.has(slot)) {
      lines.push(undefined);
      continue;
    }
    let length = collector.line(slot);
    while (length < 0) {
      await collector.fetch(slot);
      length = collector.line(slot);
    }
    lines.push(new TextDecoder().decode(collector.block.subarray(collector.at, collector.at + length)));
  }
  await collector.close();
  expect(spill.open).toBe(0);
  return { lines, spills };
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

test('lines come back in order of their slots; the first success of a slot wins, else its first failure', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (o) => {
      const { lines, spills } = await collect(o.slots, o.arrivals, 1 << 20);
      expect(spills).toBe(0);
      expect(lines).toEqual(expected(o.slots, o.arrivals));
    }),
  );
});

test('what does not fit into the budget comes back the same from the file', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 300 }), async (o, budget) => {
      const { lines } = await collect(o.slots, o.arrivals, budget);
      expect(lines).toEqual(expected(o.slots, o.arrivals));
    }),
    { numRuns: 300 },
  );
});

test('runs larger than their blocks, and lines larger than any block, are merged', async () => {
  const slots = 3_000;
  const order = Array.from({ length: slots }, (_, i) => (i * 1_787) % slots);
  const all = order.map((slot) => ({ slot, text: `${slot}:${'x'.repeat(slot % 500 === 0 ? 300_000 : 40)}`, success: true }));
  const { lines, spills } = await collect(slots, all, 64_000);
  expect(spills).toBeGreaterThan(5);
  expect(lines.every((line, slot) => line?.startsWith(`${slot}:`))).toBe(true);
});
