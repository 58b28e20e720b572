import { describe, expect, it } from 'vitest';
import type { PartBody } from '../job/index.ts';
import { createChance, evenParts, forecast, jobTimes, OUR_WATCH, SERVICE_MODEL } from '../schedule/index.ts';
import type { RunBody } from './document.ts';
import { timeLeft } from './time-left.ts';

const MINUTE = 60_000;
const NOW = 1_000_000 * MINUTE;

const RUN = { run: 'r-0000000001', state: 'running', attempt: 1, maxAttempts: 3 } as RunBody;

function part(number: number, more: Partial<PartBody>): PartBody {
  return { run: RUN.run, attempt: 1, part: number, records: 6_000, sentinels: 0, state: 'ready', ...more } as PartBody;
}

/** Jobs that began and ended so many minutes ago. */
function ended(number: number, began: number, took: number): PartBody {
  const collected = { succeeded: 6_000, failed: 0, retryable: 0, missing: 0, truncated: 0 };
  const since = NOW - began * MINUTE;
  return part(number, { state: 'collected', jobArn: `a${number}`, since, endedAt: since + took * MINUTE, collected });
}

const live = (number: number, began: number, more: Partial<PartBody> = {}): PartBody =>
  part(number, { state: 'submitted', jobArn: `a${number}`, since: NOW - began * MINUTE, ...more });

const left = (parts: readonly PartBody[], more: Partial<Parameters<typeof timeLeft>[0]> = {}) =>
  timeLeft({ run: RUN, parts, slots: 20, now: NOW, isAssumed: true, ...more });

describe('the time left', () => {
  it('is at the start what the plan of the run said', () => {
    const parts = Array.from({ length: 60 }, (_, i) => part(i, {}));
    const lanes = [{ slots: 20, times: jobTimes(SERVICE_MODEL) }];
    const { p50 } = forecast({ lanes, runs: [{ parts: evenParts(360_000, 60) }], watch: OUR_WATCH }).minutes;
    expect(Math.abs(left(parts)!.p50 / MINUTE / p50 - 1)).toBeLessThan(0.1);
  });

  it('is unknown where no model holds and no job has ended; five that have tell how long jobs take there', () => {
    const parts = [
      ...Array.from({ length: 5 }, (_, i) => ended(i, 50, 2)),
      ...Array.from({ length: 20 }, (_, i) => part(10 + i, {})),
    ];
    expect(left(parts.slice(4), { isAssumed: false })).toBeUndefined();
    const range = left(parts, { isAssumed: false, slots: 10 })!;
    expect(range.p50 / MINUTE).toBeGreaterThan(3.5);
    expect(range.p50 / MINUTE).toBeLessThan(4.8);
  });

  it('is told from jobs that were seen rather than from the model, once five have ended', () => {
    const waiting = Array.from({ length: 20 }, (_, i) => part(10 + i, {}));
    const slow = (count: number) => Array.from({ length: count }, (_, i) => ended(i, 300, 180 + 10 * i));
    expect(left([...slow(4), ...waiting])!.p50 / MINUTE).toBeLessThan(60);
    expect(left([...slow(5), ...waiting])!.p50 / MINUTE).toBeGreaterThan(180);
  });

  it('shrinks while jobs go on, and never below nothing', () => {
    const at = (minutes: number) => left([live(0, minutes)])!;
    expect(at(10).p50).toBeLessThan(at(0).p50);
    expect(at(500).p50).toBeGreaterThan(0);
    expect(at(500).p90).toBeLessThan(30 * MINUTE);
    expect(left([ended(0, 40, 20)])).toEqual({ p10: 0, p50: 0, p90: 0 });
  });

  it('is bounded by what a job has answered already', () => {
    const counts = { total: 6_000, processed: 5_400, succeeded: 5_400, failed: 0 };
    // nine tenths took at most 18 minutes, so the last one takes no more than 2
    expect(left([live(0, 18, { jobCounts: counts })])!.p90).toBeLessThanOrEqual(2.5 * MINUTE);
  });

  it('has the attempts in it that failed records still get', () => {
    const some = ended(0, 40, 20);
    const failing = { ...some, collected: { ...some.collected!, succeeded: 5_000, retryable: 1_000 } };
    expect(left([failing])!.p50 / MINUTE).toBeGreaterThan(10);
    expect(left([failing], { run: { ...RUN, attempt: 3, maxAttempts: 3 } })!.p50).toBe(0);
  });

  describe('while a record is looked for that breaks its job', () => {
    const job = jobTimes(SERVICE_MODEL).expect(1);
    const broken = (records: number, more: Partial<PartBody> = {}): PartBody => {
      const some = ended(0, 40, 20);
      const collected = { succeeded: 0, failed: 0, retryable: 0, missing: records, truncated: 0 };
      return { ...some, records, jobStatus: 'Failed', jobMessage: 'malformed', collected, ...more };
    };
    // 13 times halved, and twice more alone
    const GENERATIONS = 15;

    it('has a job in it for each generation to come', () => {
      const { p10, p50, p90 } = left([broken(6_000), ended(1, 40, 20)])!;
      expect(p10 / MINUTE).toBeGreaterThan(job);
      expect(p10 / MINUTE).toBeLessThan(2 * job);
      expect(p50 / MINUTE).toBeGreaterThan(GENERATIONS * job);
      expect(p90).toBeGreaterThanOrEqual(p50);
      const fewer = left([broken(40)])!.p50;
      expect(fewer / MINUTE).toBeGreaterThanOrEqual(8 * job);
      expect(fewer / MINUTE).toBeLessThan(9 * job);
    });

    it('goes on behind the last attempt, until the pieces come out well', () => {
      const run = { ...RUN, attempt: 5 };
      const piece = { records: 750, attempt: 5, used: 0, pieceOf: '00000-1' };
      const going = left([live(0, 1, piece)], { run })!;
      expect(going.p50 / MINUTE).toBeGreaterThan(12 * job);
      expect(going.p10).toBeLessThan(going.p50 / 4);
      expect(left([{ ...ended(0, 40, 20), ...piece }], { run })!.p90).toBe(0);
    });

    it('has no jobs for halves that go on demand', () => {
      const padded = left([broken(400)])!.p50;
      const some = left([broken(400)], { fewest: 100 })!.p50;
      expect(some).toBeGreaterThan(0);
      expect(some).toBeLessThan(padded / 2);
      expect(left([broken(128)], { fewest: 100 })!.p50).toBe(0);
    });

    it('counts the attempts of other records as those that they have used', () => {
      const some = { ...ended(0, 40, 20), attempt: 5 };
      const failing = { ...some, collected: { ...some.collected!, succeeded: 5_000, retryable: 1_000 } };
      const run = { ...RUN, attempt: 5 };
      expect(left([{ ...failing, used: 1 }], { run })!.p50 / MINUTE).toBeGreaterThan(10);
      expect(left([failing], { run })!.p50).toBe(0);
    });
  });

  it('of a run of very many parts is told in as little time', () => {
    const parts = Array.from({ length: 20_000 }, (_, i) => part(i, {}));
    const few = left(parts.slice(0, 1_000))!.p50;
    expect(left(parts)!.p50 / few).toBeGreaterThan(18);
    expect(left(parts)!.p50 / few).toBeLessThan(22);
  });

  it('is not told of a run that does not go on', () => {
    const parts = [part(0, {})];
    for (const state of ['preparing', 'stopping', 'stopped', 'ended'] as const) {
      expect(left(parts, { run: { ...RUN, state } })).toBeUndefined();
    }
    expect(left(parts, { run: { ...RUN, blocked: { code: 'x', message: 'x', at: 0 } } })).toBeUndefined();
  });

  it('holds the end that comes in its range of eight in ten, nearly so often, though few jobs have told how long they take', () => {
    const times = jobTimes({ ...SERVICE_MODEL, startMinutes: 25 });
    let inside = 0;
    const WORLDS = 40;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const chance = createChance(seed);
      const spans = Array.from({ length: 20 }, () => times.draw(6_000, chance));
      const look = spans.toSorted((a, b) => a - b)[8]! + 0.01;
      const parts = spans.map((span, i) => (span <= look ? ended(i, look, span) : live(i, look)));
      const end = (Math.max(...spans) - look + 0.25) * MINUTE;
      const { p10, p90 } = left(parts)!;
      if (end >= p10 && end <= p90) inside++;
    }
    expect(inside / WORLDS).toBeGreaterThan(0.6);
  });
});
