import { describe, expect, it } from 'vitest';
import { forecast } from './forecast.ts';
import { jobTimes } from './job-times.ts';
import { evenParts, type Placement, type SimulatedRun } from './scene.ts';
import { SERVICE_MODEL } from './service-model.ts';
import { OUR_WATCH, type Watch } from './watch.ts';

// Figures of an earlier simulation of the same service by other code: log-normal, 400 replications. Minutes.

const times = jobTimes(SERVICE_MODEL);
const OPTIONS = { jobBudget: 8_000 };

function minutesOf(
  slots: number,
  runs: readonly SimulatedRun[],
  watch: Watch = OUR_WATCH,
  share: 'fair' | 'first-come' = 'fair',
) {
  return forecast({ lanes: [{ slots, times }], runs, watch, share }, OPTIONS);
}

const partsOf = (count: number, records = 10_000) => new Array<number>(count).fill(records);

describe('the minutes of a run, looked after in four ways', () => {
  const poll = (everyMinutes: number): Watch => ({ by: 'poll', everyMinutes });
  const watches = [OUR_WATCH, poll(1), poll(5), poll(15)];

  it.each([
    // records, a part, slots, then minutes and their ratio to the lower bound for each way
    [100_000, 1_000, 10, [146, 149, 170, 214], [1.11, 1.14, 1.29, 1.63]],
    [1_000_000, 1_000, 20, [682, 699, 800, 1_005], [1.04, 1.07, 1.23, 1.54]],
    [1_000_000, 10_000, 20, [168, 170, 181, 208], [1.17, 1.18, 1.26, 1.44]],
    [1_000_000, 25_000, 20, [151, 152, 156, 168], [1.36, undefined, undefined, 1.51]],
    [1_000_000, 10_000, 100, [57, 58, 60, 65], [1, undefined, undefined, 1.14]],
  ])('are for %d records in parts of %d in %d slots near %j, their ratios near %j', (records, part, slots, minutes, ratios) => {
    for (const [i, watch] of watches.entries()) {
      const found = minutesOf(slots, [{ parts: evenParts(records, records / part) }], watch);
      expect(Math.abs(found.minutes.p50 / minutes[i]! - 1), `minutes of way ${i}`).toBeLessThan(0.08);
      expect(found.minutes.p10).toBeLessThanOrEqual(found.minutes.p50);
      if (ratios[i] !== undefined) expect(Math.abs(found.ratio - ratios[i]), `ratio of way ${i}`).toBeLessThan(0.04);
    }
  });
});

describe('the size of a part', () => {
  it.each([
    [1_000, 4.51],
    [5_000, 1.47],
    [10_000, 1.11],
    [16_667, 1.01],
    [50_000, 1.06],
    [100_000, 1.84],
  ])('of %d costs %d times what two waves cost', (part, factor) => {
    const best = minutesOf(20, [{ parts: evenParts(1_000_000, 40) }]).minutes.p50;
    const { p50 } = minutesOf(20, [{ parts: evenParts(1_000_000, Math.ceil(1_000_000 / part)) }]).minutes;
    expect(Math.abs(p50 / best / factor - 1)).toBeLessThan(0.05);
  });
});

describe('runs that share a lane', () => {
  const both = [{ parts: partsOf(100) }, { parts: partsOf(5), arrivesAt: 20 }];

  it('let a small one through, and lose little by it', () => {
    const alone = minutesOf(20, [{ parts: partsOf(5) }]).minutes.p50;
    const fair = minutesOf(20, both).runMinutes.map((each) => each.p50);
    const firstCome = minutesOf(20, both, OUR_WATCH, 'first-come').runMinutes.map((each) => each.p50);
    expect(Math.abs(alone / 39 - 1)).toBeLessThan(0.05);
    expect(Math.abs(fair[1]! / 42 - 1)).toBeLessThan(0.08);
    expect(Math.abs(firstCome[1]! / 152 - 1)).toBeLessThan(0.05);
    expect(fair[0]! / firstCome[0]!).toBeLessThan(1.07);
  });

  it.each([
    [[100, 30, 20, 10], 255, 595],
    [[140, 10, 5, 5], 254, 827],
  ])('of %j parts take about %d minutes together, and %d where each has a quarter of the slots', (counts, together, apart) => {
    const shared = minutesOf(
      20,
      counts.map((count) => ({ parts: partsOf(count) })),
    ).minutes.p50;
    const divided = Math.max(...counts.map((count) => minutesOf(5, [{ parts: partsOf(count) }]).minutes.p50));
    expect(Math.abs(shared / together - 1)).toBeLessThan(0.03);
    expect(Math.abs(divided / apart - 1)).toBeLessThan(0.03);
  });
});

describe('three Regions', () => {
  const lanes = [
    { slots: 20, times },
    { slots: 20, times: jobTimes({ ...SERVICE_MODEL, startMinutes: 30, recordsPerMinute: 400 }) },
    { slots: 10, times: jobTimes({ ...SERVICE_MODEL, startMinutes: 55 }) },
  ];

  it.each([
    ['home', 178],
    ['in-turn', 319],
    ['first-free', 167],
    ['soonest-end', 143],
  ] as const)('take with parts given out %s about %d minutes', (place: Placement, minutes) => {
    const { p50 } = forecast({ lanes, runs: [{ parts: partsOf(100) }], watch: OUR_WATCH, place }, OPTIONS).minutes;
    expect(Math.abs(p50 / minutes - 1)).toBeLessThan(0.08);
  });
});
